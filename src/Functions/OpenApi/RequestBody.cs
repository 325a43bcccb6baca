using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>
/// The JSON of a request. Members with a default value may be absent; of those that may be null, null is the same as absent unless their
/// comment says otherwise.
/// </summary>
public abstract record RequestBody;

/// <summary>The JSON of a request to the management API, which may prove that a cookie's POST comes from a page of this server
/// (OR-055 to OR-071).</summary>
public abstract record RestBody : RequestBody
{
    [JsonPropertyName("__csrf")]
    public string? Csrf { get; init; }
}

/// <summary>Nothing.</summary>
public sealed record EmptyBody : RestBody;

/// <summary>A text; a number or truth value stands for what it is written as, and null for the blank text.</summary>
[JsonTypes("string", "number", "boolean", "null")]
public sealed record TextOfScalar;

/// <summary>A text, or a number that stands for what it is written as.</summary>
[JsonTypes("string", "number", "null")]
public sealed record TextOrNumber;

/// <summary>A text or a truth value.</summary>
[JsonTypes("string", "boolean", "null")]
public sealed record TextOrFlag;
