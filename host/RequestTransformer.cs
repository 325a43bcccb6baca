using System.Globalization;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace LocalFunctionsHost;

/// <summary>Makes the request to the worker of the client's: the same, with the invocation id and the forwarded headers.</summary>
internal sealed class RequestTransformer(HostOptions options) : HttpTransformer
{
    public const string InvocationId = "x-ms-invocation-id";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Request;
        proxyRequest.Headers.Host = null;
        Set(InvocationId, (string)httpContext.Items[InvocationId]!);
        Set("X-Forwarded-Host", request.Host.Value ?? "");
        if (!options.TrustForwarded || !request.Headers.ContainsKey("X-Forwarded-For"))
            Set("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"{httpContext.Connection.RemoteIpAddress}"));
        if (!options.TrustForwarded || request.Headers["X-Forwarded-Proto"] is not ["http" or "https"])
            Set("X-Forwarded-Proto", request.Scheme);

        void Set(string name, string value)
        {
            proxyRequest.Headers.Remove(name);
            proxyRequest.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
