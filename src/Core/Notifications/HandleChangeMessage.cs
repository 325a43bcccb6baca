using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>
/// Handles a message of the queue `webhooks`: reads what was committed, adds each event to the webhooks that want it, unless they have it
/// already, and delivers. May run several times for one message.
/// </summary>
public sealed class HandleChangeMessage(
    WebhooksTable webhooks,
    WebhookDeliveriesTable deliveries,
    WebhookMessages queue,
    SubmissionEvents submissions,
    EntityEvents entities,
    DeliverEvents deliver,
    TimeProvider clock
)
{
    /// <summary>After which no request can still be committing.</summary>
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(15),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(3),
    ];

    public async Task RunAsync(string text, string messageId, CancellationToken cancellationToken)
    {
        var message = ChangeMessage.Read(text);
        var project = new ProjectId(message.Project);
        switch (message.Kind)
        {
            case ChangeMessage.Deliver:
                if (await FindAsync(project, message.Webhook!, cancellationToken) is { } due)
                {
                    await deliver.RunAsync(due, messageId, message.Now == true, cancellationToken);
                }
                else if (
                    message.Webhook != Webhook.EventGrid
                    && await webhooks.FindAsync(project, message.Webhook!, cancellationToken) is null
                )
                {
                    await deliveries.RemoveAllAsync(project, message.Webhook!, cancellationToken);
                }
                break;
            case ChangeMessage.TestDelivery:
                if (await webhooks.FindAsync(project, message.Webhook!, cancellationToken) is { } tested)
                {
                    await deliver.TestAsync(tested, message.Delivery!, cancellationToken);
                }
                break;
            default:
                await ReportAsync(message, project, messageId, cancellationToken);
                break;
        }
    }

    /// <summary>Removes deliveries of events of more than 30 days ago.</summary>
    public Task PurgeAsync(CancellationToken cancellationToken) =>
        deliveries.PurgeAsync(clock.GetUtcNow() - TimeSpan.FromDays(30), cancellationToken);

    private async Task ReportAsync(ChangeMessage message, ProjectId project, string messageId, CancellationToken cancellationToken)
    {
        var active = await deliver.ListActiveAsync(project, cancellationToken);
        if (active.Count == 0)
        {
            return;
        }
        var (events, isComplete) = message.Kind switch
        {
            ChangeMessage.Submission => await submissions.OfVersionAsync(message, cancellationToken),
            ChangeMessage.Review => await submissions.OfReviewAsync(message, cancellationToken),
            ChangeMessage.Trash => await submissions.OfTrashAsync(message, cancellationToken),
            ChangeMessage.LateEntities => await submissions.OfLateEntitiesAsync(message, cancellationToken),
            ChangeMessage.Entities => await entities.OfCallAsync(message, cancellationToken),
            _ => throw new InvalidOperationException($"There is no message of the kind {message.Kind}."),
        };
        if (!isComplete && clock.GetUtcNow() - message.At < LongestRequest)
        {
            var pause = Pauses[Math.Min(message.PutOff, Pauses.Length - 1)];
            await queue.AddAsync(message with { PutOff = message.PutOff + 1 }, pause, cancellationToken);
        }

        // Side by side, so that a receiver that hangs delays no other.
        await Task.WhenAll(
            active
                .Where(webhook => message.At >= webhook.CreatedAt)
                .Select(webhook => ReportAsync(webhook, events, messageId, cancellationToken))
        );
    }

    private async Task ReportAsync(Webhook webhook, IReadOnlyList<Delivery> events, string messageId, CancellationToken cancellationToken)
    {
        var wanted = events.Where(one => webhook.Events.Contains(one.Type)).ToList();
        foreach (var one in wanted)
        {
            await deliveries.AddAsync(webhook, one with { Since = clock.GetUtcNow() }, cancellationToken);
        }
        if (wanted.Count > 0)
        {
            await deliver.RunAsync(webhook, messageId, now: false, cancellationToken);
        }
    }

    private async Task<Webhook?> FindAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await deliver.ListActiveAsync(project, cancellationToken)).FirstOrDefault(webhook => webhook.Id == id);
}
