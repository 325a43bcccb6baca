using Azure.Storage.Queues;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>Queue `webhooks`, whose messages the function `Webhooks` takes.</summary>
public sealed class WebhookMessages(StorageAccount storage)
{
    private readonly QueueClient _queue = storage.Queue(StorageNames.WebhooksQueue);

    /// <summary>One operation.</summary>
    internal async Task AddAsync(ChangeMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        await _queue.SendMessageAsync(message.Write(), delay, cancellationToken: cancellationToken);
}
