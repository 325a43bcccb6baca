using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Entities as the management API's JSON. `X-Extended-Metadata` adds who made them.</summary>
public sealed class EntityShapes(EntityDirectory entities, ActorNames names)
{
    /// <summary>With the current version's data only where one entity was asked for.</summary>
    public async Task<EntityAnswer> EntityAsync(HttpRequest request, ProjectId project, DatasetEntity entity, bool withData) =>
        new()
        {
            Uuid = entity.Id.Value,
            CreatedAt = entity.CreatedAt,
            UpdatedAt = entity.UpdatedAt,
            DeletedAt = entity.DeletedAt,
            CreatorId = entity.Creator?.Value,
            Conflict = entity.Conflict,
            CurrentVersion = await VersionAsync(request, project, entity.Current, current: true, withData),
            Creator = await CreatorAsync(request, project, entity.Creator),
        };

    /// <summary>As one of all versions of an entity.</summary>
    public async Task<EntityVersionAnswer> DescribedAsync(HttpRequest request, ProjectId project, DescribedVersion described) =>
        await VersionAsync(request, project, described.Version, described.IsCurrent, withData: true) with
        {
            Conflict = described.Conflict,
            Resolved = described.IsResolved,
            BaseDiff = described.BaseDiff,
            ServerDiff = described.ServerDiff,
            LastGoodVersion = described.IsLastGood,
            RelevantToConflict = described.IsRelevant,
        };

    private async Task<EntityVersionAnswer> VersionAsync(
        HttpRequest request,
        ProjectId project,
        EntityVersion version,
        bool current,
        bool withData
    ) =>
        new()
        {
            Version = version.Number,
            Label = version.Label,
            Current = current,
            CreatedAt = version.CreatedAt,
            CreatorId = version.Creator?.Value,
            UserAgent = version.UserAgent,
            BaseVersion = version.BaseVersion,
            ConflictingProperties = version.ConflictingProperties,
            BranchId = version.Branch,
            TrunkVersion = version.TrunkVersion,
            BranchBaseVersion = version.BranchBaseVersion,
            Source = Source(version),
            Data = withData ? version.Data : null,
            DataReceived = withData ? new(version.Received) : default,
            Creator = await CreatorAsync(request, project, version.Creator),
        };

    /// <summary>Those who created entities of a dataset, by name.</summary>
    public async Task<IEnumerable<ActorAnswer>> CreatorsAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var creators = new List<Actor>();
        foreach (var id in await entities.ListCreatorsAsync(dataset, cancellationToken))
        {
            if (await names.FindAsync(dataset.Project, id, cancellationToken) is { } actor)
            {
                creators.Add(actor);
            }
        }
        return creators.OrderBy(actor => actor.DisplayName, StringComparer.OrdinalIgnoreCase).Select(AccountShapes.Actor);
    }

    /// <summary>The differences between consecutive versions.</summary>
    public static IEnumerable<EntityDiffAnswer> Diff(EntityVersion before, EntityVersion after)
    {
        var properties = new Dictionary<string, string?>();
        if (before.Label != after.Label)
        {
            properties[EntityVersion.LabelName] = before.Label;
        }
        foreach (var (name, value) in after.Data)
        {
            if (before.Data.GetValueOrDefault(name) != value)
            {
                properties[name] = before.Data.GetValueOrDefault(name);
            }
        }
        return properties.Select(property => new EntityDiffAnswer(
            property.Value,
            property.Key == EntityVersion.LabelName ? after.Label : after.Data[property.Key],
            property.Key
        ));
    }

    /// <summary>The creation or update that made a version, as an audit entry.</summary>
    public static AuditEntry Audit(Dataset dataset, EntityId id, EntityVersion version) =>
        Entry(
            dataset,
            version.Creator,
            version.Number == 1 ? "entity.create" : "entity.update.version",
            new
            {
                entity = new { uuid = id.Value, dataset = dataset.Name },
                version = version.Number,
                source = Source(version),
            },
            version.CreatedAt
        ) with
        {
            Notes = version.Notes,
        };

    /// <summary>Another event, as an audit entry.</summary>
    public static AuditEntry Audit(Dataset dataset, EntityId id, EntityEvent happened) =>
        Entry(dataset, happened.Actor, happened.Action, new { entity = new { uuid = id.Value, dataset = dataset.Name } }, happened.At) with
        {
            Notes = happened.Notes,
        };

    public async Task<IReadOnlyList<AuditAnswer>> AuditsAsync(HttpRequest request, ProjectId project, IEnumerable<AuditEntry> entries)
    {
        var listed = new List<AuditAnswer>();
        foreach (var entry in entries)
        {
            var actor = entry.Actor is { } id ? await names.FindAsync(project, id, request.HttpContext.RequestAborted) : null;
            listed.Add(
                new AuditAnswer(
                    entry.Actor?.Value,
                    entry.Action,
                    entry.Actee,
                    JsonElement.Parse(entry.Details!),
                    entry.LoggedAt,
                    entry.Notes
                )
                {
                    Actor = actor is null ? null : AccountShapes.Actor(actor),
                }
            );
        }
        return listed;
    }

    private static AuditEntry Entry(Dataset dataset, ActorId? actor, string action, object details, DateTimeOffset at) =>
        new(actor, action, Scope.Of(dataset.Project).ToString(), JsonSerializer.Serialize(details, JsonSerializerOptions.Web), at);

    private static EntitySourceAnswer Source(EntityVersion version) =>
        version switch
        {
            { Source: { } source } => new() { Submission = new(source.InstanceId, source.XmlFormId) },
            { Bulk: { } bulk } => new()
            {
                Name = bulk.Name,
                Size = bulk.Size,
                Count = bulk.Count,
                UserAgent = version.UserAgent,
            },
            _ => new(),
        };

    // Absent without extended metadata.
    private async Task<Optional<ActorAnswer?>> CreatorAsync(HttpRequest request, ProjectId project, ActorId? creator)
    {
        if (!ExtendedMetadata.IsWanted(request))
        {
            return default;
        }
        var actor = creator is { } id ? await names.FindAsync(project, id, request.HttpContext.RequestAborted) : null;
        return new(actor is null ? null : AccountShapes.Actor(actor));
    }
}
