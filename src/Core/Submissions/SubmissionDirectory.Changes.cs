using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Changes of a stored submission: its review, deletion, attachments and comments.</summary>
public sealed partial class SubmissionDirectory
{
    /// <summary>Null clears the review state.</summary>
    public async Task<Submission> ReviewAsync(
        SubmissionSpace space,
        InstanceId root,
        string? reviewState,
        CancellationToken cancellationToken
    )
    {
        var (_, current) = await FindCurrentAsync(space, root, cancellationToken);
        await submissions.ReviewAsync(space, current, reviewState, clock.GetUtcNow(), cancellationToken);
        await recovery.AfterChangeAsync(space, root);
        return await GetAsync(space, root, cancellationToken);
    }

    /// <summary>
    /// Moves a submission to the trash: it is listed as deleted only, and cannot be sent again (409.18). Its cases are recomputed without
    /// it.
    /// </summary>
    public async Task DeleteAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        await ConditionalWrite.RepeatAsync<bool>(
            async () =>
            {
                var (submission, current) = await FindCurrentAsync(space, root, cancellationToken);
                return await SetDeletedAsync(space, submission, current, deleted: true, cancellationToken) ? true : Attempt<bool>.Conflict;
            },
            cancellationToken
        );
    }

    /// <summary>Restores a submission from the trash. Refuses one that is not deleted with 404.1.</summary>
    public async Task RestoreAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var instance = await submissions.FindInstanceAsync(space, root, cancellationToken) ?? throw Problem.NotFound().AsException();
        var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
        var current = await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken);
        if (
            submission.RootId != root
            || submission.DeletedAt is null
            || current is not { State: InstanceState.Deleted }
            || !await SetDeletedAsync(space, submission, current, deleted: false, cancellationToken)
        )
        {
            throw Problem.NotFound().AsException();
        }
    }

    private async Task<bool> SetDeletedAsync(
        SubmissionSpace space,
        Submission submission,
        Instance current,
        bool deleted,
        CancellationToken cancellationToken
    )
    {
        var intent = submission.CaseBlocks > 0 ? new Intent(space, submission.RootId, Intent.Deletion, clock.GetUtcNow(), null) : null;
        var again = intent is not null && !await intents.AddAsync(intent, cancellationToken);
        var (now, name) = (clock.GetUtcNow(), deleted ? WebhookEvent.SubmissionDeleted : WebhookEvent.SubmissionRestored);
        await announce.TrashAsync(space, submission.RootId, name, now, submission.CaseBlocks > 0, cancellationToken);
        if (!await submissions.SetDeletedAsync(space, submission, current, deleted, now, cancellationToken))
        {
            return false;
        }
        if (intent is not null && await apply.RecomputeCasesAsync(intent, again, CancellationToken.None))
        {
            await intents.RemoveAsync(intent, CancellationToken.None);
        }
        await recovery.AfterChangeAsync(space, submission.RootId);
        return true;
    }

    /// <summary>Fills a slot of the current version, or empties it (null). Refuses an unknown slot with 404.1.</summary>
    public async Task PutMediaAsync(
        SubmissionSpace space,
        InstanceId root,
        string name,
        IncomingFile? file,
        CancellationToken cancellationToken
    )
    {
        var version = (await FindCurrentAsync(space, root, cancellationToken)).Current.Version;
        RequireSlot(version, name);
        var type = MediaType.Of(file?.ContentType, name);
        var stored = file is null
            ? null
            : await files.PutMediaAsync(space, version, name, file.Content, type, clock.GetUtcNow(), cancellationToken);
        await ConditionalWrite.RepeatAsync<bool>(
            async () =>
            {
                var (_, current) = await FindCurrentAsync(space, root, CancellationToken.None);
                RequireSlot(current.Version, name);
                var media = current
                    .Version.Media.Select(slot =>
                        slot.Name != name
                            ? slot
                            : new SubmissionMedia(name, slot.IsAudit)
                            {
                                Blob = stored?.Blob,
                                Md5 = stored?.Md5,
                                Size = stored?.Size,
                                ContentType = stored is null ? null : type,
                            }
                    )
                    .ToList();
                var filled = current with { Version = current.Version with { Media = media } };
                if (!await submissions.FillMediaAsync(space, filled, CancellationToken.None))
                {
                    return Attempt<bool>.Conflict;
                }
                await recovery.AfterChangeAsync(space, root, dropped: current.Version.Media.First(slot => slot.Name == name).Blob);
                return true;
            },
            CancellationToken.None
        );
    }

    public async Task<SubmissionComment> CommentAsync(
        SubmissionSpace space,
        InstanceId root,
        string body,
        ActorId author,
        CancellationToken cancellationToken
    )
    {
        await GetAsync(space, root, cancellationToken);
        var comment = new SubmissionComment(body, author, clock.GetUtcNow());
        await submissions.AddCommentAsync(space, root, comment, cancellationToken);
        await recovery.AfterChangeAsync(space, root);
        return comment;
    }

    private static void RequireSlot(SubmissionVersion version, string name)
    {
        if (version.Media.All(slot => slot.Name != name))
        {
            throw Problem.NotFound().AsException();
        }
    }
}
