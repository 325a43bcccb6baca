using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Functions.Submissions;

/// <summary>Submissions as the management API's JSON (spec 9.1).</summary>
public static class SubmissionShapes
{
    public static object Submission(Submission submission) => new
    {
        instanceId = submission.RootId.Value,
        submitterId = submission.Sender.Submitter?.Value,
        deviceId = submission.Sender.DeviceId,
        createdAt = submission.CreatedAt,
        updatedAt = submission.UpdatedAt,
        reviewState = submission.ReviewState,
        userAgent = submission.Sender.UserAgent,
        deletedAt = submission.DeletedAt,
        currentVersion = Version(submission.Current),
    };

    private static object Version(SubmissionVersion version) => new
    {
        submitterId = version.Sender.Submitter?.Value,
        createdAt = version.CreatedAt,
        instanceName = version.InstanceName,
        instanceId = version.Id.Value,
        current = true,
        deviceId = version.Sender.DeviceId,
        userAgent = version.Sender.UserAgent,
    };
}
