using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// One restore in progress: decides which cases the phone gets, returns them, and writes to the sync log what the phone then has (CC-108,
/// CC-116 to CC-127).
/// </summary>
public sealed class CaseRestore : IAsyncDisposable
{
    // The clocks of instances differ, and a change becomes visible shortly after its timestamp.
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

    /// <summary>The token that the phone sends as `since` in its next sync.</summary>
    public SyncToken Token => _log.Token;

    public bool IsIncremental => _previous is not null;

    /// <summary>The time of the previous restore of the same app on this phone; null when there was none.</summary>
    public DateTimeOffset? SyncedBefore => _previous is { } previous && previous.AppId == _log.AppId ? previous.Date : null;

    /// <summary>
    /// Reads and decides everything, so that the number of cases, and of the sections in which they have balances, is known before the
    /// first is returned.
    /// </summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        await foreach (var one in _server.LoadAsync(Partitions(), early: false, cancellationToken))
        {
            throw new InvalidOperationException($"The case {one.Id} was handed out early.");
        }
        await DecideAsync(cancellationToken);
        return _decided!.Sum(id => 1 + _server.Of(id).Sections);
    }

    /// <summary>
    /// The cases to send; can be enumerated once. In a full restore the first cases are returned while others are still being read. The
    /// caller reads to the end and then calls <see cref="CommitAsync"/>.
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
    /// Writes the sync log; must be called before the answer's last byte is sent. Two operations. Refuses with 409.40 when the token
    /// belongs to another answer by now.
    /// </summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        // Blob first, row last: a blob that no row references is harmless and purged later.
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
            // The phone repeated its request. The later answer replaces the earlier one, unless a sync is based on the earlier one.
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

    // The next attempt derives another token from the previous one.
    private async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        var (previous, etag, _) = await _syncs.ReadAsync(_log.Project, _previous!.Token, cancellationToken);
        if (previous is not null && previous.Turn == _previous.Turn)
        {
            await _syncs.TryReplaceAsync(previous with { Turn = previous.Turn + 1 }, etag, cancellationToken);
        }
        throw Problem.SyncTokenTaken().AsException();
    }

    // New owners are read completely; of owners that the user no longer has, only cases that the phone may have matter.
    private List<(OwnerId, DateTimeOffset?)> Partitions() =>
        _previous is null
            ? [.. _log.Owners.Select(owner => (owner, (DateTimeOffset?)null))]
            :
            [
                .. _log
                    .Owners.Union(_previous.Owners)
                    .Select(owner => (owner, _previous.Owners.Contains(owner) ? _previous.Date - Overlap : (DateTimeOffset?)null)),
            ];

    // A case known from the sync log may turn out to have changed when it is read; everything is then decided again.
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

    // A deleted case is sent as closed (CC-124), and indices to it as removed.
    private CaseState Sent(ServerCase one, CaseState state) => _server.AsSent(one.Deleted ? state with { Closed = true } : state);

    private SentCase Send(Case value, CaseState state)
    {
        _sent++;
        var sent = Sent(_server.Of(value.Id), state);
        var onPhone = OnPhone(value.Id);
        _phone.Apply(sent);
        return new SentCase(value, onPhone is null, sent.Closed, IndicesOf(value, onPhone));
    }

    private IReadOnlyList<CaseIndex> IndicesOf(Case value, CaseState? onPhone)
    {
        if (value.Indices.Count == 0 && onPhone is not { Links.Count: > 0 })
        {
            return [];
        }
        var indices = value.Indices.Select(index =>
            index.Target is { } target && _server.Of(target).IsGone ? index with { Target = null } : index
        );
        var forgotten = (onPhone?.Links ?? [])
            .Where(link => value.Indices.All(index => index.Identifier != link.Identifier))
            .Select(link => new CaseIndex(link.Identifier, null, "", link.Relationship));
        return [.. indices.Concat(forgotten).OrderBy(index => index.Identifier, StringComparer.Ordinal)];
    }
}
