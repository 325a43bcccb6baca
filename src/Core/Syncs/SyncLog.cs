using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Syncs;

/// <summary>
/// The record of one restore (CC-142). <see cref="RequestUser"/> is the authenticated user, who differs from the restored user with
/// login-as; <see cref="Date"/> is the time before any case was read; <see cref="Owners"/> are the owners of the phone's user since then.
/// The cases are in <see cref="Blob"/>.
/// </summary>
public sealed record SyncLog(
    ProjectId Project,
    SyncToken Token,
    OwnerId User,
    OwnerId RequestUser,
    DateTimeOffset Date,
    IReadOnlySet<OwnerId> Owners,
    string Blob
)
{
    public SyncToken? Previous { get; init; }

    public string DeviceId { get; init; } = "";

    public string AppId { get; init; } = "";

    /// <summary>Increments when the next token is already taken, so that it is not used again.</summary>
    public int Turn { get; init; }
}

/// <summary>The effects of a form, or of an edit of it, on the phone that sent it with a token, in document order.</summary>
public sealed record JournalEntry(InstanceId Instance, string XmlHash, DateTimeOffset At, IReadOnlyList<CaseEffect> Effects)
{
    /// <summary>The phone's date; null when the form has none.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>
    /// The effects of all forms in the order in which the phone had them: by its dates, and for each case by version, since the clocks of
    /// instances differ. Effects on different cases commute.
    /// </summary>
    internal static IEnumerable<CaseEffect> InOrder(IEnumerable<JournalEntry> journal) =>
        journal
            .OrderBy(entry => entry.Date ?? entry.At)
            .SelectMany(entry => entry.Effects)
            .GroupBy(effect => effect.Case)
            .SelectMany(ofCase =>
            {
                var version = 0;
                return ofCase
                    .Select(effect => (Version: version = effect.Version ?? version, effect))
                    .ToList()
                    .OrderBy(one => one.Version)
                    .Select(one => one.effect);
            });
}

/// <summary>The cases of a restore: those connected to the user's open cases as the server has them, and those on the phone.</summary>
public sealed record SyncSnapshot(IReadOnlyCollection<CaseState> Server, IReadOnlyCollection<CaseState> Phone)
{
    public static SyncSnapshot Empty { get; } = new([], []);
}
