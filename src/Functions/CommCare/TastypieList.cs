using System.Text.Json;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A list in the envelope of CommCare HQ's API, written while its objects are read.</summary>
/// <param name="meta">Of <see cref="ListWindow.Meta"/>.</param>
internal sealed class TastypieList<T>(ListMetaAnswer meta, IReadOnlyList<T> objects, Func<Utf8JsonWriter, T, CancellationToken, Task> write)
    : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var body = new StreamedJson(httpContext.Response);
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }
        var json = body.Writer;
        json.WriteStartObject();
        json.WritePropertyName("meta");
        JsonSerializer.Serialize(json, meta, CommCareJson.Default.ListMetaAnswer);
        json.WriteStartArray("objects");
        foreach (var one in objects)
        {
            await write(json, one, httpContext.RequestAborted);
            await body.SendIfFullAsync(httpContext.RequestAborted);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await body.EndAsync(httpContext.RequestAborted);
    }
}

/// <summary>A single object, written likewise.</summary>
internal sealed class ApiObject(Action<Utf8JsonWriter> write) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var body = new StreamedJson(httpContext.Response);
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            write(body.Writer);
            await body.EndAsync(httpContext.RequestAborted);
        }
    }
}
