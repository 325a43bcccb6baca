using Azure.Core;
using Azure.Core.Pipeline;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Reads the body of a refusal (status 400 and up) before the retry policy judges the response. The client reads it later, outside of its
/// retries, when it was asked to stream: a connection lost in the middle of a 404 would then fail the whole request.
/// </summary>
internal sealed class WholeRefusals : HttpPipelinePolicy
{
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (Unread(message) is { } body)
        {
            var whole = new MemoryStream();
            await body.CopyToAsync(whole, message.CancellationToken);
            await body.DisposeAsync();
            Put(message, whole);
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        if (Unread(message) is { } body)
        {
            var whole = new MemoryStream();
            body.CopyTo(whole);
            body.Dispose();
            Put(message, whole);
        }
    }

    private static Stream? Unread(HttpMessage message) =>
        message.Response is { Status: >= 400, ContentStream: { CanSeek: false } body } ? body : null;

    private static void Put(HttpMessage message, MemoryStream whole)
    {
        whole.Position = 0;
        message.Response.ContentStream = whole;
    }
}
