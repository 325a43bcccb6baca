using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>How many forms with case blocks were replayed, and how many of them were refused although no recovery record says so.</summary>
public sealed record RebuiltCases(int Forms, int Refused)
{
    internal RebuiltCases Plus(RebuiltCases other) => new(Forms + other.Forms, Refused + other.Refused);
}

/// <summary>
/// Recreates the tables `cases`, `caseOwners` and `caseIndices` while the app is stopped: applies every submission with case blocks again
/// in the original order, with its edits, deletions and restorations. Cases get the versions that phones know.
/// </summary>
public sealed class RebuildCases(
    FormsTable forms,
    SubmissionsTable submissions,
    SubmissionRecovery recovery,
    SubmissionFilesContainer files,
    CasesTable cases,
    CaseOwnersTable owners,
    CaseIndicesTable indices,
    CheckCases check,
    ApplyCases apply
)
{
    private const int AtATime = 64;

    /// <summary>Three operations.</summary>
    public async Task<bool> HasAnyAsync(ProjectId project, CancellationToken cancellationToken) =>
        await cases.ScanAsync(project, cancellationToken).AnyAsync(cancellationToken)
        || await owners.ScanAsync(project, null, null, cancellationToken).AnyAsync(cancellationToken)
        || await indices.HasAnyAsync(project, cancellationToken);

    /// <summary>
    /// Cases whose submissions no longer exist keep their rows. Rows of submissions must be rebuilt before. Several operations for each
    /// submission with case blocks.
    /// </summary>
    public async Task<RebuiltCases> RunAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var all = await forms.ListWithTrashAsync(project, cancellationToken);
        var (events, present) = (new List<CaseEvent>(), new HashSet<(int Form, InstanceId Root)>());
        foreach (var form in all)
        {
            await foreach (var (space, recoveryRecord, notes) in ListAsync(form, cancellationToken))
            {
                present.Add((form.Number, recoveryRecord.Submission.RootId));
                events.AddRange(
                    CaseHistory.Of(space, recoveryRecord, (id, hash) => notes.GetValueOrDefault((TableKey.Hash(id.Value), hash)))
                );
            }
        }
        await EmptyAsync(project, present, cancellationToken);
        var late = await ReplayAsync(project, events.OrderBy(one => one.At), cancellationToken);

        // Invalid forms have a record. These forms were refused only because they are applied in another order than at first.
        var refused = 0;
        foreach (var one in late)
        {
            if (
                await ApplyAsync(
                    project,
                    one,
                    await ReadAsync(one.Space, one.FormOf(one.Versions[0]), cancellationToken),
                    cancellationToken
                ) is
                { } problem
            )
            {
                refused++;
                await NoteProblemAsync(one, problem, cancellationToken);
            }
        }
        return new RebuiltCases(events.Count(one => one.IsNew), refused);
    }

    private async Task EmptyAsync(ProjectId project, HashSet<(int Form, InstanceId Root)> present, CancellationToken cancellationToken)
    {
        var (doomed, kept) = (new List<CaseId>(), new HashSet<CaseId>());
        await foreach (var row in cases.ScanAsync(project, cancellationToken))
        {
            var one = await row.Read().UnpackAsync(cancellationToken);
            if (one.Transactions.All(transaction => present.Contains((transaction.Form.Form, transaction.Form.Root))))
            {
                doomed.Add(one.Id);
            }
            else
            {
                kept.Add(one.Id);
            }
        }
        await owners.EmptyAsync(project, kept, cancellationToken);
        await cases.RemoveAsync(doomed, cancellationToken);
    }

    // Submissions with case blocks, each with the receipt metadata of its XML.
    private async IAsyncEnumerable<(
        SubmissionSpace Space,
        SubmissionRecoveryRecord RecoveryRecord,
        Dictionary<(string, string), ReceiptMetadata> Notes
    )> ListAsync(Form form, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var space = SubmissionSpace.Published(form);
        var speaking = await submissions
            .ListAllAsync(space, null, null, withXml: false, [], cancellationToken)
            .Select(one => one.Submission)
            .Where(submission => submission.CaseBlocks > 0)
            .ToListAsync(cancellationToken);
        if (speaking.Count == 0)
        {
            yield break;
        }
        var roots = speaking.Select(submission => TableKey.Hash(submission.RootId.Value)).ToHashSet();
        var notes = new Dictionary<(string, string), ReceiptMetadata>();
        var recorded = new HashSet<string>();
        await foreach (var instance in files.ListInstancesAsync(form.Project, form.Number, cancellationToken))
        {
            foreach (var xml in instance.Xmls)
            {
                if (xml.NoteOf(space) is { } note && (note.CaseBlocks > 0 || note.IsEdit || roots.Contains(instance.Hash)))
                {
                    notes[(instance.Hash, xml.Hash)] = note;
                }
            }
            if (instance.HasRecoveryRecord(space) && roots.Contains(instance.Hash))
            {
                recorded.Add(instance.Hash);
            }
        }
        foreach (var submission in speaking)
        {
            var hash = TableKey.Hash(submission.RootId.Value);
            var recoveryRecord = recorded.Contains(hash) ? await files.FindRecoveryRecordAsync(space, hash, cancellationToken) : null;
            var rows =
                submission.Edits == 0
                    ? new SubmissionRecoveryRecord(submission, [submission.Current])
                    : await recovery.ReadRowsAsync(space, submission.RootId, cancellationToken);
            yield return (space, rows! with { Turns = recoveryRecord?.Turns ?? [] }, notes);
        }
    }

    // New forms of different cases are applied in parallel; any other change waits for all earlier ones.
    private async Task<List<CaseEvent>> ReplayAsync(ProjectId project, IEnumerable<CaseEvent> events, CancellationToken cancellationToken)
    {
        var late = new List<CaseEvent>();
        foreach (var some in events.Chunk(AtATime))
        {
            var read = await InParallel.EachAsync(
                some,
                async (one, stop) =>
                    one.IsNew && one.Counts is { } counts ? await ReadAsync(one.Space, one.FormOf(counts), stop) : CaseBlocks.None,
                cancellationToken
            );
            var last = new Dictionary<CaseId, Task>();
            foreach (var (one, blocks) in some.Zip(read))
            {
                if (!one.IsNew)
                {
                    await Task.WhenAll(last.Values);
                    await RecomputeAsync(project, one, cancellationToken);
                    continue;
                }
                var named = blocks
                    .Blocks.SelectMany(block => block.Indices.Select(index => index.Target).OfType<CaseId>().Append(block.Id))
                    .Where(id => id.Value is not null)
                    .ToHashSet();
                var applying = AfterAsync(Task.WhenAll(named.Select(last.GetValueOrDefault).OfType<Task>()), one, blocks);
                foreach (var id in named)
                {
                    last[id] = applying;
                }
            }
            await Task.WhenAll(last.Values);
        }
        return late;

        async Task AfterAsync(Task before, CaseEvent one, CaseBlocks blocks)
        {
            await before;
            if (await ApplyAsync(project, one, blocks, cancellationToken) is not null)
            {
                lock (late)
                {
                    late.Add(one);
                }
            }
        }
    }

    // The error of the case blocks, if the form changed nothing.
    private async Task<CaseProblem?> ApplyAsync(ProjectId project, CaseEvent one, CaseBlocks blocks, CancellationToken cancellationToken)
    {
        if (one.Counts is not { } version)
        {
            return null;
        }
        var context = new CaseChangeContext(one.FormOf(version), version.CreatedAt, one.SyncToken);
        var plan = await check.RunAsync(project, blocks, context, cancellationToken);
        return
            plan is { Problem: null, Blocks.Blocks.Count: > 0 }
            && await apply.NewAsync(plan, context, other => FindAsync(one.Space, other, cancellationToken), again: false, cancellationToken)
                is null
            ? CaseProblem.ForeignCase()
            : plan.Problem;
    }

    private async Task RecomputeAsync(ProjectId project, CaseEvent one, CancellationToken cancellationToken)
    {
        var read = await InParallel.EachAsync(
            one.Versions,
            (version, stop) => ReadAsync(one.Space, one.FormOf(version), stop),
            cancellationToken
        );
        var form = one.Counts is { } version ? one.FormOf(version) : null;
        var source = new CaseSource(one.Space.Form, one.Submission.RootId, one.Submission.CreatedAt, one.SyncToken)
        {
            EffectiveForm = form,
            Blocks = form is null ? CaseBlocks.None : await ReadAsync(one.Space, form, cancellationToken),
            Touched = CaseSource.TouchedBy(read.Zip(one.Versions).OrderBy(pair => pair.Second.CreatedAt).Select(pair => pair.First)),
        };
        if (
            !await apply.RecomputeAsync(
                project,
                source,
                other => FindAsync(one.Space, other, cancellationToken),
                again: false,
                cancellationToken
            )
        )
        {
            // It changes another project's case, so the previous version is the effective one.
            var problem = CaseProblem.ForeignCase();
            await NoteProblemAsync(one, problem, cancellationToken);
            await RecomputeAsync(
                project,
                one with
                {
                    Versions = [.. one.Versions.Select(other => other == one.Counts ? other with { Problem = problem.ToString() } : other)],
                },
                cancellationToken
            );
        }
    }

    private async Task<CaseBlocks> ReadAsync(SubmissionSpace space, CaseForm form, CancellationToken cancellationToken) =>
        await FindAsync(space, form, cancellationToken) ?? CaseBlocks.None;

    private async Task<CaseBlocks?> FindAsync(SubmissionSpace space, CaseForm form, CancellationToken cancellationToken) =>
        await files.ReadXmlAsync(space.Project, form.Form, form.Instance, form.XmlHash, cancellationToken) is { } xml
            ? CaseBlockReader.Read(xml, knowsVersion1: false)
            : null;

    private async Task NoteProblemAsync(CaseEvent one, CaseProblem problem, CancellationToken cancellationToken)
    {
        if (
            await submissions.FindInstanceAsync(one.Space, one.Submission.Current.Id, cancellationToken)
                is { State: InstanceState.Current } current
            && current.Version.XmlHash == one.Versions[0].XmlHash
        )
        {
            await submissions.SetProblemAsync(one.Space, current, problem.ToString(), cancellationToken);
        }
    }
}
