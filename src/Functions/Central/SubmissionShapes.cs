using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Submissions as the management API's JSON (OR-266). Extended metadata adds who sent them.</summary>
public sealed class SubmissionShapes(ActorNames names)
{
    public async ValueTask<object> SubmissionAsync(HttpRequest request, ProjectId project, Submission submission)
    {
        var shape = new Dictionary<string, object?>
        {
            ["instanceId"] = submission.RootId.Value,
            ["submitterId"] = submission.Sender.Submitter?.Value,
            ["deviceId"] = submission.Sender.DeviceId,
            ["createdAt"] = submission.CreatedAt,
            ["updatedAt"] = submission.UpdatedAt,
            ["reviewState"] = submission.ReviewState,
            ["userAgent"] = submission.Sender.UserAgent,
            ["deletedAt"] = submission.DeletedAt,
            ["currentVersion"] = await VersionAsync(request, project, submission.Current, current: true),
        };
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["submitter"] = await ActorAsync(request, project, submission.Sender.Submitter);
        }
        return shape;
    }

    public async ValueTask<object> VersionAsync(HttpRequest request, ProjectId project, SubmissionVersion version, bool current)
    {
        var shape = new Dictionary<string, object?>
        {
            ["submitterId"] = version.Sender.Submitter?.Value,
            ["createdAt"] = version.CreatedAt,
            ["instanceName"] = version.InstanceName,
            ["instanceId"] = version.Id.Value,
            ["current"] = current,
            ["deviceId"] = version.Sender.DeviceId,
            ["userAgent"] = version.Sender.UserAgent,
        };
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["submitter"] = await ActorAsync(request, project, version.Sender.Submitter);
            shape["formVersion"] = version.FormVersion;
        }
        return shape;
    }

    public async ValueTask<object> CommentAsync(HttpRequest request, ProjectId project, SubmissionComment comment)
    {
        var shape = new Dictionary<string, object?>
        {
            ["body"] = comment.Body,
            ["actorId"] = comment.Author.Value,
            ["createdAt"] = comment.CreatedAt,
        };
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["actor"] = await ActorAsync(request, project, comment.Author);
        }
        return shape;
    }

    private async ValueTask<object?> ActorAsync(HttpRequest request, ProjectId project, ActorId? id) =>
        id is { } known && await names.FindAsync(project, known, request.HttpContext.RequestAborted) is { } actor
            ? AccountShapes.Actor(actor)
            : null;
}
