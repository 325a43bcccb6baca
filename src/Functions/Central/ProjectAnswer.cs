using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>A project; counts, times and verbs with extended metadata, the lists where `forms` or `datasets` asks for them.</summary>
public sealed record ProjectAnswer
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required bool? Archived { get; init; }

    public required int? KeyId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    public required string? Domain { get; init; }

    public required bool CaseSearch { get; init; }

    public required IEnumerable<FuzzyPropertiesAnswer> FuzzyProperties { get; init; }

    public required bool UserCases { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Forms { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? AppUsers { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Datasets { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> LastSubmission { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> LastEntity { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Verbs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FormAnswer>? FormList { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DatasetAnswer>? DatasetList { get; init; }
}

/// <summary>The properties of a case type in which searches find similar words.</summary>
public sealed record FuzzyPropertiesAnswer(string CaseType, IReadOnlyList<string> Properties);

/// <summary>An entry of the audit; actor and actee with extended metadata, while they exist.</summary>
public sealed record AuditAnswer(int? ActorId, string Action, string? ActeeId, JsonElement? Details, DateTimeOffset LoggedAt, string? Notes)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> Actor { get; init; }

    /// <summary>An actor, a form or a project.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [OneOfTypes(typeof(ActorAnswer), typeof(FormAnswer), typeof(ProjectAnswer))]
    public Optional<object?> Actee { get; init; }
}

/// <summary>A setting of the server: its value, or that there is an image.</summary>
public sealed record ConfigAnswer(string Key, DateTimeOffset SetAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Value { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? BlobExists { get; init; }
}
