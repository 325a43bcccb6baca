using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A product of a domain (CC-044).</summary>
public sealed record ProductAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("description")] string Description,
    [property: JsonPropertyName("category")] string Category,
    [property: JsonPropertyName("program_id")] string ProgramId,
    [property: JsonPropertyName("cost")] string Cost,
    [property: JsonPropertyName("product_data")] IReadOnlyDictionary<string, string> ProductData,
    [property: JsonPropertyName("is_archived")] bool IsArchived,
    [property: JsonPropertyName("last_modified")] string LastModified,
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);
