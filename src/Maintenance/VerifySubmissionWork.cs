using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// What submissions ask for beyond being kept: cases and entities, and the intents that record such work. Work that is recorded and not
/// done yet is no fault, unless nobody does it.
/// </summary>
public sealed class VerifySubmissionWork(
    SubmissionFilesContainer files,
    CasesTable cases,
    CasesContainer bodies,
    EntitiesTable entities,
    EntityBacklogTable held,
    IntentsTable intents
)
{
    /// <summary>The recent intents of a project. One operation per 1,000 intents of the server.</summary>
    internal async Task<IReadOnlyList<Intent>> ListPendingAsync(
        Verification verification,
        ProjectId project,
        CancellationToken cancellationToken
    )
    {
        var pending = new List<Intent>();
        await foreach (var row in intents.ScanAsync(project, cancellationToken))
        {
            if (row.Read() is var intent && intent.At > verification.Now - Verification.Grace)
            {
                pending.Add(intent);
            }
        }
        return pending;
    }

    /// <summary>Promises, and updates that wait for others, which nobody sees to. One operation per 1,000, and one for each
    /// update.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await verification.EachAsync(
            "intents",
            project,
            intents.ScanAsync(project, cancellationToken),
            (row, intent, stop) => CheckAsync(row, intent),
            cancellationToken
        );
        await verification.EachAsync(
            "held updates",
            project,
            held.ScanAsync(project, cancellationToken),
            (row, one, stop) => CheckHeldAsync(row, one, stop),
            cancellationToken
        );

        async IAsyncEnumerable<Difference> CheckAsync(StoredRow<Intent> row, Intent intent)
        {
            await Task.CompletedTask;
            if (intent.At < verification.Now - Verification.Grace)
            {
                yield return new Difference(
                    "intent-stale",
                    project,
                    row.ToString(),
                    $"the work of form {intent.Space.Form}, instance {intent.Instance}, was recorded at {intent.At:O} and is not done: "
                        + "does Reconcile run?"
                );
            }
        }

        async IAsyncEnumerable<Difference> CheckHeldAsync(
            StoredRow<BackloggedEntity> row,
            BackloggedEntity one,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            if (!await held.IsWaitingAsync(one, stop))
            {
                yield return new Difference("held-update", project, row.ToString(), "nothing finds it when its time is up");
            }
            if (one.At < verification.Now - BackloggedEntity.Longest - Verification.Grace)
            {
                yield return new Difference("held-update", project, row.ToString(), $"it has waited since {one.At:O}: does Reconcile run?");
            }
        }
    }

    /// <summary>Whether a submission that counts was followed by cases and entities. <paramref name="definition"/> is the one that it
    /// was made with, if that is known.</summary>
    internal async IAsyncEnumerable<Difference> CheckAsync(
        Verification verification,
        FormDefinition? definition,
        SubmissionSpace space,
        Submission submission,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var entitiesOf = definition?.Entities ?? [];
        if (submission.CaseBlocks == 0 && entitiesOf.Count == 0)
        {
            yield break;
        }
        var outcome =
            entitiesOf.Count == 0
                ? null
                : await entities.FindOutcomeAsync(
                    new EntityOrigin(space.Project, space.Form, TableKey.Hash(submission.RootId.Value)),
                    cancellationToken
                );
        if (submission.CaseBlocks == 0 && outcome is not null)
        {
            yield break;
        }
        if (
            await files.ReadXmlAsync(space.Project, space.Form, submission.Current.Id, submission.Current.XmlHash, cancellationToken)
            is not { } xml
        )
        {
            yield break; // who looks at the blobs says so
        }
        var found = new List<Difference>();
        var root = new CaseForm(space.Form, submission.RootId, submission.Current.Id, submission.Current.XmlHash);
        var blocks = submission.CaseBlocks == 0 ? CaseBlocks.None : CaseBlockReader.Read(xml, knowsVersion1: false);
        foreach (var id in blocks.Problem is null ? blocks.Blocks.Select(block => block.Id).Distinct() : [])
        {
            if (await FindFaultAsync(space.Project, id, root, cancellationToken) is { } fault)
            {
                found.Add(new Difference("case-not-applied", space.Project, where, fault));
            }
        }
        if (
            outcome is null
            && entitiesOf.Count > 0
            && SubmissionHeadReader.Read(xml).Encrypted is null
            && SubmissionContentReader.Read(xml, [], entitiesOf).Entities is { Count: > 0 } wanted
        )
        {
            found.Add(
                new Difference(
                    "entities-not-applied",
                    space.Project,
                    where,
                    $"it asks for {wanted.Count} changes of entities, and nobody has looked at them"
                )
            );
        }
        if (
            found.Count > 0
            && !(await ListPendingAsync(verification, space.Project, cancellationToken)).Any(intent =>
                intent.Space == space && (intent.Instance == submission.RootId || intent.Instance == submission.Current.Id)
            )
        )
        {
            foreach (var difference in found)
            {
                yield return difference;
            }
        }
    }

    private async Task<string?> FindFaultAsync(ProjectId project, CaseId id, CaseForm form, CancellationToken cancellationToken)
    {
        if (await cases.FindPackedAsync(id, cancellationToken) is not { } packed)
        {
            return $"it speaks of the case {id}, which is not there";
        }
        if (packed.Project != project.Value)
        {
            return $"it speaks of the case {id}, which is one of project {packed.Project}";
        }
        if (packed.Blob is { } blob && await bodies.ProbeAsync(blob, reads: false, cancellationToken) is null)
        {
            return null; // who looks at cases says so
        }
        return (await packed.UnpackAsync(cancellationToken)).Transactions.Any(transaction => transaction.Form == form)
            ? null
            : $"it speaks of the case {id}, which does not know of it";
    }
}
