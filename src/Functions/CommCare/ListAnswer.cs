using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The envelope of lists.</summary>
public sealed record ListAnswer<T>(
    [property: JsonPropertyName("meta")] ListMetaAnswer Meta,
    [property: JsonPropertyName("objects")] IEnumerable<T> Objects
);

/// <summary>Where a page is in its list; `next` and `previous` are addresses on this host.</summary>
public sealed record ListMetaAnswer(
    [property: JsonPropertyName("limit")] int Limit,
    [property: JsonPropertyName("next")] string? Next,
    [property: JsonPropertyName("offset")] int Offset,
    [property: JsonPropertyName("previous")] string? Previous,
    [property: JsonPropertyName("total_count")] int TotalCount
);
