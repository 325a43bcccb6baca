using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Gives the entities of submissions that were received to <see cref="ApplyEntities"/>: right away, or from what is stored when a
/// request could not finish.
/// </summary>
public sealed partial class ApplySubmittedEntities(
    ApplyEntities apply,
    EntityBacklogTable held,
    FormDirectory forms,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    ILogger<ApplySubmittedEntities> logger
)
{
    // A phone waits a minute for its answer; what takes longer is left to the timer.
    private const int MaxAtOnce = 50;

    /// <summary>What a submission says about entities; empty for most, for drafts and for encrypted ones.</summary>
    internal static IReadOnlyList<EntityBlock> Read(
        SubmissionSpace space,
        SubmissionHead head,
        FormDefinition definition,
        ReadOnlyMemory<byte> xml
    ) => space.Draft is null && head.Encrypted is null ? EntityBlocksReader.Read(xml, definition.Entities) : [];

    /// <summary>
    /// Right after the claim. False when it has to be finished later: the submission is received in any case, so a failure here is
    /// logged and never changes what the phone is told.
    /// </summary>
    internal async Task<bool> TryRunAsync(
        SubmissionSpace space,
        InstanceId root,
        SubmissionVersion version,
        string xmlFormId,
        IReadOnlyList<EntityBlock> blocks,
        CancellationToken cancellationToken
    ) =>
        blocks.Count == 0
        || (
            blocks.Count <= MaxAtOnce
            && await TryAsync(
                space,
                FollowAsync(
                    apply.RunAsync(ToEntities(space, root, version, xmlFormId, isApproved: false, blocks), cancellationToken),
                    cancellationToken
                )
            )
        );

    /// <summary>
    /// The same from what is stored of an instance, as far as it still counts: not when it was edited or deleted since, or its form
    /// forgotten.
    /// </summary>
    internal Task<bool> TryRunAsync(SubmissionSpace space, Instance instance, CancellationToken cancellationToken) =>
        TryAsync(space, FollowAsync(RunAsync(space, instance, null, forces: false, cancellationToken), cancellationToken));

    /// <summary>
    /// The same for entities that waited for an approval that their dataset no longer requires.
    /// </summary>
    internal Task<bool> TryConvertAsync(SubmissionSpace space, Instance instance, CancellationToken cancellationToken) =>
        TryAsync(space, FollowAsync(RunAsync(space, instance, null, forces: false, cancellationToken, converts: true), cancellationToken));

    /// <summary>Whether an instance creates entities of a dataset. Up to three operations.</summary>
    internal async Task<bool> CreatesAsync(SubmissionSpace space, Instance instance, string dataset, CancellationToken cancellationToken) =>
        await ReadAsync(space, instance, cancellationToken) is { } read
        && read.Blocks.Any(block => block.Create && block.Dataset == dataset);

    /// <summary>Applies updates that have waited too long for the one before them in their branch, to whatever is there. One operation
    /// when there are none.</summary>
    internal async Task ForceHeldAsync(DateTimeOffset heldBefore, CancellationToken cancellationToken)
    {
        await foreach (var one in held.ListBeforeAsync(heldBefore, cancellationToken))
        {
            await TryAsync(
                new SubmissionSpace(one.Project, one.Form, null),
                FollowAsync(TakeTurnAsync(one, forces: true, cancellationToken), cancellationToken)
            );
        }
    }

    // What was applied may let others follow, which were sent before their turn.
    private async Task FollowAsync(Task<IReadOnlyList<BackloggedEntity>> first, CancellationToken cancellationToken)
    {
        var turns = new Queue<BackloggedEntity>(await first);
        while (turns.TryDequeue(out var turn))
        {
            foreach (var next in await TakeTurnAsync(turn, forces: false, cancellationToken))
            {
                turns.Enqueue(next);
            }
        }
    }

    private async Task<IReadOnlyList<BackloggedEntity>> TakeTurnAsync(
        BackloggedEntity turn,
        bool forces,
        CancellationToken cancellationToken
    )
    {
        var space = new SubmissionSpace(turn.Project, turn.Form, null);
        var instance = await submissions.FindInstanceAsync(space, InstanceId.Parse(turn.InstanceId), cancellationToken);
        var next = instance is null ? [] : await RunAsync(space, instance, turn, forces, cancellationToken);
        await held.RemoveAsync(turn, cancellationToken);
        return next;
    }

    private async Task<bool> TryAsync(SubmissionSpace space, Task run)
    {
        try
        {
            await run;
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Nothing is lost: the intent stays, and whatever of it was done is not done again.
            LogFailed(logger, space.Project.Value, space.Form, e);
            return false;
        }
    }

    private async Task<IReadOnlyList<BackloggedEntity>> RunAsync(
        SubmissionSpace space,
        Instance instance,
        BackloggedEntity? turn,
        bool forces,
        CancellationToken cancellationToken,
        bool converts = false
    )
    {
        if (await ReadAsync(space, instance, cancellationToken) is not var (form, blocks))
        {
            return [];
        }
        var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
        if (submission.Current.Id != instance.Version.Id || submission.DeletedAt is not null)
        {
            return [];
        }
        var approved = submission.ReviewState == SubmissionDirectory.Approved;
        var said = ToEntities(space, submission.RootId, instance.Version, form.Id.Value, approved, blocks) with
        {
            Turn = turn,
            Forces = forces,
            Converts = converts,
        };
        return await apply.RunAsync(said, cancellationToken);
    }

    // Null for an instance that is not current or has no entities.
    private async Task<(Form Form, IReadOnlyList<EntityBlock> Blocks)?> ReadAsync(
        SubmissionSpace space,
        Instance instance,
        CancellationToken cancellationToken
    )
    {
        if (
            space.Draft is not null
            || instance.State != InstanceState.Current
            || await FindFormAsync(space, cancellationToken) is not { } form
            || await forms.FindVersionAsync(form, instance.Version.FormVersion, cancellationToken) is not { Entities.Count: > 0 } definition
        )
        {
            return null;
        }
        var xml = await files.ReadXmlAsync(space, instance.Version, cancellationToken);
        var blocks = Read(space, SubmissionHeadReader.Read(xml), definition, xml);
        return blocks.Count == 0 ? null : (form, blocks);
    }

    private static EntitySubmission ToEntities(
        SubmissionSpace space,
        InstanceId root,
        SubmissionVersion version,
        string xmlFormId,
        bool isApproved,
        IReadOnlyList<EntityBlock> blocks
    )
    {
        var source = new EntitySource(xmlFormId, version.Id.Value);
        return new EntitySubmission(
            new EntityOrigin(space.Project, space.Form, TableKey.Hash(root.Value)),
            source,
            new EntityVersion(0, "", new Dictionary<string, string>(), version.Sender.Submitter, version.CreatedAt)
            {
                UserAgent = version.Sender.UserAgent,
                Source = source,
            },
            isApproved,
            blocks
        );
    }

    // In the trash too: what was received before counts.
    private async Task<Form?> FindFormAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var all = await forms.FindListAsync(space.Project, cancellationToken) ?? [];
        return all.FirstOrDefault(form => form.Number == space.Form)
            ?? (await forms.ListTrashAsync(space.Project, cancellationToken)).FirstOrDefault(form => form.Number == space.Form);
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The entities of a submission to form {Form} in project {Project} could not be changed, and will be later."
    )]
    private static partial void LogFailed(ILogger logger, int project, int form, Exception e);
}
