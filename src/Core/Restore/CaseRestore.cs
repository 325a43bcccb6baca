using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>One restore under way: finds out which cases the phone gets, hands them out, and keeps in the sync log what the phone has
/// then (CC-108, CC-116 to CC-127).</summary>
public sealed class CaseRestore : IAsyncDisposable
{
    // Clocks of instances differ, and a change shows a moment after its time was taken.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    private readonly SyncsTable _syncs;
    private readonly SyncsContainer _snapshots;
    private readonly SyncLog _log;
    private readonly SyncLog? _previous;
    private readonly PhoneModel _phone;
    private readonly HashSet<CaseId> _footprint;
    private readonly CaseSpool _spool;
    private readonly ExploreCases _server;
    private List<CaseId>? _decided;
    private int _sent;

    internal CaseRestore(
        SyncsTable syncs,
        SyncsContainer snapshots,
        CasesTable cases,
        CaseOwnersTable caseOwners,
        CaseIndicesTable indices,
        SyncLog log,
        SyncLog? previous,
        SyncSnapshot snapshot,
        PhoneModel phone,
        HashSet<CaseId> footprint
    )
    {
        (_syncs, _snapshots, _log, _previous, _phone, _footprint) = (syncs, snapshots, log, previous, phone, footprint);
        _phone.Keep(footprint);
        _spool = new CaseSpool(log.Project);
        _server = new ExploreCases(cases, caseOwners, indices, log.Project, log.Owners, _spool);
        _server.Remember(snapshot.Server);
    }

    /// <summary>What the phone will send as `since`.</summary>
    public SyncToken Token => _log.Token;

    public bool IsIncremental => _previous is not null;

    /// <summary>When the same app on this phone had its last restore; null when it had none.</summary>
    public DateTimeOffset? SyncedBefore => _previous is { } previous && previous.AppId == _log.AppId ? previous.Date : null;

    /// <summary>Reads and decides everything, so that the number of cases is known before the first is handed out.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        await foreach (var one in _server.LoadAsync(Partitions(), early: false, cancellationToken))
        {
            throw new InvalidOperationException($"The case {one.Id} was handed out early.");
        }
        await DecideAsync(cancellationToken);
        return _decided!.Count;
    }

    /// <summary>
    /// The cases to be sent, once. Of a full restore the first come while others are still being read. To be read to the end: then
    /// <see cref="CommitAsync"/>.
    /// </summary>
    public async IAsyncEnumerable<SentCase> SendAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_decided is null)
        {
            await foreach (var one in _server.LoadAsync(Partitions(), early: !IsIncremental, cancellationToken))
            {
                yield return Send(one, CaseState.Of(one));
            }
            await DecideAsync(cancellationToken);
        }
        foreach (var id in _decided!.OrderBy(id => _server.Of(id).Spooled))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var one = _server.Of(id);
            yield return Send(_spool.Get(one.Spooled), one.State!);
        }
    }

    /// <summary>
    /// Keeps what the phone holds once it has read the answer: to be done before the answer's last byte. Two operations. Refuses with
    /// 409.40 when the token meanwhile belongs to another answer.
    /// </summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        // The blob first: the row is what counts, and a blob without a row is only litter.
        var blob = await _snapshots.PutAsync(
            _log.Project,
            _log.User,
            _log.Token,
            new SyncSnapshot(_server.Graph(), _phone.Cases),
            cancellationToken
        );
        var log = _log with { Blob = blob };
        while (!await _syncs.TryAddAsync(log, cancellationToken))
        {
            // The phone has asked for the same before, and repeats itself: the later answer counts, as long as nobody has built on the
            // other.
            var (other, etag, journal) = await _syncs.ReadAsync(log.Project, log.Token, cancellationToken);
            if (other is null)
            {
                continue;
            }
            if (journal.Count > 0 || other.Date > log.Date)
            {
                await GiveUpAsync(cancellationToken);
            }
            if (await _syncs.TryReplaceAsync(log, etag, cancellationToken))
            {
                break;
            }
        }
        Telemetry.Restored(IsIncremental, _sent);
    }

    public ValueTask DisposeAsync() => _spool.DisposeAsync();

    // Next time another token follows from the previous one.
    private async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        var (previous, etag, _) = await _syncs.ReadAsync(_log.Project, _previous!.Token, cancellationToken);
        if (previous is not null && previous.Turn == _previous.Turn)
        {
            await _syncs.TryReplaceAsync(previous with { Turn = previous.Turn + 1 }, etag, cancellationToken);
        }
        throw Problem.SyncTokenTaken().AsException();
    }

    // Owners that are new are read whole; of those that the user no longer is, only what the phone may hold matters.
    private List<(OwnerId, DateTimeOffset?)> Partitions() =>
        _previous is null
            ? [.. _log.Owners.Select(owner => (owner, (DateTimeOffset?)null))]
            :
            [
                .. _log
                    .Owners.Union(_previous.Owners)
                    .Select(owner => (owner, _previous.Owners.Contains(owner) ? _previous.Date - Overlap : (DateTimeOffset?)null)),
            ];

    // A case that was not read whole may have changed when it is: then all is decided once more.
    private async Task DecideAsync(CancellationToken cancellationToken)
    {
        List<CaseId> unread;
        do
        {
            await _server.ExploreAsync(_footprint, cancellationToken);
            _decided = ToSend(LiveCases.Among(_server.Graph(), _log.Owners));
            unread = _decided.FindAll(id => _server.Of(id).Spooled < 0);
        } while (unread.Count > 0 && await _server.FetchAsync(unread, cancellationToken));
    }

    private List<CaseId> ToSend(HashSet<CaseId> live)
    {
        var send = new List<CaseId>();
        foreach (var id in live.Union(_footprint))
        {
            var one = _server.Of(id);
            if (!one.IsSent && one.State is { } state && !(OnPhone(id)?.IsCurrent(Sent(one, state)) ?? !live.Contains(id)))
            {
                send.Add(id);
            }
        }
        return send;
    }

    private CaseState? OnPhone(CaseId id) => _footprint.Contains(id) ? _phone.Find(id) : null;

    // A case that is gone is sent closed (CC-124), and indices to such a case are sent as removed.
    private CaseState Sent(ServerCase one, CaseState state) => _server.AsSent(one.Deleted ? state with { Closed = true } : state);

    private SentCase Send(Case value, CaseState state)
    {
        _sent++;
        var sent = Sent(_server.Of(value.Id), state);
        var onPhone = OnPhone(value.Id);
        var indices = value.Indices.Select(index =>
            index.Target is { } target && _server.Of(target).IsGone ? index with { Target = null } : index
        );
        var forgotten = (onPhone?.Links ?? [])
            .Where(link => value.Indices.All(index => index.Identifier != link.Identifier))
            .Select(link => new CaseIndex(link.Identifier, null, "", link.Relationship));
        _phone.Apply(sent);
        return new SentCase(
            value,
            onPhone is null,
            sent.Closed,
            [.. indices.Concat(forgotten).OrderBy(index => index.Identifier, StringComparer.Ordinal)]
        );
    }
}
