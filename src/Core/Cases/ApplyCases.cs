using System.Collections.Concurrent;
using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The current state of a submission with regard to cases. <see cref="EffectiveForm"/> is the version in effect, null when there is none;
/// <see cref="Blocks"/> are its case blocks; <see cref="Touched"/> are all cases that any of its versions names, each with the user and the
/// phone's date of the first version that names it. With <see cref="At"/>, when the submission was first received, these order it among
/// the forms of a case.
/// </summary>
public sealed record CaseSource(int Form, InstanceId Root, DateTimeOffset At, string? SyncToken)
{
    public CaseForm? EffectiveForm { get; init; }

    public CaseBlocks Blocks { get; init; } = CaseBlocks.None;

    public IReadOnlyDictionary<CaseId, (string? User, DateTimeOffset? Date)> Touched { get; init; } =
        new Dictionary<CaseId, (string?, DateTimeOffset?)>();

    /// <summary>What <see cref="Touched"/> is for these versions, oldest first.</summary>
    public static IReadOnlyDictionary<CaseId, (string? User, DateTimeOffset? Date)> TouchedBy(IEnumerable<CaseBlocks> versions)
    {
        var touched = new Dictionary<CaseId, (string?, DateTimeOffset?)>();
        foreach (var blocks in versions)
        {
            foreach (var block in blocks.Blocks.Where(block => block.Id.Value is not null))
            {
                touched.TryAdd(block.Id, (blocks.UserId.Length > 0 ? blocks.UserId : null, block.ModifiedOn));
            }
        }
        return touched;
    }
}

/// <summary>Applies forms to cases. A form that a case already has is not applied again, so the whole operation can be retried.</summary>
public sealed class ApplyCases(CasesTable cases, CaseIndicesTable indices, WriteCases write)
{
    /// <summary>
    /// Applies a form that was checked. <paramref name="again"/> says that an earlier attempt may have been interrupted: derived rows are
    /// then rewritten. Returns null when another project created a case with one of these ids since the check: the form must then be
    /// removed from the other cases. A case whose forms are to have another order is replayed (CC-154): <paramref name="read"/> returns the
    /// blocks of its forms, or null when they are no longer stored. Two operations per case, those of <see cref="WriteCases"/> for new
    /// indices, and those for reading forms.
    /// </summary>
    public async Task<IReadOnlyList<CaseEffect>?> NewAsync(
        CasePlan plan,
        CaseChangeContext context,
        Func<CaseForm, Task<CaseBlocks?>> read,
        bool again,
        CancellationToken cancellationToken
    )
    {
        var after = plan.Read.ToDictionary(one => one.Id, one => one.Read?.Case);
        await WriteAsync(
            plan.Read,
            async (id, current) =>
            {
                var next = current switch
                {
                    not null when current.Project != plan.Project => null,
                    not null
                        when current.Transactions.Any(transaction =>
                            transaction.Form.Form == context.Form.Form && transaction.Form.Root == context.Form.Root
                        ) => again ? current : null,
                    not null when CaseChanges.IsLate(current, id, plan.Blocks, context) => await InsertAsync(
                        current,
                        plan.Blocks,
                        context,
                        read,
                        cancellationToken
                    ),
                    _ => CaseChanges.Apply(current, plan.Project, id, plan.Blocks, context),
                };
                lock (after)
                {
                    after[id] = next ?? current;
                }
                return next;
            },
            again,
            cancellationToken
        );
        return after.Values.Any(value => value is not null && value.Project != plan.Project)
            ? null
            : CaseChanges.Effects(plan.Blocks, context, id => after[id]);
    }

    private static async Task<Case> InsertAsync(
        Case current,
        CaseBlocks blocks,
        CaseChangeContext context,
        Func<CaseForm, Task<CaseBlocks?>> read,
        CancellationToken cancellationToken
    )
    {
        if (await ReadAllAsync(current.Transactions, read, cancellationToken) is not { } forms)
        {
            // Purged forms cannot be replayed: the values they set stay, and this form is applied last.
            return CaseChanges.Apply(current, current.Project, current.Id, blocks, context);
        }
        var mine = CaseChanges.TransactionOf(current.Id, current.Version + 1, blocks, context) with { SyncToken = null };
        forms.Insert(FormOrder.PlaceOf(mine, current.Transactions), (mine, blocks));
        return CaseChanges.Replay(current, forms);
    }

    // Null when a form is no longer stored.
    private static async Task<List<(CaseTransaction Transaction, CaseBlocks Blocks)>?> ReadAllAsync(
        IEnumerable<CaseTransaction> transactions,
        Func<CaseForm, Task<CaseBlocks?>> read,
        CancellationToken cancellationToken
    )
    {
        var all = await InParallel.EachAsync(
            transactions.ToList(),
            async (transaction, _) => (Transaction: transaction, Blocks: await read(transaction.Form)),
            cancellationToken
        );
        return all.Any(one => one.Blocks is null) ? null : [.. all.Select(one => (one.Transaction, one.Blocks!))];
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
            source.Touched.Keys.ToList(),
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
        var others = value.Transactions.Where(transaction => transaction != mine).ToList();
        if (await ReadAllAsync(others, read, cancellationToken) is not { } forms)
        {
            // Purged forms cannot be replayed: the values they set stay, and this form is applied last.
            var rest = value with
            {
                Transactions = others,
            };
            return effective is null
                ? rest with
                {
                    Version = value.Version + 1,
                }
                : CaseChanges.Apply(rest, value.Project, value.Id, source.Blocks, new CaseChangeContext(effective, source.At, null));
        }
        if (effective is not null)
        {
            forms.Add((OrderedBy(source, value.Id, mine, effective, value.Version + 1), source.Blocks));
        }
        forms = InOrder(forms);
        if (mine is null && effective is not null && IsAppended(forms, others, effective))
        {
            // Any other change, an edit or a form before others, is more than the phone that sent it can know: it has no sync token, so
            // that the phone receives it.
            forms[^1] = (forms[^1].Transaction with { SyncToken = source.SyncToken }, source.Blocks);
        }
        return CaseChanges.Replay(value, forms);
    }

    // An edit keeps what orders the submission's previous version, and so its place.
    private static CaseTransaction OrderedBy(CaseSource source, CaseId id, CaseTransaction? mine, CaseForm effective, int version)
    {
        var (user, date) = mine is null ? source.Touched[id] : (mine.User, mine.Date);
        return new CaseTransaction(effective, version, source.At, null) { User = user, Date = date };
    }

    private static List<(CaseTransaction Transaction, CaseBlocks Blocks)> InOrder(
        List<(CaseTransaction Transaction, CaseBlocks Blocks)> forms
    )
    {
        var blocks = forms.ToDictionary(form => form.Transaction, form => form.Blocks);
        return [.. FormOrder.Sort(forms.Select(form => form.Transaction)).Select(transaction => (transaction, blocks[transaction]))];
    }

    private static bool IsAppended(
        List<(CaseTransaction Transaction, CaseBlocks Blocks)> forms,
        List<CaseTransaction> others,
        CaseForm effective
    ) => forms[^1].Transaction.Form == effective && forms.SkipLast(1).Select(form => form.Transaction).SequenceEqual(others);

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
