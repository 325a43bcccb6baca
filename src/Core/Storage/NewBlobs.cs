using System.Globalization;
using Azure;
using Azure.Core;

namespace ServerlessRosa.Core.Storage;

/// <summary>Writes small blobs that must not exist yet.</summary>
internal sealed class NewBlobs(ClientPipeline pipeline)
{
    /// <summary>As <see cref="StreamedBlob.PutAsync"/>: null when the blob existed already. One operation.</summary>
    /// <param name="name">Of characters that an address holds as they are.</param>
    public async Task<ETag?> PutAsync(
        Uri container,
        string name,
        ReadOnlyMemory<byte> content,
        string contentType,
        (string Name, string Text) metadata,
        CancellationToken cancellationToken
    )
    {
        using var message = pipeline.CreateMessage(RequestMethod.Put, container, "/" + name);
        var headers = message.Request.Headers;
        headers.Add("x-ms-blob-type", "BlockBlob");
        headers.Add("x-ms-blob-content-type", contentType);
        headers.Add("x-ms-meta-" + metadata.Name, metadata.Text);
        headers.Add("If-None-Match", "*");
        headers.Add("Content-Length", content.Length.ToString(CultureInfo.InvariantCulture));
        headers.Add("Content-Type", "application/octet-stream");
        message.Request.Content = RequestContent.Create(content);
        await pipeline.SendAsync(message, cancellationToken);
        return message.Response switch
        {
            { Status: 201 } created => created.Headers.ETag,
            { Status: 409 } => null,
            var failed => throw new RequestFailedException(failed),
        };
    }
}
