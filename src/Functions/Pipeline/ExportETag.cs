using System.Security.Cryptography;
using System.Text;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>The weak ETag of a streamed answer: a hash of its sources and of the request's parameters.</summary>
public static class ExportETag
{
    /// <summary>Sets the header. True when the client has this answer already: then it is 304 and needs not be made. Nothing happens
    /// without a fingerprint.</summary>
    public static bool IsKnown(HttpRequest request, string? fingerprint, string origin)
    {
        if (fingerprint is null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            return false;
        }
        var asked = $"{fingerprint}\n{origin}{request.Path}{request.QueryString}";
        var etag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)))[..32]}\"";
        request.HttpContext.Response.Headers.ETag = etag;
        return Revalidation.Matches(request.Headers.IfNoneMatch, etag);
    }
}
