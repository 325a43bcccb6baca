using Azure;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Recovery;

/// <summary>
/// Recorded work: written before a change becomes visible (or after it, for a recovery record that could not be written) and removed when
/// all work is done. Reconcile completes the intents that a request left behind.
/// </summary>
/// <param name="Space">The submissions that it concerns, or the form.</param>
/// <param name="Instance">Null for the work of a form.</param>
/// <param name="Work">The hash of the XML that was received, or what else is to be done.</param>
/// <param name="SyncToken">What a phone sent with the submission.</param>
public sealed record Intent(SubmissionSpace Space, InstanceId? Instance, string Work, DateTimeOffset At, string? SyncToken)
{
    /// <summary>The work of a deletion or its undoing.</summary>
    public const string Deletion = "deletion";

    // The rest of the work's text, if any, names the blob of a file that was removed from its slot.
    private const string SubmissionRecord = "recovery-record";

    // The rest of the work's text is the form id.
    private const string FormRecord = "form-recovery-record ";

    internal ETag ETag { get; init; }

    /// <summary>Whether only the recovery record of a submission is missing.</summary>
    internal bool IsSubmissionRecord => Work.StartsWith(SubmissionRecord, StringComparison.Ordinal);

    /// <summary>The blob that <see cref="OfSubmissionRecord"/> was given.</summary>
    internal string? DroppedBlob => Work.Length > SubmissionRecord.Length ? Work[(SubmissionRecord.Length + 1)..] : null;

    /// <summary>The form whose recovery record is missing; null for other work.</summary>
    internal FormId? RecordedForm =>
        Work.StartsWith(FormRecord, StringComparison.Ordinal) ? FormId.Parse(Work[FormRecord.Length..]) : null;

    /// <summary>The recovery record of a submission could not be written after the submission changed.</summary>
    internal static Intent OfSubmissionRecord(SubmissionSpace space, InstanceId root, string? droppedBlob, DateTimeOffset at) =>
        new(space, root, droppedBlob is null ? SubmissionRecord : $"{SubmissionRecord} {droppedBlob}", at, null);

    /// <summary>The recovery record of a form could not be written after the form changed.</summary>
    internal static Intent OfFormRecord(ProjectId project, int number, FormId form, DateTimeOffset at) =>
        new(new SubmissionSpace(project, number, null), null, FormRecord + form.Value, at, null);
}
