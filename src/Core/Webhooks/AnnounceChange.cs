using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>
/// Called by write paths just before they commit: where somebody wants to hear of the change, puts one message into the queue. The message
/// becomes visible a little later and is then compared with what was committed, so a crash at any point loses no event, and a refused
/// change causes none.
/// </summary>
public sealed class AnnounceChange(
    WebhooksTable webhooks,
    WebhookMessages queue,
    TimedCache cache,
    IOptions<WebhookOptions> options,
    TimeProvider clock
)
{
    private const int EntitiesAtOnce = 500;
    private static readonly TimeSpan UntilCommitted = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UntilLater = TimeSpan.FromSeconds(5);

    /// <summary>No operation without a webhook for it, else one; one more when this instance has not read the webhooks recently.</summary>
    internal async Task SubmissionAsync(
        SubmissionSpace space,
        InstanceId instance,
        string xmlHash,
        DateTimeOffset at,
        bool hasEntities,
        bool hasCases,
        CancellationToken cancellationToken
    )
    {
        if (
            space.Draft is null
            && await IsWantedAsync(
                space.Project,
                name =>
                    name is WebhookEvent.SubmissionCreated or WebhookEvent.SubmissionEdited
                    || (hasEntities && WebhookEvent.IsOfEntity(name))
                    || (hasCases && WebhookEvent.IsOfCase(name)),
                cancellationToken
            )
        )
        {
            var message = new ChangeMessage(ChangeMessage.Submission, space.Project.Value, at)
            {
                Form = space.Form,
                Instance = instance.Value,
                XmlHash = xmlHash,
            };
            await queue.AddAsync(message, UntilCommitted, cancellationToken);
        }
    }

    /// <summary>Operations as above.</summary>
    internal async Task ReviewAsync(
        SubmissionSpace space,
        InstanceId root,
        string? reviewState,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        if (
            await IsWantedAsync(
                space.Project,
                name => name == WebhookEvent.SubmissionReviewed || WebhookEvent.IsOfEntity(name),
                cancellationToken
            )
        )
        {
            var message = new ChangeMessage(ChangeMessage.Review, space.Project.Value, at)
            {
                Form = space.Form,
                Instance = root.Value,
                ReviewState = reviewState,
            };
            await queue.AddAsync(message, UntilCommitted, cancellationToken);
        }
    }

    /// <summary>A deletion or restoration, by <see cref="WebhookEvent"/>. Operations as above.</summary>
    internal async Task TrashAsync(
        SubmissionSpace space,
        InstanceId root,
        string name,
        DateTimeOffset at,
        bool hasCases,
        CancellationToken cancellationToken
    )
    {
        if (
            space.Draft is null
            && await IsWantedAsync(
                space.Project,
                wanted => wanted == name || (hasCases && WebhookEvent.IsOfCase(wanted)),
                cancellationToken
            )
        )
        {
            var message = new ChangeMessage(ChangeMessage.Trash, space.Project.Value, at)
            {
                Form = space.Form,
                Instance = root.Value,
                Event = name,
            };
            await queue.AddAsync(message, UntilCommitted, cancellationToken);
        }
    }

    /// <summary>Operations as above.</summary>
    internal async Task LateEntitiesAsync(ProjectId project, int form, string instance, CancellationToken cancellationToken)
    {
        if (await IsWantedAsync(project, WebhookEvent.IsOfEntity, cancellationToken))
        {
            var message = new ChangeMessage(ChangeMessage.LateEntities, project.Value, clock.GetUtcNow())
            {
                Form = form,
                Instance = instance,
            };
            await queue.AddAsync(message, UntilLater, cancellationToken);
        }
    }

    /// <summary>Operations as above, and one per further 500 entities.</summary>
    internal async Task EntitiesAsync(
        ProjectId project,
        string dataset,
        string name,
        IReadOnlyList<string> ids,
        DateTimeOffset at,
        ActorId actor,
        CancellationToken cancellationToken
    )
    {
        if (!await IsWantedAsync(project, wanted => wanted == name, cancellationToken))
        {
            return;
        }
        foreach (var some in ids.Chunk(EntitiesAtOnce))
        {
            var message = new ChangeMessage(ChangeMessage.Entities, project.Value, at)
            {
                Dataset = dataset,
                Event = name,
                EntityIds = some,
                Actor = actor.Value,
            };
            await queue.AddAsync(message, ids.Count > EntitiesAtOnce ? UntilLater : UntilCommitted, cancellationToken);
        }
    }

    internal void Forget(ProjectId project) => cache.Remove((nameof(AnnounceChange), project));

    private async Task<bool> IsWantedAsync(ProjectId project, Func<string, bool> concerns, CancellationToken cancellationToken)
    {
        if (options.Value.EventGridTopic is { Length: > 0 })
        {
            return true;
        }
        if (!cache.TryGet((nameof(AnnounceChange), project), out IReadOnlyList<string>? wanted))
        {
            wanted =
            [
                .. (await webhooks.ListAsync(project, cancellationToken))
                    .Where(webhook => webhook.IsActive)
                    .SelectMany(webhook => webhook.Events)
                    .Distinct(),
            ];
            cache.Set((nameof(AnnounceChange), project), wanted);
        }
        return wanted!.Any(concerns);
    }
}
