using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Passes the entities of received submissions to <see cref="ApplyEntities"/>: within the request, or later from storage if a request could
/// not finish.
/// </summary>
public sealed partial class ApplySubmittedEntities(
    ApplyEntities apply,
    EntityBacklogTable backlog,
    FormDirectory forms,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    ILogger<ApplySubmittedEntities> logger
)
{
    // A phone waits a minute for its answer; Reconcile applies larger submissions.
    private const int MaxAtOnce = 50;

    /// <summary>
    /// Applies entity changes right after the commit. False when Reconcile has to complete them: the submission is received in any case, so
    /// a failure is logged and never changes the answer.
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
                ApplyWithBacklogAsync(
                    apply.RunAsync(ToEntities(space, root, version, xmlFormId, isApproved: false, blocks), cancellationToken),
                    cancellationToken
                )
            )
        );

    /// <summary>
    /// The same from a stored instance. Does nothing when it was edited or deleted since, or its form purged.
    /// </summary>
    internal Task<bool> TryRunAsync(SubmissionSpace space, Instance instance, CancellationToken cancellationToken) =>
        TryAsync(space, ApplyWithBacklogAsync(RunAsync(space, instance, null, forces: false, cancellationToken), cancellationToken));

    /// <summary>
    /// The same for entities that waited for an approval that their dataset no longer requires.
    /// </summary>
    internal Task<bool> TryConvertAsync(SubmissionSpace space, Instance instance, CancellationToken cancellationToken) =>
        TryAsync(
            space,
            ApplyWithBacklogAsync(RunAsync(space, instance, null, forces: false, cancellationToken, converts: true), cancellationToken)
        );

    /// <summary>Whether an instance creates entities of a dataset. Up to three operations.</summary>
    internal async Task<bool> CreatesAsync(SubmissionSpace space, Instance instance, string dataset, CancellationToken cancellationToken) =>
        instance.State == InstanceState.Current
        && await ReadAsync(space, instance, cancellationToken) is { } read
        && read.Blocks.Any(block => block.Create && block.Dataset == dataset);

    /// <summary>Applies updates that have waited too long for the preceding update of their branch to the current version. One operation
    /// when there are none.</summary>
    internal async Task ForceBacklogAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await foreach (var one in backlog.ListBeforeAsync(before, cancellationToken))
        {
            await TryAsync(
                new SubmissionSpace(one.Project, one.Form, null),
                ApplyWithBacklogAsync(ApplyBackloggedAsync(one, forces: true, cancellationToken), cancellationToken)
            );
        }
    }

    // Applied updates may allow backlogged ones that were received before their predecessors.
    private async Task ApplyWithBacklogAsync(Task<IReadOnlyList<BackloggedEntity>> first, CancellationToken cancellationToken)
    {
        var released = new Queue<BackloggedEntity>(await first);
        while (released.TryDequeue(out var backlogged))
        {
            foreach (var next in await ApplyBackloggedAsync(backlogged, forces: false, cancellationToken))
            {
                released.Enqueue(next);
            }
        }
    }

    private async Task<IReadOnlyList<BackloggedEntity>> ApplyBackloggedAsync(
        BackloggedEntity backlogged,
        bool forces,
        CancellationToken cancellationToken
    )
    {
        var space = await WithShardsAsync(new SubmissionSpace(backlogged.Project, backlogged.Form, null), cancellationToken);
        var instance = await submissions.FindInstanceAsync(space, InstanceId.Parse(backlogged.InstanceId), cancellationToken);
        var next = instance is null ? [] : await RunAsync(space, instance, backlogged, forces, cancellationToken);
        await backlog.RemoveAsync(backlogged, cancellationToken);
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
            // The intent stays; changes that were applied are not applied again.
            LogFailed(logger, space.Project.Value, space.Form, e);
            return false;
        }
    }

    private async Task<IReadOnlyList<BackloggedEntity>> RunAsync(
        SubmissionSpace space,
        Instance instance,
        BackloggedEntity? backlogged,
        bool forces,
        CancellationToken cancellationToken,
        bool converts = false
    )
    {
        if (instance.State != InstanceState.Current || await ReadAsync(space, instance, cancellationToken) is not var (form, blocks))
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
            Turn = backlogged,
            Forces = forces,
            Converts = converts,
        };
        return await apply.RunAsync(said, cancellationToken);
    }

    /// <summary>The entities of any version, also of one that was edited. Null when it has none. Up to three operations.</summary>
    internal async Task<(Form Form, IReadOnlyList<EntityBlock> Blocks)?> ReadAsync(
        SubmissionSpace space,
        Instance instance,
        CancellationToken cancellationToken
    )
    {
        if (
            space.Draft is not null
            || await FindFormAsync(space, cancellationToken) is not { } form
            || await forms.FindVersionAsync(form, instance.Version.FormVersion, cancellationToken) is not { Entities.Count: > 0 } definition
        )
        {
            return null;
        }
        var xml = await files.ReadXmlAsync(space, instance.Version, cancellationToken);
        var blocks = SubmissionContentReader.Read(xml, [], definition.Entities).Entities;
        return blocks.Count == 0 || SubmissionHeadReader.Read(xml).Encrypted is not null ? null : (form, blocks);
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

    /// <summary>A space that was made without its form, with the shards of the form; as it is when the form was purged. One operation, or
    /// two.</summary>
    internal async Task<SubmissionSpace> WithShardsAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        space.Draft is not null
            ? space
            : space with
            {
                Shards = (await FindFormAsync(space, cancellationToken))?.Shards ?? SubmissionShards.One,
            };

    /// <summary>Finds forms in the trash too: submissions received before the deletion count. One operation, or two.</summary>
    internal async Task<Form?> FindFormAsync(SubmissionSpace space, CancellationToken cancellationToken)
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
