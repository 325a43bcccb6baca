using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A location, as version 2 has it.</summary>
public sealed record LocationAnswer(
    [property: JsonPropertyName("location_id")] string LocationId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("site_code")] string SiteCode,
    [property: JsonPropertyName("location_type_code")] string LocationTypeCode,
    [property: JsonPropertyName("location_type_name")] string LocationTypeName,
    [property: JsonPropertyName("parent_location_id")] string ParentLocationId,
    [property: JsonPropertyName("external_id")] string ExternalId,
    [property: JsonPropertyName("latitude")] string? Latitude,
    [property: JsonPropertyName("longitude")] string? Longitude,
    [property: JsonPropertyName("location_data")] IReadOnlyDictionary<string, string> LocationData,
    [property: JsonPropertyName("is_archived")] bool IsArchived,
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("last_modified")] DateTimeOffset LastModified
);

/// <summary>A location, as version 1 has it.</summary>
public sealed record LocationV1Answer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("location_id")] string LocationId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("site_code")] string SiteCode,
    [property: JsonPropertyName("external_id")] string? ExternalId,
    [property: JsonPropertyName("location_type")] string LocationType,
    [property: JsonPropertyName("parent")] string? Parent,
    [property: JsonPropertyName("latitude")] string? Latitude,
    [property: JsonPropertyName("longitude")] string? Longitude,
    [property: JsonPropertyName("location_data")] IReadOnlyDictionary<string, string> LocationData,
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("last_modified")] DateTimeOffset LastModified,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

public sealed record LocationTypeAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("parent")] string? Parent,
    [property: JsonPropertyName("shares_cases")] bool SharesCases,
    [property: JsonPropertyName("view_descendants")] bool ViewDescendants,
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

/// <summary>What an upload of a file changes, or with `dry_run` would change.</summary>
public sealed record UploadAnswer(
    [property: JsonPropertyName("dry_run")] bool DryRun,
    [property: JsonPropertyName("added")] int Added,
    [property: JsonPropertyName("changed")] int Changed,
    [property: JsonPropertyName("removed")] int Removed,
    [property: JsonPropertyName("moved")] int Moved,
    [property: JsonPropertyName("unchanged")] int Unchanged,
    [property: JsonPropertyName("examples")] UploadExamplesAnswer Examples
);

public sealed record UploadExamplesAnswer(
    [property: JsonPropertyName("added")] IEnumerable<UploadExampleAnswer> Added,
    [property: JsonPropertyName("changed")] IEnumerable<UploadExampleAnswer> Changed,
    [property: JsonPropertyName("removed")] IEnumerable<UploadExampleAnswer> Removed
);

/// <summary>A row of the file before and after.</summary>
public sealed record UploadExampleAnswer
{
    [JsonPropertyName("before"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    [JsonPropertyName("after"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? After { get; init; }
}
