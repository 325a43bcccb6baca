using System.Globalization;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>Finds the versions, deletions and restorations of entities that a message is about.</summary>
public sealed class EntityEvents(
    DatasetDirectory datasets,
    EntitiesTable entities,
    ApplySubmittedEntities submitted,
    IOptions<WebhookOptions> options
)
{
    // The clocks of a request are read one after the other.
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);

    /// <summary>What a version of a submission did. No operation without entities; three, and one per dataset and entity.</summary>
    internal async Task<IReadOnlyList<Delivery>> OfInstanceAsync(
        SubmissionSpace space,
        Instance instance,
        Func<Dataset, bool> concerns,
        CancellationToken cancellationToken
    )
    {
        if (await submitted.ReadAsync(space, instance, cancellationToken) is not var (form, blocks))
        {
            return [];
        }
        var source = new EntitySource(form.Id.Value, instance.Version.Id.Value);
        var events = new List<Delivery>();
        foreach (var (name, id) in blocks.Select(block => (block.Dataset, Id: EntityId.TryParse(block.Id))).Distinct())
        {
            if (id is { } entity && await datasets.FindAsync(space.Project, name, cancellationToken) is { } dataset && concerns(dataset))
            {
                var versions = await entities.ListVersionsAsync(dataset, entity, cancellationToken);
                events.AddRange(versions.Where(version => version.Source == source).Select(version => OfVersion(dataset, entity, version)));
            }
        }
        return events;
    }

    /// <summary>What a call of the management API did. One operation, and one per entity.</summary>
    internal async Task<FoundEvents> OfCallAsync(ChangeMessage message, CancellationToken cancellationToken)
    {
        if (await datasets.FindAsync(new ProjectId(message.Project), message.Dataset!, cancellationToken) is not { } dataset)
        {
            return FoundEvents.None;
        }
        var ids = message.EntityIds!.Select(EntityId.Parse).ToList();
        var since = message.At - Before;
        var found = await InParallel.EachAsync(
            ids,
            async (id, stop) =>
                message.Event is WebhookEvent.EntityDeleted or WebhookEvent.EntityRestored
                    ? (await entities.ListEventsAsync(dataset, id, stop))
                        .Where(one => one.At >= since && EventOf(one.Action) == message.Event)
                        .Select(one => OfTrash(message.Event, dataset, id, one))
                        .ToList()
                    : (await entities.ListVersionsAsync(dataset, id, stop))
                        .Where(version => version.Source is null && version.CreatedAt >= since)
                        .Where(version => version.Number == 1 == (message.Event == WebhookEvent.EntityCreated))
                        .Select(version => OfVersion(dataset, id, version))
                        .ToList(),
            cancellationToken
        );
        return new FoundEvents([.. found.SelectMany(events => events)], found.All(events => events.Count > 0));
    }

    private Delivery OfVersion(Dataset dataset, EntityId id, EntityVersion version) =>
        ChangeEvent.New(
            version.Number == 1 ? WebhookEvent.EntityCreated : WebhookEvent.EntityUpdated,
            version.CreatedAt,
            Subject(dataset, id),
            [dataset.Key, id.Value, version.Number.ToString(CultureInfo.InvariantCulture)],
            new
            {
                dataset = dataset.Name,
                entityId = id.Value,
                version = version.Number,
                creatorId = version.Creator?.Value,
                source = version.Source is { } source ? new { xmlFormId = source.XmlFormId, instanceId = source.InstanceId } : null,
                links = LinksOf(dataset, id),
            },
            new { label = version.Label, values = version.Data }
        );

    private static string? EventOf(string action) =>
        action switch
        {
            EntityEvent.Delete or EntityEvent.BulkDelete => WebhookEvent.EntityDeleted,
            EntityEvent.Restore or EntityEvent.BulkRestore => WebhookEvent.EntityRestored,
            _ => null,
        };

    private Delivery OfTrash(string type, Dataset dataset, EntityId id, EntityEvent happened) =>
        ChangeEvent.New(
            type,
            happened.At,
            Subject(dataset, id),
            [dataset.Key, id.Value, happened.At.ToString("O", CultureInfo.InvariantCulture)],
            new
            {
                dataset = dataset.Name,
                entityId = id.Value,
                actorId = happened.Actor?.Value,
                links = LinksOf(dataset, id),
            }
        );

    private object LinksOf(Dataset dataset, EntityId id) =>
        new { self = $"{options.Value.Origin}/v1/projects/{dataset.Project}/{Subject(dataset, id)}" };

    private static string Subject(Dataset dataset, EntityId id) => $"datasets/{ChangeEvent.Part(dataset.Name)}/entities/{id}";
}
