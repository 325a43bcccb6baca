using System.Text.Json.Serialization;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// A form, as one of its definitions; more with extended metadata, and in the trash its number. `xlsFormChecks` answers an upload.
/// </summary>
public sealed record FormAnswer
{
    public required int ProjectId { get; init; }

    public required string XmlFormId { get; init; }

    public required string State { get; init; }

    public required string? EnketoId { get; init; }

    public required string? EnketoOnceId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }

    public required bool? WebformsEnabled { get; init; }

    public required int? KeyId { get; init; }

    public required string Version { get; init; }

    public required string Hash { get; init; }

    public required string Sha { get; init; }

    public required string Sha256 { get; init; }

    public required string? DraftToken { get; init; }

    public required DateTimeOffset? PublishedAt { get; init; }

    public required string? Name { get; init; }

    public required string? Description { get; init; }

    /// <summary>Of a form with more than one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SubmissionShards { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Submissions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EntityRelated { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReviewStatesAnswer? ReviewStates { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> LastSubmission { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> ExcelContentType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasDraft { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PublicLinks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> CreatedBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> PublishedBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? XlsFormChecks { get; init; }
}

/// <summary>How many submissions are in a state that asks for a review.</summary>
public sealed record ReviewStatesAnswer(int Received, int HasIssues, int Edited);

/// <summary>A media file that a form expects.</summary>
public sealed record FormAttachmentAnswer
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string? Hash { get; init; }

    public required bool Exists { get; init; }

    public required bool BlobExists { get; init; }

    public required bool DatasetExists { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UpdatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }
}

public sealed record FormFieldAnswer(string Path, string Name, string Type, bool? Binary, bool? SelectMultiple);

/// <summary>A draft was accepted.</summary>
public sealed record DraftUploadAnswer(bool Success)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? XlsFormChecks { get; init; }
}

/// <summary>A dataset that a published form fills.</summary>
public sealed record DatasetDiffAnswer(string Name, IEnumerable<PropertyDiffAnswer> Properties);

public sealed record PropertyDiffAnswer(string Name, bool InForm);
