using System.Net;
using LocalFunctionsHost.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace LocalFunctionsHost;

/// <summary>Runs HTTP functions: the request goes to the worker over HTTP, the invocation over the stream.</summary>
internal sealed partial class HttpInvoker : IDisposable
{
    private static readonly ForwarderRequestConfig Forwarding = new()
    {
        ActivityTimeout = TimeSpan.FromSeconds(240),
        Version = HttpVersion.Version11,
    };

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly HostOptions _options;
    private readonly IHttpForwarder _forwarder;
    private readonly RequestTransformer _transformer;
    private readonly HttpMessageInvoker _client;
    private readonly ILogger _logger;

    public HttpInvoker(HostOptions options, IHttpForwarder forwarder, ILogger<HttpInvoker> logger)
    {
        (_options, _forwarder, _logger) = (options, forwarder, logger);
        _transformer = new RequestTransformer(options);
        _client = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                // As Kestrel read them. The real host answers 500 to a value with other bytes than ASCII.
                RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
            }
        );
    }

    public async Task RunAsync(HttpContext http, Worker worker, HttpFunction function, RouteValueDictionary values)
    {
        if (function.LoadFailure is not null || worker.HttpUri is null || http.Request.ContentLength > _options.BodyLimit)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }
        if (_options.BufferBodies && http.Request.ContentLength is > 0)
            await BufferAsync(http);

        var id = Guid.NewGuid().ToString();
        http.Items[RequestTransformer.InvocationId] = id;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(worker.Ended);
        var forwarding = _forwarder
            .SendAsync(http, worker.HttpUri.GetLeftPart(UriPartial.Authority), _client, Forwarding, _transformer, end.Token)
            .AsTask();
        var trigger = new TypedData { Http = new RpcHttp { Method = http.Request.Method } };
        var invocation = worker.InvokeAsync(function, id, trigger, Texts(values));
        await using var cancel = http.RequestAborted.Register(() => worker.Cancel(id));

        // A function that fails before it answers leaves the forwarded request without an answer.
        if (await Task.WhenAny(forwarding, invocation) == invocation && HasFailed(await invocation) && !http.Response.HasStarted)
            end.CancelAfter(AfterFailure);
        if (await forwarding is var error && error != ForwarderError.None)
        {
            // The function may never get the request, so its end is not waited for.
            worker.Cancel(id);
            Refuse(http, function, error);
        }
        else if (await invocation is var result && HasFailed(result))
        {
            LogFailure(_logger, function.Name, Worker.Describe(result));
        }
    }

    public void Dispose() => _client.Dispose();

    private void Refuse(HttpContext http, HttpFunction function, ForwarderError error)
    {
        if (http.RequestAborted.IsCancellationRequested)
            return;
        LogForwardingFailure(_logger, function.Name, error);
        // For a malformed body of the client the forwarder has already set 400.
        if (!http.Response.HasStarted && error != ForwarderError.RequestBodyClient)
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    private static IEnumerable<KeyValuePair<string, TypedData>> Texts(RouteValueDictionary values) =>
        from value in values
        where value.Value is string
        select KeyValuePair.Create(value.Key, new TypedData { String = (string)value.Value! });

    private static bool HasFailed(StatusResult result) => result.Status != StatusResult.Types.Status.Success;

    private static async Task BufferAsync(HttpContext http)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
    }

    [LoggerMessage(LogLevel.Error, "The function {Name} failed: {Reason}")]
    private static partial void LogFailure(ILogger logger, string name, string reason);

    [LoggerMessage(LogLevel.Error, "The request of the function {Name} could not be forwarded: {Error}")]
    private static partial void LogForwardingFailure(ILogger logger, string name, ForwarderError error);
}
