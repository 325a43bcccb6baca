using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>The fields of `$filter` and `$orderby`: a submission's metadata, known without reading the XML (OR-276 to
/// OR-279).</summary>
internal static class SubmissionField
{
    public const string DeletedAt = "__system/deletedAt";
    private const string FromRepeats = "$root/Submissions/";

    /// <summary>Text, number (double), time or null. Times have milliseconds, as the answers show them. Refuses another name with
    /// 501.5.</summary>
    public static Func<Submission, object?> Read(string name) =>
        Plain(name) switch
        {
            "__id" => submission => submission.RootId.Value,
            "__system/submissionDate" => submission => Milliseconds(submission.CreatedAt),
            "__system/updatedAt" => submission => submission.UpdatedAt is { } time ? Milliseconds(time) : null,
            "__system/submitterId" => submission => submission.Sender.Submitter is { } submitter ? (double)submitter.Value : null,
            "__system/reviewState" => submission => submission.ReviewState,
            DeletedAt => submission => submission.DeletedAt is { } time ? Milliseconds(time) : null,
            _ => throw Problem.UnsupportedODataField(name).AsException(),
        };

    public static bool IsDeletedAt(string name) => Plain(name) == DeletedAt;

    private static string Plain(string name) => name.StartsWith(FromRepeats, StringComparison.Ordinal) ? name[FromRepeats.Length..] : name;

    private static DateTimeOffset Milliseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}
