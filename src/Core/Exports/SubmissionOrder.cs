using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>`$orderby` of submissions.</summary>
public sealed class SubmissionOrder : RowOrder<Submission>
{
    private SubmissionOrder(string text)
        : base(text, SubmissionField.Read, "__system/submissionDate") { }

    /// <summary>Refuses as <see cref="RowOrder{T}"/> does.</summary>
    public static SubmissionOrder Parse(string text) => new(text);
}
