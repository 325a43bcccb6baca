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
/// Verifies the work of submissions: changes of cases and entities, and the intents that record it. A pending intent is a difference only
/// when it is older than <see cref="Verification.Grace"/>.
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

    /// <summary>
    /// Checks for intents and backlogged entity updates that `Reconcile` should have processed. One operation per 1,000, and one for each
    /// update.
    /// </summary>
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

    /// <summary>
    /// Whether the cases and entities of a submission are applied. <paramref name="definition"/> is the form version that it was made with,
    /// if known. No difference is reported while an intent of the submission is pending.
    /// </summary>
    internal async IAsyncEnumerable<Difference> CheckAsync(
        Verification verification,
        FormDefinition? definition,
        SubmissionSpace space,
        Submission submission,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var entitiesOf = await HasOutcomeAsync(definition, space, submission, cancellationToken) ? [] : definition?.Entities ?? [];
        if (
            (submission.CaseBlocks == 0 && entitiesOf.Count == 0)
            // A missing blob is reported by VerifySubmissionFiles.
            || await files.ReadXmlAsync(space.Project, space.Form, submission.Current.Id, submission.Current.XmlHash, cancellationToken)
                is not { } xml
        )
        {
            yield break;
        }
        var found = await FindCaseFaultsAsync(space, submission, xml, cancellationToken)
            .Select(fault => new Difference("case-not-applied", space.Project, where, fault))
            .ToListAsync(cancellationToken);
        if (
            entitiesOf.Count > 0
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
        if (found.Count > 0 && !await IsPendingAsync(verification, space, submission, cancellationToken))
        {
            foreach (var difference in found)
            {
                yield return difference;
            }
        }
    }

    private async Task<bool> HasOutcomeAsync(
        FormDefinition? definition,
        SubmissionSpace space,
        Submission submission,
        CancellationToken cancellationToken
    ) =>
        definition?.Entities is { Count: > 0 }
        && await entities.FindOutcomeAsync(
            new EntityOrigin(space.Project, space.Form, TableKey.Hash(submission.RootId.Value)),
            cancellationToken
        )
            is not null;

    private async Task<bool> IsPendingAsync(
        Verification verification,
        SubmissionSpace space,
        Submission submission,
        CancellationToken cancellationToken
    ) =>
        (await ListPendingAsync(verification, space.Project, cancellationToken)).Any(intent =>
            intent.Space == space && (intent.Instance == submission.RootId || intent.Instance == submission.Current.Id)
        );

    private async IAsyncEnumerable<string> FindCaseFaultsAsync(
        SubmissionSpace space,
        Submission submission,
        ReadOnlyMemory<byte> xml,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var form = new CaseForm(space.Form, submission.RootId, submission.Current.Id, submission.Current.XmlHash);
        var blocks = submission.CaseBlocks == 0 ? CaseBlocks.None : CaseBlockReader.Read(xml, knowsVersion1: false);
        foreach (var id in blocks.Problem is null ? blocks.Blocks.Select(block => block.Id).Distinct() : [])
        {
            if (await FindFaultAsync(space.Project, id, form, cancellationToken) is { } fault)
            {
                yield return fault;
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
            return null; // reported by VerifyCases
        }
        return (await packed.UnpackAsync(cancellationToken)).Transactions.Any(transaction => transaction.Form == form)
            ? null
            : $"it speaks of the case {id}, which does not know of it";
    }
}
