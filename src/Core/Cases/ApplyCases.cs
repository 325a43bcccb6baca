using System.Collections.Concurrent;
using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// What a submission says of cases now: <see cref="EffectiveForm"/> is the version that counts, null when none does, <see cref="Blocks"/> are
/// its blocks, <see cref="Touched"/>
/// all cases that any of its versions speaks of. <see cref="At"/> is when it first came, which is its place among the forms of a case.
/// </summary>
public sealed record CaseSource(int Form, InstanceId Root, DateTimeOffset At, string? SyncToken)
{
    public CaseForm? EffectiveForm { get; init; }

    public CaseBlocks Blocks { get; init; } = CaseBlocks.None;

    public IReadOnlyCollection<CaseId> Touched { get; init; } = [];
}

/// <summary>Changes cases by forms. A form that a case has taken is not taken again, so that all of it may be repeated.</summary>
public sealed class ApplyCases(CasesTable cases, CaseIndicesTable indices, WriteCases write)
{
    /// <summary>
    /// Applies a form that was checked. With <paramref name="again"/>, an earlier try may have been broken off, and what is derived is
    /// written anew. Null when somebody of another project has taken a case id since the check: then the form has to be taken out of
    /// the other cases again. Two operations for each case, and those of
    /// <see cref="WriteCases"/> for new indices.
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

    /// <summary>What a form did that was applied before. One operation for each case.</summary>
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
    /// Lets all cases of a submission follow the version that counts for it now (CC-094): each is made anew of its forms, with this one
    /// in the place of the one before it. <paramref name="read"/> gives the blocks of other forms, or null when they are no longer
    /// kept. False when the version that counts speaks of a case of another project: it cannot count then. Three operations for each
    /// case, and those for reading forms.
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
            // Forms that were purged with their project's form cannot speak again: what they said stays, and this one is the last word.
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
            // What changes when a form is edited, or comes in before others, is more than its phone knows of: it counts as nobody's.
            var token = mine is null && place < 0 ? source.SyncToken : null;
            forms.Insert(
                place < 0 ? forms.Count : place,
                (new CaseTransaction(effective, value.Version + 1, source.At, token), source.Blocks)
            );
        }
        return CaseChanges.Replay(value, forms);
    }

    // Whoever points at a case that comes or goes is changed by that: its phones are told to drop the index, or to take it again (CC-124).
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
