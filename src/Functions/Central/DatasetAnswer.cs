using System.Text.Json.Serialization;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>A dataset; counts with extended metadata, in the trash its number, alone its properties and forms.</summary>
public sealed record DatasetAnswer
{
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int ProjectId { get; init; }

    public required bool ApprovalRequired { get; init; }

    public required bool OwnerOnly { get; init; }

    public required AccessFilterAnswer? AccessFilter { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Entities { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> LastEntity { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Conflicts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> LastUpdate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<DatasetPropertyAnswer>? Properties { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<FormNameAnswer>? LinkedForms { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<FormNameAnswer>? SourceForms { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<FormNameAnswer>? DraftLinkedForms { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<FormNameAnswer>? DraftSourceForms { get; init; }
}

/// <summary>Which entities phones get: their own, or those that fit their properties.</summary>
public sealed record AccessFilterAnswer(string Type)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AccessRule>? Rules { get; init; }
}

public sealed record DatasetPropertyAnswer(string Name, string? OdataName, DateTimeOffset? PublishedAt, IEnumerable<FormNameAnswer> Forms);

public sealed record FormNameAnswer(string XmlFormId, string Name);
