using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A new case (CC-146).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewCaseBody(
    [property: JsonPropertyName("case_type")] string CaseType,
    [property: JsonPropertyName("case_name")] string CaseName,
    [property: JsonPropertyName("owner_id")] string OwnerId,
    [property: JsonPropertyName("external_id")] string? ExternalId = null,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string> Properties = null!,
    [property: JsonPropertyName("indices")] IReadOnlyDictionary<string, CaseIndexBody> Indices = null!,
    [property: JsonPropertyName("close")] bool? Close = null
) : RequestBody;

/// <summary>A change of a case, which the address, `case_id` or `external_id` names.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CaseChangeBody(
    [property: JsonPropertyName("case_id")] string? CaseId = null,
    [property: JsonPropertyName("case_type")] string? CaseType = null,
    [property: JsonPropertyName("case_name")] string? CaseName = null,
    [property: JsonPropertyName("owner_id")] string? OwnerId = null,
    [property: JsonPropertyName("external_id")] string? ExternalId = null,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string> Properties = null!,
    [property: JsonPropertyName("indices")] IReadOnlyDictionary<string, CaseIndexBody> Indices = null!,
    [property: JsonPropertyName("close")] bool? Close = null
) : RequestBody;

/// <summary>A case of a list: `create` says whether it is new, unless its `external_id` decides; other cases of the list refer to its
/// `temporary_id`.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ListedCaseBody(
    [property: JsonPropertyName("create")] bool? Create = null,
    [property: JsonPropertyName("temporary_id")] string? TemporaryId = null,
    [property: JsonPropertyName("case_id")] string? CaseId = null,
    [property: JsonPropertyName("case_type")] string? CaseType = null,
    [property: JsonPropertyName("case_name")] string? CaseName = null,
    [property: JsonPropertyName("owner_id")] string? OwnerId = null,
    [property: JsonPropertyName("external_id")] string? ExternalId = null,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string> Properties = null!,
    [property: JsonPropertyName("indices")] IReadOnlyDictionary<string, CaseIndexBody> Indices = null!,
    [property: JsonPropertyName("close")] bool? Close = null
) : RequestBody;

/// <summary>The case of an index, by one of its ids, with `case_type` and `relationship`; a blank `case_id` removes the index.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CaseIndexBody(
    [property: JsonPropertyName("case_id")] string? CaseId = null,
    [property: JsonPropertyName("external_id")] string? ExternalId = null,
    [property: JsonPropertyName("temporary_id")] string? TemporaryId = null,
    [property: JsonPropertyName("case_type")] string? CaseType = null,
    [property: JsonPropertyName("relationship"), OneOfTexts("child", "extension")] string? Relationship = null
) : RequestBody;

/// <summary>Ids of cases.</summary>
public sealed record CaseIdsBody(
    [property: JsonPropertyName("case_ids")] IReadOnlyList<string>? CaseIds = null,
    [property: JsonPropertyName("external_ids")] IReadOnlyList<string>? ExternalIds = null
) : RequestBody;
