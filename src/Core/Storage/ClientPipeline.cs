using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// The pipeline of an SDK client with its credentials, retries, limits and counts, for requests that the app writes itself: of a
/// submission, the SDK's writing of two requests was more than half of all allocations.
/// </summary>
internal sealed class ClientPipeline
{
    private const string TakenProperty = "rosa.pipeline";
    private const string VersionHeader = "x-ms-version";
    private const string SignatureParameter = "sig=";

    // Of the request that is not sent.
    private static readonly string[] OwnParameters = ["restype=", "comp="];

    private readonly HttpPipeline _pipeline;
    private readonly string _version;
    private readonly string? _signature;

    private ClientPipeline(HttpPipeline pipeline, string version, string? signature) =>
        (_pipeline, _version, _signature) = (pipeline, version, signature);

    /// <summary>Must be the last policy per call that a client's options add.</summary>
    internal static HttpPipelinePolicy Policy { get; } = new TakingPolicy();

    /// <summary>Of the client that makes a <paramref name="request"/>, which is not sent.</summary>
    public static ClientPipeline Of(ClientOptions options, Action request)
    {
        var taken = new Taken();
        using (HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [TakenProperty] = taken }))
        {
            try
            {
                request();
            }
            catch (NotSentException)
            {
                // The policy has taken what follows it.
            }
        }
        return new ClientPipeline(new HttpPipeline(options.Transport, taken.Policies, taken.Classifier), taken.Version, taken.Signature);
    }

    /// <summary>A request to an address of the client's account.</summary>
    public HttpMessage CreateMessage(RequestMethod method, Uri address, string path)
    {
        var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(address);
        message.Request.Uri.AppendPath(path, escape: false);
        if (_signature is not null && !address.Query.Contains(SignatureParameter, StringComparison.Ordinal))
        {
            message.Request.Uri.Query = _signature;
        }
        message.Request.Headers.Add(VersionHeader, _version);
        return message;
    }

    public ValueTask SendAsync(HttpMessage message, CancellationToken cancellationToken) => _pipeline.SendAsync(message, cancellationToken);

    private sealed class Taken
    {
        public HttpPipelinePolicy[] Policies { get; set; } = [];

        public ResponseClassifier? Classifier { get; set; }

        public string Version { get; set; } = "";

        /// <summary>A shared access signature, which is in the address before this policy.</summary>
        public string? Signature { get; set; }
    }

    private sealed class NotSentException : Exception;

    private sealed class TakingPolicy : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.TryGetProperty(TakenProperty, out var found) && found is Taken taken)
            {
                taken.Policies = pipeline.ToArray();
                taken.Classifier = message.ResponseClassifier;
                taken.Version = message.Request.Headers.TryGetValue(VersionHeader, out var version) ? version : "";
                var parameters = message.Request.Uri.Query.TrimStart('?').Split('&');
                taken.Signature = Array.Exists(parameters, one => one.StartsWith(SignatureParameter, StringComparison.Ordinal))
                    ? string.Join(
                        '&',
                        parameters.Where(one => !Array.Exists(OwnParameters, own => one.StartsWith(own, StringComparison.Ordinal)))
                    )
                    : null;
                throw new NotSentException();
            }
            ProcessNext(message, pipeline);
        }

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            ProcessNextAsync(message, pipeline);
    }
}
