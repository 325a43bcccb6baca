using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.CommCare;

public sealed record LookupTableAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("tag")] string Tag,
    [property: JsonPropertyName("is_global")] bool IsGlobal,
    [property: JsonPropertyName("fields")] IEnumerable<LookupFieldAnswer> Fields,
    [property: JsonPropertyName("item_attributes")] IReadOnlyList<string> ItemAttributes,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

public sealed record LookupFieldAnswer(
    [property: JsonPropertyName("field_name")] string FieldName,
    [property: JsonPropertyName("properties")] IReadOnlyList<string> Properties,
    [property: JsonPropertyName("is_indexed")] bool IsIndexed
);

/// <summary>A row of a lookup table.</summary>
public sealed record LookupRowAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("data_type_id")] string DataTypeId,
    [property: JsonPropertyName("sort_key")] int SortKey,
    [property: JsonPropertyName("fields")] IReadOnlyDictionary<string, LookupValuesAnswer> Fields,
    [property: JsonPropertyName("item_attributes")] IReadOnlyDictionary<string, string> ItemAttributes,
    [property: JsonPropertyName("owners")] LookupOwnersAnswer Owners,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

public sealed record LookupValuesAnswer([property: JsonPropertyName("field_list")] IEnumerable<LookupValueAnswer> FieldList);

public sealed record LookupValueAnswer(
    [property: JsonPropertyName("field_value")] string FieldValue,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string> Properties
);

public sealed record LookupOwnersAnswer(
    [property: JsonPropertyName("users")] IReadOnlyList<string> Users,
    [property: JsonPropertyName("groups")] IReadOnlyList<string> Groups,
    [property: JsonPropertyName("locations")] IReadOnlyList<string> Locations
);

/// <summary>A row of a lookup table, in short.</summary>
public sealed record FixtureAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("fixture_type")] string FixtureType,
    [property: JsonPropertyName("fields")] IReadOnlyDictionary<string, string> Fields,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);
