using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Primitives;
using ServerlessRosa.Core;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.CommCare;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Web;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>The management API's JSON: in and out (OR-272).</summary>
public static class Json
{
    private const int MaxBytes = 250_000;

    private static readonly IJsonTypeInfoResolver Generated = JsonTypeInfoResolver.Combine(
        PipelineJson.Default,
        CentralJson.Default,
        WebJson.Default,
        CentralBodiesJson.Default,
        CommCareJson.Default,
        CommCareBodiesJson.Default,
        ODataJson.Default
    );

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new Timestamp() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

        // The last one is for details of refusals, which have no types of their own.
        TypeInfoResolver = JsonTypeInfoResolver.Combine(Generated, new DefaultJsonTypeInfoResolver()),
    };

    private static readonly JsonSerializerOptions Bodies = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        TypeInfoResolver = Generated,
    };

    private static readonly JsonSerializerOptions Reading = new() { Converters = { new ReadableDocument() } };

    public static IResult Ok<T>(T value, int status = StatusCodes.Status200OK, string? contentType = null) =>
        Results.Json(value, Options, contentType, status);

    /// <summary>Whether the compiler generated how answers of a type are written.</summary>
    internal static bool IsGenerated(Type type) => Generated.GetTypeInfo(type, Options) is not null;

    /// <summary>The metadata by which answers of a type are written.</summary>
    internal static JsonTypeInfo TypeInfoOf(Type type) => Options.GetTypeInfo(type);

    /// <summary>A list of any length, sent while it is read. The first item is read before the answer starts, so that a failure can
    /// still become an error response.</summary>
    public static async Task<IResult> StreamAsync<T>(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        var rest = items.GetAsyncEnumerator(cancellationToken);
        return Ok(From(rest, await rest.MoveNextAsync()));
    }

    private static async IAsyncEnumerable<T> From<T>(IAsyncEnumerator<T> items, bool any)
    {
        await using (items)
        {
            for (; any; any = await items.MoveNextAsync())
            {
                yield return items.Current;
            }
        }
    }

    public static IResult Success() => Ok(new SuccessAnswer(true));

    public static IResult Refusal(Problem problem) =>
        Ok(new ProblemAnswer(problem.Message, problem.Code) { Details = problem.Details }, problem.Status);

    /// <summary>
    /// The object in the body; a missing body is an empty one, and so is one of another content type, which another site's page could
    /// send. Refuses more than 250 kB (400.36), a content encoding (400.37), what isn't a JSON object (400.1), and a cookie's POST
    /// without its `__csrf` (401.2).
    /// </summary>
    public static Task<JsonElement> ReadAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken) =>
        ReadAsync(request, caller, null, cancellationToken);

    /// <summary>The same as a record of texts, numbers and truth values, in which absent members have their default values. Refuses a
    /// member of another type with 400.11.</summary>
    public static async Task<T> ReadAsync<T>(HttpRequest request, Caller caller, CancellationToken cancellationToken)
        where T : RequestBody
    {
        var body = await ReadAsync(request, caller, cancellationToken);
        var info = (JsonTypeInfo<T>)Bodies.GetTypeInfo(typeof(T));
        foreach (var member in info.Properties)
        {
            if (member.PropertyType == typeof(bool?))
            {
                Flag(body, member.Name);
            }
            else if (member.PropertyType == typeof(int?))
            {
                Number(body, member.Name);
            }
            else
            {
                Text(body, member.Name);
            }
        }
        return body.Deserialize(info)!;
    }

    /// <summary>The same with a larger limit, for calls that take many things at once. Refuses more with 413.1.</summary>
    public static async Task<JsonElement> ReadAsync(HttpRequest request, Caller caller, int? maximum, CancellationToken cancellationToken)
    {
        var body = Parse(await ReadBytesAsync(request, maximum, cancellationToken), JsonValueKind.Object);
        if (caller.ExpectedCsrf is { } csrf && (Text(body, "__csrf") is not { } given || Uri.UnescapeDataString(given) != csrf))
        {
            throw Problem.NotAuthenticated().AsException();
        }
        return body;
    }

    /// <summary>The same where the body may also be a list of objects. Returns the objects, and whether the body was a list.</summary>
    public static async Task<(IReadOnlyList<JsonElement> Objects, bool IsList)> ReadManyAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var bytes = await ReadBytesAsync(request, null, cancellationToken);
        if (bytes.Span.TrimStart(" \t\r\n"u8) is not [(byte)'[', ..])
        {
            return ([Parse(bytes, JsonValueKind.Object)], false);
        }
        var objects = Parse(bytes, JsonValueKind.Array).EnumerateArray().ToList();
        return objects.TrueForAll(one => one.ValueKind == JsonValueKind.Object)
            ? (objects, true)
            : throw Problem.UnparseableJson(bytes.Length).AsException();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, int? maximum, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw Problem.UnsupportedEncoding(encoding.ToString()).AsException();
        }
        var bytes = maximum is { } more
            ? await BoundedBody.ReadAsync(request, more, Problem.BodyTooLarge(more), cancellationToken)
            : await BoundedBody.ReadAsync(request, MaxBytes, Problem.JsonTooLarge(), cancellationToken);
        return request.HasJsonContentType() ? bytes : default;
    }

    /// <summary>The members of an object that are texts or truth values, without those that are null. Refuses others with 400.11, and what
    /// isn't an object with 400.1.</summary>
    public static Dictionary<string, StringValues> Texts(ReadOnlyMemory<byte> bytes)
    {
        var body = Parse(bytes, JsonValueKind.Object);
        var texts = new Dictionary<string, StringValues>();
        foreach (var member in body.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            texts[member.Name] = member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? member.Value.GetRawText()
                : Text(body, member.Name);
        }
        return texts;
    }

    /// <summary>A text member; null when absent or null. Refuses another type with 400.11.</summary>
    public static string? Text(JsonElement body, string name) =>
        Member(body, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            _ => throw Problem.InvalidDataType(name, "string").AsException(), // not the value: it may be a password
        };

    /// <summary>A truth value; null when absent or null. Refuses another type with 400.11.</summary>
    public static bool? Flag(JsonElement body, string name) =>
        Member(body, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.True or JsonValueKind.False } flag => flag.GetBoolean(),
            _ => throw Problem.InvalidDataType(name, "boolean").AsException(),
        };

    /// <summary>A whole number; null when absent or null. Refuses another type with 400.11.</summary>
    public static int? Number(JsonElement body, string name) =>
        Member(body, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var value) => value,
            _ => throw Problem.InvalidDataType(name, "integer").AsException(),
        };

    /// <summary>A list of objects; null when absent or null. Refuses another type with 400.11.</summary>
    public static IReadOnlyList<JsonElement>? Objects(JsonElement body, string name) =>
        Member(body, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object) =>
            [
                .. list.EnumerateArray(),
            ],
            _ => throw Problem.InvalidDataType(name, "list of objects").AsException(),
        };

    /// <summary>A list of texts; null when absent or null. Refuses another type with 400.11.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement body, string name) =>
        Member(body, name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [
                .. list.EnumerateArray().Select(item => item.GetString()!),
            ],
            _ => throw Problem.InvalidDataType(name, "list of strings").AsException(),
        };

    /// <summary>
    /// Names and their values; numbers and booleans are taken as text. Null when absent or null. Refuses another type with 400.11.
    /// </summary>
    public static IReadOnlyDictionary<string, string>? Map(JsonElement body, string name)
    {
        if (Member(body, name) is not { } map)
        {
            return null;
        }
        if (map.ValueKind != JsonValueKind.Object)
        {
            throw Problem.InvalidDataType(name, "object").AsException();
        }
        var values = new Dictionary<string, string>();
        foreach (var member in map.EnumerateObject())
        {
            values[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                JsonValueKind.Null => "",
                _ => throw Problem.InvalidDataType($"{name}.{member.Name}", "string").AsException(),
            };
        }
        return values;
    }

    public static bool Has(JsonElement body, string name) => body.TryGetProperty(name, out _);

    private static JsonElement? Member(JsonElement body, string name) =>
        body.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static JsonElement Parse(ReadOnlyMemory<byte> bytes, JsonValueKind expected)
    {
        if (bytes.IsEmpty)
        {
            return JsonSerializer.SerializeToElement(new object());
        }
        try
        {
            var body = JsonSerializer.Deserialize<JsonElement>(bytes.Span, Reading);
            return body.ValueKind == expected ? body : throw Problem.UnparseableJson(bytes.Length).AsException();
        }
        catch (JsonException e)
        {
            throw Problem.UnparseableJson(bytes.Length).AsException(e);
        }
    }

    /// <summary>Reads every text of the document once: the parser accepts escapes of unpaired surrogates until the text is read.</summary>
    private sealed class ReadableDocument : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var ahead = reader;
            do
            {
                if (ahead.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    ahead.GetString();
                }
            } while (ahead.Read());
            return JsonElement.ParseValue(ref reader);
        }

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);
    }

    /// <summary>`2024-05-01T10:11:12.345Z`, always.</summary>
    private sealed class Timestamp : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Timestamps.Format(value));
    }
}
