using System.Collections.Concurrent;
using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The current state of a submission with regard to cases. <see cref="EffectiveForm"/> is the version in effect, null when there is none;
/// <see cref="Blocks"/> are its case blocks; <see cref="Touched"/> are all cases that any of its versions names. <see cref="At"/> is when
/// the submission was first received, which orders it among the forms of a case.
/// </summary>
public sealed record CaseSource(int Form, InstanceId Root, DateTimeOffset At, string? SyncToken)
{
    public CaseForm? EffectiveForm { get; init; }

    public CaseBlocks Blocks { get; init; } = CaseBlocks.None;

    public IReadOnlyCollection<CaseId> Touched { get; init; } = [];
}

/// <summary>Applies forms to cases. A form that a case already has is not applied again, so the whole operation can be retried.</summary>
public sealed class ApplyCases(CasesTable cases, CaseIndicesTable indices, WriteCases write)
{
    /// <summary>
    /// Applies a form that was checked. <paramref name="again"/> says that an earlier attempt may have been interrupted: derived rows are
    /// then rewritten. Returns null when another project created a case with one of these ids since the check: the form must then be
    /// removed from the other cases. Two operations per case, and those of <see cref="WriteCases"/> for new indices.
    /// </summary>
    public async Task<IReadOnlyList<CaseEffect>?> NewAsync(
        CasePlan plan,
        CaseChangeContext context,
        bool again,
        CancellationToken cancellationToken
    )
    {
        var after = plan.Read.ToDictionary(one => one.Id, one => one.Read?.Case);
        await WriteAsync(
            plan.Read,
            (id, current) =>
            {
                var next = current switch
                {
                    not null when current.Project != plan.Project => null,
                    not null
                        when current.Transactions.Any(transaction =>
                            transaction.Form.Form == context.Form.Form && transaction.Form.Root == context.Form.Root
                        ) => again ? current : null,
                    _ => CaseChanges.Apply(current, plan.Project, id, plan.Blocks, context),
                };
                lock (after)
                {
                    after[id] = next ?? current;
                }
                return new ValueTask<Case?>(next);
            },
            again,
            cancellationToken
        );
        return after.Values.Any(value => value is not null && value.Project != plan.Project)
            ? null
            : CaseChanges.Effects(plan.Blocks, context, id => after[id]);
    }

    /// <summary>The effects of a form that was applied before. One operation per case.</summary>
    public async Task<IReadOnlyList<CaseEffect>> EffectsAsync(
        CaseBlocks blocks,
        CaseChangeContext context,
        CancellationToken cancellationToken
    )
    {
        var ids = blocks.Blocks.Select(block => block.Id).Distinct().ToList();
        var found = await InParallel.EachAsync(ids, async (id, stop) => (Id: id, Read: await cases.FindAsync(id, stop)), cancellationToken);
        var after = found.ToDictionary(one => one.Id, one => one.Read?.Case);
        return CaseChanges.Effects(blocks, context, id => after[id]);
    }

    /// <summary>
    /// Recomputes all cases of a submission from the version in effect (CC-094): each case is replayed from its forms, with this version in
    /// the place of the previous one. <paramref name="read"/> returns the blocks of other forms, or null when they are no longer stored.
    /// Returns false when the version names a case of another project and so cannot take effect. Three operations per case, and those for
    /// reading forms.
    /// </summary>
    public async Task<bool> RecomputeAsync(
        ProjectId project,
        CaseSource source,
        Func<CaseForm, Task<CaseBlocks?>> read,
        bool again,
        CancellationToken cancellationToken
    )
    {
        var found = await InParallel.EachAsync(
            source.Touched,
            async (id, stop) => (id, await cases.FindAsync(id, stop)),
            cancellationToken
        );
        var foreign = new ConcurrentBag<CaseId>();
        await WriteAsync(
            found,
            async (id, current) =>
            {
                if (current is not null && current.Project != project)
                {
                    foreign.Add(id);
                    return null;
                }
                return await RecomputeAsync(current, current ?? new Case(id, project), source, read, again, cancellationToken);
            },
            again,
            cancellationToken
        );
        return source.Blocks.Blocks.All(block => !foreign.Contains(block.Id));
    }

    private static async Task<Case?> RecomputeAsync(
        Case? current,
        Case value,
        CaseSource source,
        Func<CaseForm, Task<CaseBlocks?>> read,
        bool again,
        CancellationToken cancellationToken
    )
    {
        var effective = source.Blocks.Blocks.Any(block => block.Id == value.Id) ? source.EffectiveForm : null;
        var mine = value.Transactions.FirstOrDefault(transaction =>
            transaction.Form.Form == source.Form && transaction.Form.Root == source.Root
        );
        if (mine?.Form == effective)
        {
            return again ? current : null;
        }
        var others = await InParallel.EachAsync(
            value.Transactions.Where(transaction => transaction != mine).ToList(),
            async (transaction, _) => (Transaction: transaction, Blocks: await read(transaction.Form)),
            cancellationToken
        );
        if (others.Any(other => other.Blocks is null))
        {
            // Purged forms cannot be replayed: the values they set stay, and this form is applied last.
            var rest = value with
            {
                Transactions = [.. others.Select(other => other.Transaction)],
            };
            return effective is null
                ? rest with
                {
                    Version = value.Version + 1,
                }
                : CaseChanges.Apply(rest, value.Project, value.Id, source.Blocks, new CaseChangeContext(effective, source.At, null));
        }
        var forms = others.Select(other => (other.Transaction, Blocks: other.Blocks!)).ToList();
        if (effective is not null)
        {
            var place = mine is null ? forms.FindIndex(form => form.Transaction.At > source.At) : value.Transactions.ToList().IndexOf(mine);
            // An edit, or a form that is inserted before others, changes more than the phone that sent it can know: the change has no sync
            // token, so that the phone receives it.
            var token = mine is null && place < 0 ? source.SyncToken : null;
            forms.Insert(
                place < 0 ? forms.Count : place,
                (new CaseTransaction(effective, value.Version + 1, source.At, token), source.Blocks)
            );
        }
        return CaseChanges.Replay(value, forms);
    }

    // When a case is deleted or restored, the cases with an index to it change too: phones must drop the index, or get it again (CC-124).
    private async Task WriteAsync(
        IReadOnlyCollection<(CaseId Id, (Case Case, ETag ETag)? Read)> read,
        Func<CaseId, Case?, ValueTask<Case?>> change,
        bool again,
        CancellationToken cancellationToken
    )
    {
        foreach (var written in await write.ChangeAsync(read, change, again, cancellationToken))
        {
            if (written.Before is null || (written.Before.Deleted == written.After.Deleted && !(again && written.After.Deleted)))
            {
                continue;
            }
            var sources = new List<(CaseId Id, (Case Case, ETag ETag)? Read)>();
            await foreach (var reference in indices.ListSourcesAsync(written.After.Project, written.After.Id, cancellationToken))
            {
                if (
                    sources.TrueForAll(source => source.Id != reference.Source)
                    && await cases.FindAsync(reference.Source, cancellationToken) is { } found
                )
                {
                    sources.Add((reference.Source, found));
                }
            }
            await write.ChangeAsync(
                sources,
                (_, source) =>
                    new ValueTask<Case?>(
                        source!.Indices.Any(index => index.Target == written.After.Id) ? source with { Version = source.Version + 1 } : null
                    ),
                false,
                cancellationToken
            );
        }
    }
}
