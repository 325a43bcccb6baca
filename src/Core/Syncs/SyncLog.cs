using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Syncs;

/// <summary>
/// What is known of one restore that was sent (CC-142). <see cref="RequestUser"/> is who asked, which is somebody else
/// after a login-as;
/// <see cref="Date"/> was taken before any case was read; <see cref="Owners"/> is what the phone counts as its own since. The cases are
/// in <see cref="Blob"/>.
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

    /// <summary>Changes when the token that would follow from this one is taken, and must not be given out again.</summary>
    public int Turn { get; init; }
}

/// <summary>What a form, or an edit of it, did to the phone that sent it with a token: its case blocks in the order of the
/// document.</summary>
public sealed record JournalEntry(InstanceId Instance, string XmlHash, DateTimeOffset At, IReadOnlyList<CaseEffect> Effects)
{
    /// <summary>
    /// All that forms did, in their order: that of their times, and for each case that of its versions, since the clocks of instances
    /// differ. What is done to different cases can be done in any order.
    /// </summary>
    internal static IEnumerable<CaseEffect> InOrder(IEnumerable<JournalEntry> journal) =>
        journal
            .OrderBy(entry => entry.At)
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

/// <summary>What a restore has explored and sent: the cases that hang together with the user's open ones, as the server has them; and
/// those on the phone, as it holds them.</summary>
public sealed record SyncSnapshot(IReadOnlyCollection<CaseState> Server, IReadOnlyCollection<CaseState> Phone)
{
    public static SyncSnapshot Empty { get; } = new([], []);
}
