using System.Text.Json.Serialization;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>An entity; its creator with extended metadata.</summary>
public sealed record EntityAnswer
{
    public required string Uuid { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    public required int? CreatorId { get; init; }

    public required string? Conflict { get; init; }

    public required EntityVersionAnswer CurrentVersion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> Creator { get; init; }
}

/// <summary>A version of an entity: its data where one entity was asked for, its part in conflicts where all versions were.</summary>
public sealed record EntityVersionAnswer
{
    public required int Version { get; init; }

    public required string Label { get; init; }

    public required bool Current { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int? CreatorId { get; init; }

    public required string? UserAgent { get; init; }

    public required int? BaseVersion { get; init; }

    public required IReadOnlyList<string>? ConflictingProperties { get; init; }

    public required string? BranchId { get; init; }

    public required int? TrunkVersion { get; init; }

    public required int? BranchBaseVersion { get; init; }

    public required EntitySourceAnswer Source { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyDictionary<string, string>?> DataReceived { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> Creator { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Conflict { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Resolved { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? BaseDiff { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ServerDiff { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? LastGoodVersion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? RelevantToConflict { get; init; }
}

/// <summary>What made a version: a submission, a list of many entities, or a call of the API, for which it is empty.</summary>
public sealed record EntitySourceAnswer
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EntitySubmissionAnswer? Submission { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> Size { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Count { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> UserAgent { get; init; }
}

public sealed record EntitySubmissionAnswer(string InstanceId, string XmlFormId);

/// <summary>A property that a version changed; without `old` if the former version lacked it.</summary>
public sealed record EntityDiffAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Old,
    string? New,
    string PropertyName
);
