using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The checked blocks of a form with the cases that they name. When <see cref="Problem"/> is not null, none of the cases may be changed.
/// </summary>
public sealed record CasePlan(ProjectId Project, CaseBlocks Blocks, CaseProblem? Problem)
{
    public static CasePlan None(ProjectId project) => new(project, CaseBlocks.None, null);

    internal IReadOnlyList<(CaseId Id, (Case Case, ETag ETag)? Read)> Read { get; init; } = [];
}

/// <summary>
/// Checks all blocks of a form against the stored cases before any is changed. One invalid block leaves all cases unchanged (CC-080).
/// </summary>
public sealed class CheckCases(CasesTable cases)
{
    // Bounds the walk; real index chains are far shorter.
    private const int MaxWalk = 1000;

    /// <summary>
    /// One operation per case, and one for each new index to a case that the form does not name. New indices of existing cases are followed
    /// to find cycles (CC-078): one operation per case on the path.
    /// </summary>
    public async Task<CasePlan> RunAsync(
        ProjectId project,
        CaseBlocks blocks,
        CaseChangeContext context,
        CancellationToken cancellationToken
    )
    {
        if (blocks.Problem is not null || blocks.Blocks.Count == 0)
        {
            return new CasePlan(project, blocks, blocks.Problem);
        }
        var ids = blocks.Blocks.Select(block => block.Id).Distinct().ToList();
        var read = await InParallel.EachAsync(ids, async (id, stop) => (Id: id, Read: await cases.FindAsync(id, stop)), cancellationToken);
        var plan = new CasePlan(project, blocks, null) { Read = read };
        if (read.Any(one => one.Read is { } found && found.Case.Project != project))
        {
            return plan with { Problem = CaseProblem.ForeignCase() };
        }
        if (read.FirstOrDefault(one => one.Read is null && !IsCreatedBy(blocks, one.Id)) is { Id.Value: not null } unknown)
        {
            return plan with { Problem = CaseProblem.UnknownLedgerCase(unknown.Id.Value) };
        }
        var after = read.ToDictionary(one => one.Id, one => (Case?)After(one.Read?.Case, project, one.Id, blocks, context));
        var changed = read.Select(one =>
                (
                    one.Id,
                    IsNew: one.Read is null,
                    New: after[one.Id]!
                        .Indices.Where(index => index.Target is not null && one.Read?.Case.Indices.Contains(index) != true)
                        .ToList()
                )
            )
            .Where(one => one.New.Count > 0)
            .ToList();
        return plan with
        {
            Problem =
                await MissingTargetAsync(
                    project,
                    changed.SelectMany(one => one.New.Select(index => (one.Id, index.Target!.Value))),
                    after,
                    cancellationToken
                ) ?? await CycleAsync(project, changed, after, cancellationToken),
        };
    }

    // A ledger can only be that of a case.
    private static bool IsCreatedBy(CaseBlocks blocks, CaseId id) => blocks.Blocks.Any(block => block.Id == id && block.Ledger is null);

    // A late form is applied before others, which may set its indices again: both count.
    private static Case After(Case? before, ProjectId project, CaseId id, CaseBlocks blocks, CaseChangeContext context)
    {
        var after = CaseChanges.Apply(before, project, id, blocks, context);
        return CaseChanges.IsLate(before, id, blocks, context) ? after with { Indices = [.. after.Indices.Union(before!.Indices)] } : after;
    }

    private async Task<CaseProblem?> MissingTargetAsync(
        ProjectId project,
        IEnumerable<(CaseId Source, CaseId Target)> references,
        Dictionary<CaseId, Case?> known,
        CancellationToken cancellationToken
    )
    {
        var all = references.ToList();
        var unknown = all.Select(reference => reference.Target).Where(target => !known.ContainsKey(target)).Distinct().ToList();
        foreach (
            var (target, found) in await InParallel.EachAsync(
                unknown,
                async (id, stop) => (id, await cases.FindAsync(id, stop)),
                cancellationToken
            )
        )
        {
            known[target] = found?.Case is { } value && value.Project == project ? value : null;
        }
        foreach (var (source, target) in all)
        {
            if (known[target] is null)
            {
                return CaseProblem.InvalidIndex($"Case '{source}' references non-existent case '{target}'");
            }
        }
        return null;
    }

    // Only the form's own cases can refer to a case that the form creates.
    private async Task<CaseProblem?> CycleAsync(
        ProjectId project,
        IEnumerable<(CaseId Id, bool IsNew, List<CaseIndex> New)> changed,
        Dictionary<CaseId, Case?> known,
        CancellationToken cancellationToken
    )
    {
        var walked = 0;
        foreach (var (source, isNew, added) in changed)
        {
            var seen = new HashSet<CaseId>();
            var next = new Stack<CaseId>(added.Select(index => index.Target!.Value));
            while (next.TryPop(out var id))
            {
                if (id == source)
                {
                    return CaseProblem.InvalidIndex($"An index of case '{source}' closes a cycle");
                }
                if (!seen.Add(id))
                {
                    continue;
                }
                if (!known.TryGetValue(id, out var value))
                {
                    if (isNew || ++walked > MaxWalk)
                    {
                        continue;
                    }
                    known[id] = value =
                        await cases.FindAsync(id, cancellationToken) is { } found && found.Case.Project == project ? found.Case : null;
                }
                foreach (var index in value?.Indices ?? [])
                {
                    if (index.Target is { } target)
                    {
                        next.Push(target);
                    }
                }
            }
        }
        return null;
    }
}
