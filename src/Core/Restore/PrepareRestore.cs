using System.Globalization;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// A restore request. <see cref="Since"/> and <see cref="State"/> are unparsed; null or blank when absent. <see cref="Afresh"/> asks for a
/// new token instead of a repeatable one.
/// </summary>
public sealed record RestoreRequest(ProjectId Project, OwnerId User, OwnerId RequestUser)
{
    /// <summary>The owners of the phone's cases (CC-107).</summary>
    public IReadOnlySet<OwnerId> Owners { get; init; } = new HashSet<OwnerId>();

    public string? Since { get; init; }

    public string? State { get; init; }

    public string DeviceId { get; init; } = "";

    public string AppId { get; init; } = "";

    public bool Afresh { get; init; }

    /// <summary>Asks what the phone that has the token <see cref="Since"/> would get: as the device and with the app of that sync. Such a
    /// restore is not committed.</summary>
    public bool Previews { get; init; }
}

/// <summary>
/// Validates a restore request. Everything that can be refused is refused here, before the first byte of the answer is streamed.
/// </summary>
public sealed class PrepareRestore(
    SyncsTable syncs,
    SyncsContainer snapshots,
    CasesTable cases,
    CaseOwnersTable owners,
    CaseIndicesTable indices,
    TimeProvider clock
)
{
    private const int MaxCasesInMessage = 20;

    /// <summary>
    /// No operation for a full restore, two for an incremental one. An unknown or foreign token, and a state hash that differs from the
    /// server's model of the phone, are refused with 412 (CC-129 to CC-134); the phone then starts over without them.
    /// </summary>
    public async Task<CaseRestore> RunAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        var date = clock.GetUtcNow();
        if (string.IsNullOrWhiteSpace(request.Since))
        {
            return Begin(request, date, SyncToken.New(), null, SyncSnapshot.Empty, new PhoneModel([]), []);
        }
        if (!SyncToken.TryParse(request.Since, out var since))
        {
            throw Problem.UnknownSyncToken(request.Since).AsException();
        }
        var (previous, _, journal) = await syncs.ReadAsync(request.Project, since, cancellationToken);
        if (previous is null)
        {
            throw Problem.UnknownSyncToken(request.Since).AsException();
        }
        if (previous.User != request.User)
        {
            throw Problem.ForeignSyncToken(request.Since, request.User.Value).AsException();
        }
        request = request.Previews ? request with { DeviceId = previous.DeviceId, AppId = previous.AppId } : request;
        var snapshot =
            await snapshots.ReadAsync(previous.Blob, cancellationToken) ?? throw Problem.UnknownSyncToken(since.Value).AsException();
        var phone = new PhoneModel(snapshot.Phone);
        foreach (var effect in JournalEntry.InOrder(journal))
        {
            phone.Apply(effect);
        }
        var footprint = phone.Footprint(previous.Owners);
        RequireState(request.State, footprint);
        return Begin(
            request,
            date,
            request.Afresh ? SyncToken.New() : Next(previous, request.DeviceId, journal),
            previous,
            snapshot,
            phone,
            footprint
        );
    }

    // A repeated request, whose answer was lost, gets the same token again (CC-139); with another form in the journal the token differs.
    private static SyncToken Next(SyncLog previous, string deviceId, IReadOnlyList<JournalEntry> journal) =>
        SyncToken.From(
            string.Join(
                '\n',
                [
                    "next",
                    previous.Token.Value,
                    deviceId,
                    previous.Turn.ToString(CultureInfo.InvariantCulture),
                    .. journal.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.At.UtcTicks} {entry.Instance}")),
                ]
            )
        );

    private static void RequireState(string? text, HashSet<CaseId> footprint)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }
        if (!StateHash.TryParse(text, out var state))
        {
            throw Problem.InvalidPhoneState(text).AsException();
        }
        var expected = StateHash.Of(footprint);
        if (state != expected)
        {
            var some = footprint.Select(id => id.Value).Order(StringComparer.Ordinal).Take(MaxCasesInMessage).ToList();
            throw Problem.PhoneStateMismatch(expected.ToString(), state.ToString(), some, footprint.Count).AsException();
        }
    }

    private CaseRestore Begin(
        RestoreRequest request,
        DateTimeOffset date,
        SyncToken token,
        SyncLog? previous,
        SyncSnapshot snapshot,
        PhoneModel phone,
        HashSet<CaseId> footprint
    )
    {
        var log = new SyncLog(request.Project, token, request.User, request.RequestUser, date, request.Owners, "")
        {
            Previous = previous?.Token,
            DeviceId = request.DeviceId,
            AppId = request.AppId,
        };
        return new CaseRestore(syncs, snapshots, cases, owners, indices, log, previous, snapshot, phone, footprint);
    }
}
