using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Web;

/// <summary>A file of the console: the smallest encoding that the client takes, with a strong ETag and 304.</summary>
public sealed record ConsoleFileResult(ConsoleFiles Files, ConsoleFile File, string CacheControl, string Policy) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var encoding = File.EncodingFor(request);
        var etag = File.ETag(encoding);
        response.Headers.ETag = etag;
        response.Headers.CacheControl = CacheControl;
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (Revalidation.Matches(request.Headers.IfNoneMatch, etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        await using var content = Files.Open(File, encoding);
        response.ContentType = File.Type;
        response.ContentLength = content.Length;
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }
        if (!HttpMethods.IsHead(request.Method))
        {
            await content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}
