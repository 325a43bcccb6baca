using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// A stored file, streamed: content type, disposition, strong ETag with 304, and one byte range (OR-136 to OR-142). The blob is opened
/// only when its bytes are asked for.
/// </summary>
public sealed record FileResult(
    string Name,
    string ContentType,
    string Md5,
    long Size,
    Func<long, long?, CancellationToken, Task<Stream>> Open
) : IResult
{
    /// <summary>Shown in the browser instead of saved: only for pictures that can carry no script.</summary>
    public bool Inline { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var request = httpContext.Request;
        var response = httpContext.Response;
        var etag = $"\"{Md5}\"";
        response.Headers.ETag = etag;
        response.Headers.AcceptRanges = "bytes";
        if (Revalidation.Matches(request.Headers.IfNoneMatch, etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = WithCharset(ContentType);
        response.Headers.ContentDisposition = Disposition(Inline ? "inline" : "attachment", Name);
        var (offset, length) = Requested(request, etag);
        if (length < 0)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{Size}");
            return;
        }
        if (length is { } part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {offset}-{offset + part - 1}/{Size}");
        }
        response.ContentLength = length ?? Size;
        if (!HttpMethods.IsHead(request.Method) && response.ContentLength > 0)
        {
            await using var content = await Open(offset, length, httpContext.RequestAborted);
            await content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }

    /// <summary>
    /// RFC 6266: an ASCII name for old clients beside the encoded name. The ASCII name has no characters with a meaning in paths or
    /// headers.
    /// </summary>
    public static string Disposition(string kind, string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (c is '/' or '\\' or '"' or '%' or ':' or '*' or '?' or '<' or '>' or '|' || char.IsControl(c))
            {
                continue;
            }
            if (c < 128)
            {
                plain.Append(c);
            }
            else if (plain.Length == 0 || plain[^1] != '-')
            {
                plain.Append('-');
            }
        }
        return $"{kind}; filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }

    private static string WithCharset(string contentType) =>
        contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        && !contentType.Contains("charset", StringComparison.OrdinalIgnoreCase)
            ? contentType + "; charset=utf-8"
            : contentType;

    // Several ranges, or a range of another version of the file (If-Range), are answered with the whole file. A length below zero: no
    // such range.
    private (long Offset, long? Length) Requested(HttpRequest request, string etag)
    {
        if (
            !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header)
            || header is not { Unit.Value: "bytes", Ranges.Count: 1 }
            || (request.Headers.IfRange.ToString() is { Length: > 0 } condition && condition != etag)
        )
        {
            return (0, null);
        }
        var range = header.Ranges.First();
        var offset = range.From ?? Math.Max(0, Size - range.To!.Value);
        var end = range.From is null ? Size - 1 : Math.Min(range.To ?? long.MaxValue, Size - 1);
        return offset >= Size || end < offset ? (0, -1) : (offset, end - offset + 1);
    }
}
