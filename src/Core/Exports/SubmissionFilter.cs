using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>`$filter` of submissions (OR-276 to OR-279).</summary>
public sealed class SubmissionFilter : RowFilter<Submission>
{
    private static readonly Submission Example = new(
        InstanceId.Parse("example"),
        new Sender(new ActorId(1), null, null),
        "",
        DateTimeOffset.UnixEpoch,
        new SubmissionVersion(InstanceId.Parse("example"), "", "", new Sender(null, null, null), null, DateTimeOffset.UnixEpoch)
    )
    {
        UpdatedAt = DateTimeOffset.UnixEpoch,
        ReviewState = "approved",
        DeletedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>The deleted submissions alone.</summary>
    internal static SubmissionFilter Deleted => Parse($"{SubmissionField.DeletedAt} ne null", DateTimeOffset.UnixEpoch);

    private SubmissionFilter(string text, DateTimeOffset now)
        : base(text, now, Example, SubmissionField.Read, SubmissionField.IsDeletedAt) { }

    /// <summary>Refuses as <see cref="RowFilter{T}"/> does.</summary>
    public static SubmissionFilter Parse(string text, DateTimeOffset now) => new(text, now);
}
