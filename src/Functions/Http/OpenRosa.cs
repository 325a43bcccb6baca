using System.Globalization;
using System.Security.Cryptography;
using System.Xml;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Http;

/// <summary>What all OpenRosa answers have in common (spec 1.2, 1.3).</summary>
public static class OpenRosa
{
    public const string VersionHeader = "X-OpenRosa-Version";
    public const string Version = "1.0";
    public const string ContentType = "text/xml; charset=utf-8";
    private const string ResponseNamespace = "http://openrosa.org/http/response";

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

    /// <summary>The envelope, with what <paramref name="payload"/> writes after the message; it returns how many elements that is (OR-010, OR-016 to OR-020).</summary>
    public static IResult Envelope(int status, string nature, string message, int items = 0, Action<XmlWriter>? payload = null) =>
        Xml(status, xml =>
        {
            xml.WriteStartElement("OpenRosaResponse", ResponseNamespace);
            xml.WriteAttributeString("items", items.ToString(CultureInfo.InvariantCulture));
            xml.WriteStartElement("message", ResponseNamespace);
            xml.WriteAttributeString("nature", nature);
            xml.WriteString(XmlOut.Text(message));
            xml.WriteEndElement();
            payload?.Invoke(xml);
            xml.WriteEndElement();
        });

    public static IResult Refusal(Problem problem) => Envelope(problem.Status, "error", problem.Message);

    /// <summary>A document that phones poll: with a strong ETag of its bytes, and 304 when they have it (OR-037).</summary>
    public static IResult Document(Action<XmlWriter> write) => new XmlResult(StatusCodes.Status200OK, XmlOut.ToBytes(write, declaration: true), Revalidates: true);

    private static XmlResult Xml(int status, Action<XmlWriter> write) => new(status, XmlOut.ToBytes(write, declaration: false), Revalidates: false);

    private sealed record XmlResult(int Status, ReadOnlyMemory<byte> Body, bool Revalidates) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            if (Revalidates)
            {
                var etag = $"\"{Convert.ToHexStringLower(MD5.HashData(Body.Span))}\"";
                response.Headers.ETag = etag;
                if (Revalidation.Matches(httpContext.Request.Headers.IfNoneMatch, etag))
                {
                    response.StatusCode = StatusCodes.Status304NotModified;
                    return;
                }
            }
            response.StatusCode = Status;
            response.ContentType = ContentType;
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}

/// <summary>`If-None-Match`: strong, weak and `*` all count, since the tags name exact bytes.</summary>
public static class Revalidation
{
    public static bool Matches(StringValues ifNoneMatch, string etag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(etag), useStrongComparison: false));
}
