using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Web;

/// <summary>A file of the console: the smallest encoding that the client takes, with a strong ETag and 304.</summary>
public sealed record ConsoleFileResult(ConsoleFiles Files, ConsoleFile File, string CacheControl, string Policy) : IResult
{
    /// <summary>
    /// Scripts, styles and requests of this server only, and none of them inline. Pictures may also be made by the page itself; those from
    /// submissions are pictures only, since `img` runs no script.
    /// </summary>
    public const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>
    /// The same for a form to fill in. ODK's web forms insert style elements, evaluate XPath in WebAssembly, and scale photos in workers
    /// that they make themselves.
    /// </summary>
    public const string FormPolicy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        + "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

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
