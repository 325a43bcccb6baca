using System.Globalization;
using System.Text;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Datasets;

/// <summary>
/// A dataset as a file, streamed: header, then one line per entity, newest first (spec 5.2). Its strong ETag is the hash that stands in manifests.
/// </summary>
/// <param name="Columns">What comes before the first property.</param>
/// <param name="Before">The values of those columns.</param>
/// <param name="More">What comes after the last property, and the values of that.</param>
public sealed record EntityCsvResult(
    string Name, EntityList List, EntityLists Entities, IReadOnlyList<string> Columns, Func<DatasetEntity, IEnumerable<string>> Before,
    IReadOnlyList<string> MoreColumns, Func<DatasetEntity, ValueTask<IEnumerable<string>>> More) : IResult
{
    private const string ContentType = "text/csv; charset=utf-8";

    // Before so much is written, nothing is sent.
    private const int Flushed = 32 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>What phones get (OR-140): the id as `name`.</summary>
    public static EntityCsvResult ForPhones(string name, EntityList list, EntityLists entities) =>
        new(name, list, entities,
            ["name", "label", "__version"],
            entity => [entity.Id.Value, entity.Current.Label, Number(entity.Current.Number)],
            [], _ => ValueTask.FromResult(Enumerable.Empty<string>()));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var etag = $"\"{List.Hash}\"";
        response.Headers.ETag = etag;
        if (Revalidation.Matches(httpContext.Request.Headers.IfNoneMatch, etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = ContentType;
        response.Headers.ContentDisposition = FileResult.Disposition("attachment", Name);
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }
        var properties = List.Dataset.Properties.Select(property => property.Name).ToList();
        var text = new StringBuilder();
        Append(text, [.. Columns, .. properties, .. MoreColumns]);
        await foreach (var entity in Entities.ReadAsync(List, httpContext.RequestAborted))
        {
            Append(text, [.. Before(entity), .. properties.Select(property => entity.Current.Data.GetValueOrDefault(property, "")), .. await More(entity)]);
            if (text.Length >= Flushed)
            {
                await SendAsync(text, httpContext);
            }
        }
        await SendAsync(text, httpContext);
    }

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task SendAsync(StringBuilder text, HttpContext httpContext)
    {
        await httpContext.Response.Body.WriteAsync(Utf8.GetBytes(text.ToString()), httpContext.RequestAborted);
        text.Clear();
    }

    // RFC 4180, with line feeds.
    private static void Append(StringBuilder text, IReadOnlyList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            text.Append(i == 0 ? "" : ",");
            text.Append(values[i].AsSpan().IndexOfAny(",\"\r\n") < 0 ? values[i] : $"\"{values[i].Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        }
        text.Append('\n');
    }
}
