using ServerlessRosa.Core.Notifications;

namespace ServerlessRosa.Functions.Webhooks;

/// <summary>Takes the messages that write paths put into the queue `webhooks`.</summary>
public sealed class WebhookQueueFunctions(HandleChangeMessage handle)
{
    [Function("Webhooks")]
    public Task Handle([QueueTrigger("webhooks")] string message, string id, CancellationToken cancellationToken) =>
        handle.RunAsync(message, id, cancellationToken);
}
