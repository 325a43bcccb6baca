using System.Globalization;
using System.Security.Cryptography;
using System.Xml;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Headers and envelope of all OpenRosa answers (OR-010 to OR-021).</summary>
public static class OpenRosaResponse
{
    public const string VersionHeader = "X-OpenRosa-Version";
    public const string Version = "1.0";
    public const string ContentType = "text/xml; charset=utf-8";
    public const string ResponseNamespace = "http://openrosa.org/http/response";

    public static void ApplyHeaders(HttpContext http, long acceptContentLength)
    {
        http.Response.Headers[VersionHeader] = Version;
        http.Response.Headers["X-OpenRosa-Accept-Content-Length"] = acceptContentLength.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.ContentLanguage = "en";
    }

    /// <summary>Refuses a missing or other version with 400.6 (OR-002, OR-003).</summary>
    public static void RequireVersion(HttpRequest request)
    {
        var version = request.Headers[VersionHeader].ToString().Trim();
        if (version != Version)
        {
            throw Problem.InvalidHeader(VersionHeader, version).AsException();
        }
    }

    /// <summary>The envelope, with what <paramref name="payload"/> writes after the message; it returns how many elements that is
    /// (OR-010, OR-016 to OR-020).</summary>
    public static IResult Envelope(int status, string nature, string message, int items = 0, Action<XmlWriter>? payload = null) =>
        Xml(
            status,
            xml =>
            {
                xml.WriteStartElement("OpenRosaResponse", ResponseNamespace);
                xml.WriteAttributeString("items", items.ToString(CultureInfo.InvariantCulture));
                xml.WriteStartElement("message", ResponseNamespace);
                xml.WriteAttributeString("nature", nature);
                xml.WriteString(XmlOut.Text(message));
                xml.WriteEndElement();
                payload?.Invoke(xml);
                xml.WriteEndElement();
            }
        );

    /// <summary>An answer of bounded size.</summary>
    public static IResult Xml(int status, Action<XmlWriter> write) => new XmlResult(status, XmlOut.ToBytes(write, declaration: false));

    public static IResult Refusal(Problem problem) => Envelope(problem.Status, "error", problem.Message);

    /// <summary>A document that phones poll.</summary>
    public static XmlDocumentResult Document(Action<XmlWriter> write) => new(XmlOut.ToBytes(write, declaration: true));

    /// <summary>A document of any size, sent while it is written.</summary>
    public static IResult Streamed(Func<XmlWriter, CancellationToken, Task> write) => new StreamedXmlResult(write);

    private sealed record StreamedXmlResult(Func<XmlWriter, CancellationToken, Task> Write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = ContentType;
            if (!HttpMethods.IsHead(httpContext.Request.Method))
            {
                await using var xml = XmlOut.To(httpContext.Response.Body);
                await xml.WriteStartDocumentAsync();
                await Write(xml, httpContext.RequestAborted);
                await xml.FlushAsync();
            }
        }
    }

    private sealed record XmlResult(int Status, ReadOnlyMemory<byte> Body) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = Status;
            httpContext.Response.ContentType = ContentType;
            httpContext.Response.ContentLength = Body.Length;
            await httpContext.Response.Body.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}

/// <summary>A whole OpenRosa document, with a strong ETag of its bytes, and 304 for who has it (OR-037). Holds nothing of the request:
/// it may be kept.</summary>
public sealed record XmlDocumentResult(ReadOnlyMemory<byte> Body) : IResult
{
    private readonly string _etag = $"\"{Convert.ToHexStringLower(MD5.HashData(Body.Span))}\"";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ETag = _etag;
        if (Revalidation.Matches(httpContext.Request.Headers.IfNoneMatch, _etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = OpenRosaResponse.ContentType;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}

/// <summary>`If-None-Match`: strong, weak and `*` all count, since the tags name exact bytes.</summary>
public static class Revalidation
{
    public static bool Matches(StringValues ifNoneMatch, string etag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags)
        && tags.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(EntityTagHeaderValue.Parse(etag), useStrongComparison: false)
        );
}
