using System.Globalization;
using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables.Wire;

/// <summary>One account's endpoint and the pipeline to it.</summary>
internal sealed class TableAccount
{
    private const string MinimalMetadata = "application/json;odata=minimalmetadata";

    private readonly HttpPipeline _pipeline;
    private readonly string _version;
    private readonly Uri _root;

    public TableAccount(Uri endpoint, HttpPipelinePolicy authentication, TableClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options ??= new TableClientOptions();
        Endpoint = endpoint;
        _root = new UriBuilder(endpoint) { Path = endpoint.AbsolutePath.TrimEnd('/') }.Uri;
        _version = options.VersionHeader;

        // Per retry: each try is signed anew.
        _pipeline = HttpPipelineBuilder.Build(new HttpPipelineOptions(options)
        {
            PerRetryPolicies = { authentication },
            RequestFailedDetailsParser = ODataErrorParser.Shared,
        });
    }

    public Uri Endpoint { get; }

    /// <summary>From the host (name.table.core.windows.net), or from the path where the host is an address or a bare name.</summary>
    public string Name => IPAddress.TryParse(Endpoint.Host, out _) || !Endpoint.Host.Contains('.', StringComparison.Ordinal)
        ? Endpoint.AbsolutePath.Trim('/').Split('/')[0]
        : Endpoint.Host.Split('.')[0];

    /// <summary>Text in a key of a URL: a quote doubled, then everything escaped.</summary>
    public static string Escape(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));

    /// <param name="expected">The statuses that are an answer and not a failure.</param>
    public HttpMessage CreateMessage(RequestMethod method, string path, ResponseClassifier expected)
    {
        var message = _pipeline.CreateMessage();
        message.ResponseClassifier = expected;
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(_root);
        request.Uri.AppendPath(path, escape: false);
        request.Headers.SetValue("x-ms-version", _version);
        request.Headers.SetValue("DataServiceVersion", "3.0");
        request.Headers.SetValue(HttpHeader.Names.Accept, MinimalMetadata);
        return message;
    }

    public HttpMessage CreateQuery(string path, ResponseClassifier expected, string filter, int? pageSize, string columns)
    {
        var message = CreateMessage(RequestMethod.Get, path, expected);
        var uri = message.Request.Uri;
        if (filter is not null) uri.AppendQuery("$filter", filter, escapeValue: true);
        if (pageSize is { } top) uri.AppendQuery("$top", top.ToString(CultureInfo.InvariantCulture));
        if (columns is not null) uri.AppendQuery("$select", columns, escapeValue: true);
        return message;
    }

    public static void SetBody(Request request, byte[] json)
    {
        request.Headers.SetValue(HttpHeader.Names.ContentType, "application/json");
        request.Content = RequestContent.Create(json);
    }

    public async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await _pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var response = message.Response;
        return response.IsError ? throw new RequestFailedException(response) : response;
    }
}
