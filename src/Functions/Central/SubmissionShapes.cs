using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Submissions as the management API's JSON (OR-266). Extended metadata adds who sent them.</summary>
public sealed class SubmissionShapes(ActorNames names)
{
    public async ValueTask<SubmissionAnswer> SubmissionAsync(HttpRequest request, ProjectId project, Submission submission)
    {
        var shape = new SubmissionAnswer
        {
            InstanceId = submission.RootId.Value,
            SubmitterId = submission.Sender.Submitter?.Value,
            DeviceId = submission.Sender.DeviceId,
            CreatedAt = submission.CreatedAt,
            UpdatedAt = submission.UpdatedAt,
            ReviewState = submission.ReviewState,
            UserAgent = submission.Sender.UserAgent,
            DeletedAt = submission.DeletedAt,
            CurrentVersion = await VersionAsync(request, project, submission.Current, current: true),
        };
        return ExtendedMetadata.IsWanted(request)
            ? shape with
            {
                Submitter = await ActorAsync(request, project, submission.Sender.Submitter),
            }
            : shape;
    }

    public async ValueTask<SubmissionVersionAnswer> VersionAsync(
        HttpRequest request,
        ProjectId project,
        SubmissionVersion version,
        bool current
    )
    {
        var shape = new SubmissionVersionAnswer
        {
            SubmitterId = version.Sender.Submitter?.Value,
            CreatedAt = version.CreatedAt,
            InstanceName = version.InstanceName,
            InstanceId = version.Id.Value,
            Current = current,
            DeviceId = version.Sender.DeviceId,
            UserAgent = version.Sender.UserAgent,
        };
        return ExtendedMetadata.IsWanted(request)
            ? shape with
            {
                Submitter = await ActorAsync(request, project, version.Sender.Submitter),
                FormVersion = version.FormVersion,
            }
            : shape;
    }

    public async ValueTask<CommentAnswer> CommentAsync(HttpRequest request, ProjectId project, SubmissionComment comment)
    {
        var shape = new CommentAnswer(comment.Body, comment.Author.Value, comment.CreatedAt);
        return ExtendedMetadata.IsWanted(request) ? shape with { Actor = await ActorAsync(request, project, comment.Author) } : shape;
    }

    private async ValueTask<ActorAnswer?> ActorAsync(HttpRequest request, ProjectId project, ActorId? id) =>
        id is { } known && await names.FindAsync(project, known, request.HttpContext.RequestAborted) is { } actor
            ? AccountShapes.Actor(actor)
            : null;
}
