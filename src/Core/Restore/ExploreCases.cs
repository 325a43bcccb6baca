using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// Reads the cases that a restore depends on: the user's own cases in pages, and all cases connected to them by indices (CC-108 to CC-115).
/// Memory holds only the graph; the cases themselves go to the spool.
/// </summary>
internal sealed class ExploreCases(
    CasesTable cases,
    CaseOwnersTable caseOwners,
    CaseIndicesTable indices,
    ProjectId project,
    IReadOnlySet<OwnerId> owners,
    CaseSpool spool
)
{
    private const int MaxParallel = 16;
    private const int RowsAhead = 1000;

    private readonly Dictionary<CaseId, ServerCase> _cases = [];
    private readonly Dictionary<CaseId, HashSet<CaseId>> _extensions = [];
    private HashSet<OwnerId> _covered = [];

    /// <summary>Adds the states from the sync log; changes read later replace them.</summary>
    public void Remember(IEnumerable<CaseState> states)
    {
        foreach (var state in states)
        {
            var one = Of(state.Id);
            one.State = state;
            one.ExtensionsKnown = state.Extensions;
            RememberExtensions(state);
        }
    }

    public ServerCase Of(CaseId id)
    {
        ref var one = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_cases, id, out _);
        return one ??= new ServerCase();
    }

    /// <summary>The case without indices to deleted cases, as it is sent to phones.</summary>
    public CaseState AsSent(CaseState state) =>
        state.Links.Count > 0 && state.Links.Any(link => Of(link.Target).IsGone)
            ? state with
            {
                Links = [.. state.Links.Where(link => !Of(link.Target).IsGone)],
            }
            : state;

    /// <summary>The cases from which live cases are computed; the sync log stores them.</summary>
    public List<CaseState> Graph() => [.. _cases.Values.Where(one => one.InGraph).Select(one => one.State!)];

    /// <summary>
    /// Reads the rows of owners, completely or those changed since a time. With <paramref name="early"/>, returns cases whose decision is
    /// final already: open, owned, and without indices. One operation per 1,000 rows, at least one per owner.
    /// </summary>
    public async IAsyncEnumerable<Case> LoadAsync(
        IReadOnlyCollection<(OwnerId Owner, DateTimeOffset? Since)> partitions,
        bool early,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        _covered = [.. partitions.Select(partition => partition.Owner)];
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var rows = Channel.CreateBounded<(OwnerId Owner, OwnedCase Row)>(RowsAhead);
        var reading = Parallel.ForEachAsync(
            partitions,
            Bounded(stopping.Token),
            async (partition, stop) =>
            {
                await foreach (var row in caseOwners.ListAsync(project, partition.Owner, partition.Since, stop))
                {
                    await rows.Writer.WriteAsync((partition.Owner, row), stop);
                }
            }
        );
        _ = reading.ContinueWith(done => rows.Writer.TryComplete(done.Exception?.InnerException), TaskScheduler.Default);
        try
        {
            await foreach (var (owner, row) in rows.Reader.ReadAllAsync(cancellationToken))
            {
                if (await TakeAsync(owner, row, early, cancellationToken) is { } ready)
                {
                    yield return ready;
                }
            }
            await reading;
        }
        finally
        {
            await stopping.CancelAsync();
        }
    }

    /// <summary>
    /// Follows indices from the user's open cases and from the cases on the phone. One operation for each case of another owner, and for
    /// each case whose extensions must be looked up.
    /// </summary>
    public async Task ExploreAsync(IReadOnlySet<CaseId> onPhone, CancellationToken cancellationToken)
    {
        foreach (var one in _cases.Values)
        {
            one.InGraph = false;
        }
        await ReadAsync(
            _cases
                .Where(pair => pair.Value.MovedTo is { } owner && (pair.Value.State is not null || owners.Contains(owner)))
                .Select(pair => pair.Key),
            cancellationToken
        );

        var next = _cases
            .Values.Where(one => one is { IsOpen: true, MovedTo: null } && owners.Contains(one.State!.Owner))
            .Select(one => (one.State!.Id, (CaseId?)null))
            .ToList();
        while (next.Count > 0)
        {
            await ReadAsync(next.Select(found => found.Item1), cancellationToken);
            var following = new List<(CaseId, CaseId?)>();
            var unknown = new List<CaseId>();
            foreach (var (id, host) in next)
            {
                var one = Of(id);
                if (one.InGraph || one.IsGone || (host is not null && !(one.IsOpen && Extends(one.State!, host.Value))))
                {
                    continue;
                }
                one.InGraph = true;
                following.AddRange(one.State!.Links.Select(link => (link.Target, (CaseId?)null)));
                following.AddRange(_extensions.GetValueOrDefault(id, []).Select(extension => (extension, (CaseId?)id)));
                if (one.State.Extensions != one.ExtensionsKnown && one.State.Extensions > _extensions.GetValueOrDefault(id, []).Count)
                {
                    unknown.Add(id);
                }
                one.ExtensionsKnown = one.State.Extensions;
            }
            foreach (var some in unknown.Chunk(MaxParallel))
            {
                following.AddRange(
                    (await Task.WhenAll(some.Select(id => ExtensionsAsync(id, cancellationToken)))).SelectMany(found => found)
                );
            }
            next = following;
        }

        await ReadAsync(onPhone, cancellationToken);
        await ReadAsync(onPhone.SelectMany(id => Of(id).State?.Links ?? []).Select(link => link.Target), cancellationToken);
    }

    /// <summary>Reads cases completely. Returns true when one of them differs from its known state. One operation per case.</summary>
    public async Task<bool> FetchAsync(IEnumerable<CaseId> ids, CancellationToken cancellationToken)
    {
        var changed = false;
        foreach (var some in ids.Chunk(MaxParallel))
        {
            var found = await Task.WhenAll(some.Select(id => cases.FindAsync(id, cancellationToken)));
            foreach (var (id, read) in some.Zip(found))
            {
                changed |=
                    read?.Case is { } value && value.Project == project ? Set(Of(id), CaseState.Of(value), value) : Set(Of(id), null, null);
            }
        }
        return changed;
    }

    private Task<bool> ReadAsync(IEnumerable<CaseId> ids, CancellationToken cancellationToken) =>
        FetchAsync(ids.Where(id => MustRead(Of(id))).ToHashSet(), cancellationToken);

    // A case that no owner's row mentions has not changed since the sync log.
    private bool MustRead(ServerCase one) =>
        !one.IsRead && (one.State is null || one.MovedTo is not null || !_covered.Contains(one.State.Owner));

    private async Task<List<(CaseId, CaseId?)>> ExtensionsAsync(CaseId host, CancellationToken cancellationToken)
    {
        var found = new List<(CaseId, CaseId?)>();
        await foreach (var reference in indices.ListSourcesAsync(project, host, cancellationToken))
        {
            if (reference.Relationship == CaseRelationship.Extension)
            {
                found.Add((reference.Source, host));
            }
        }
        return found;
    }

    private async ValueTask<Case?> TakeAsync(OwnerId owner, OwnedCase row, bool early, CancellationToken cancellationToken)
    {
        var one = Of(row.Id);
        if (one.IsSent || row.Revision < one.Revision)
        {
            return null;
        }
        if (row.MovedTo is not null)
        {
            if (row.Revision > one.Revision)
            {
                (one.MovedTo, one.Revision, one.IsRead) = (row.MovedTo, row.Revision, false);
            }
            return null;
        }
        var value = await row.UnpackAsync(cancellationToken);
        var state = CaseState.Of(row, owner);
        one.Revision = row.Revision;
        if (early && !row.Deleted && !row.Closed && state.Links.Count == 0 && owners.Contains(owner))
        {
            (one.State, one.IsRead, one.IsSent, one.MovedTo) = (state, true, true, null);
            return value;
        }
        Set(one, state, value);
        return null;
    }

    private bool Set(ServerCase one, CaseState? state, Case? value)
    {
        if (one.IsSent)
        {
            return false;
        }
        var before = (one.State, one.Deleted);
        (one.State, one.Deleted, one.IsRead, one.MovedTo) = (state, value is { Deleted: true }, true, null);
        one.Spooled = value is null ? -1 : spool.Add(value);
        one.Sections = value is null ? 0 : Ledgers.Sections(value.Ledger);
        if (state is not null)
        {
            RememberExtensions(state);
        }
        return before.Deleted != one.Deleted || !Same(before.State, state);
    }

    private static bool Same(CaseState? one, CaseState? other) =>
        one is null || other is null
            ? one == other
            : one.IsCurrent(other) && one.Closed == other.Closed && one.Extensions == other.Extensions;

    private void RememberExtensions(CaseState state)
    {
        foreach (var link in state.Links.Where(link => link.Relationship == CaseRelationship.Extension))
        {
            if (!_extensions.TryGetValue(link.Target, out var extensions))
            {
                _extensions.Add(link.Target, extensions = []);
            }
            extensions.Add(state.Id);
        }
    }

    private static bool Extends(CaseState state, CaseId host) =>
        state.Links.Any(link => link.Target == host && link.Relationship == CaseRelationship.Extension);

    private static ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken };
}
