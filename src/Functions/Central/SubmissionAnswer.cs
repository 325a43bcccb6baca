using System.Text.Json.Serialization;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>A submission; its submitter with extended metadata.</summary>
public sealed record SubmissionAnswer
{
    public required string InstanceId { get; init; }

    public required int? SubmitterId { get; init; }

    public required string? DeviceId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }

    public required string? ReviewState { get; init; }

    public required string? UserAgent { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    public required SubmissionVersionAnswer CurrentVersion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> Submitter { get; init; }
}

/// <summary>A version of a submission; submitter and form version with extended metadata.</summary>
public sealed record SubmissionVersionAnswer
{
    public required int? SubmitterId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string? InstanceName { get; init; }

    public required string InstanceId { get; init; }

    public required bool Current { get; init; }

    public required string? DeviceId { get; init; }

    public required string? UserAgent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> Submitter { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> FormVersion { get; init; }
}

/// <summary>A comment on a submission; its author with extended metadata.</summary>
public sealed record CommentAnswer(string Body, int ActorId, DateTimeOffset CreatedAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> Actor { get; init; }
}

/// <summary>A file that a submission expects.</summary>
public sealed record SubmissionAttachmentAnswer(string Name, bool Exists);

/// <summary>A key with which submissions are encrypted.</summary>
public sealed record EncryptionKeyAnswer(int Id, string Public, bool Managed, string? Hint, DateTimeOffset CreatedAt);

/// <summary>A GeoJSON FeatureCollection, which the exports write by themselves.</summary>
public sealed record FeaturesAnswer(string Type, IEnumerable<object> Features);
