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
    public async Task<Dictionary<string, object?>> EntityAsync(HttpRequest request, ProjectId project, DatasetEntity entity, bool withData)
    {
        var shape = new Dictionary<string, object?>
        {
            ["uuid"] = entity.Id.Value,
            ["createdAt"] = entity.CreatedAt,
            ["updatedAt"] = entity.UpdatedAt,
            ["deletedAt"] = entity.DeletedAt,
            ["creatorId"] = entity.Creator?.Value,
            ["conflict"] = entity.Conflict,
            ["currentVersion"] = await VersionAsync(request, project, entity.Current, current: true, withData),
        };
        await AddCreatorAsync(request, project, entity.Creator, shape);
        return shape;
    }

    /// <summary>As one of all versions of an entity.</summary>
    public async Task<Dictionary<string, object?>> DescribedAsync(HttpRequest request, ProjectId project, DescribedVersion described)
    {
        var shape = await VersionAsync(request, project, described.Version, described.IsCurrent, withData: true);
        shape["conflict"] = described.Conflict;
        shape["resolved"] = described.IsResolved;
        shape["baseDiff"] = described.BaseDiff;
        shape["serverDiff"] = described.ServerDiff;
        shape["lastGoodVersion"] = described.IsLastGood;
        shape["relevantToConflict"] = described.IsRelevant;
        return shape;
    }

    private async Task<Dictionary<string, object?>> VersionAsync(
        HttpRequest request,
        ProjectId project,
        EntityVersion version,
        bool current,
        bool withData
    )
    {
        var shape = new Dictionary<string, object?>
        {
            ["version"] = version.Number,
            ["label"] = version.Label,
            ["current"] = current,
            ["createdAt"] = version.CreatedAt,
            ["creatorId"] = version.Creator?.Value,
            ["userAgent"] = version.UserAgent,
            ["baseVersion"] = version.BaseVersion,
            ["conflictingProperties"] = version.ConflictingProperties,
            ["branchId"] = version.Branch,
            ["trunkVersion"] = version.TrunkVersion,
            ["branchBaseVersion"] = version.BranchBaseVersion,
            ["source"] = Source(version),
        };
        if (withData)
        {
            shape["data"] = version.Data;
            shape["dataReceived"] = version.Received;
        }
        await AddCreatorAsync(request, project, version.Creator, shape);
        return shape;
    }

    /// <summary>Those who created entities of a dataset, by name.</summary>
    public async Task<IEnumerable<object>> CreatorsAsync(Dataset dataset, CancellationToken cancellationToken)
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
    public static IEnumerable<object> Diff(EntityVersion before, EntityVersion after)
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
        return properties.Select(property =>
        {
            var diff = new Dictionary<string, string?>();
            if (property.Value is not null)
            {
                diff["old"] = property.Value;
            }
            diff["new"] = property.Key == EntityVersion.LabelName ? after.Label : after.Data[property.Key];
            diff["propertyName"] = property.Key;
            return diff;
        });
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

    public async Task<IReadOnlyList<object>> AuditsAsync(HttpRequest request, ProjectId project, IEnumerable<AuditEntry> entries)
    {
        var listed = new List<object>();
        foreach (var entry in entries)
        {
            var actor = entry.Actor is { } id ? await names.FindAsync(project, id, request.HttpContext.RequestAborted) : null;
            listed.Add(
                new Dictionary<string, object?>
                {
                    ["actorId"] = entry.Actor?.Value,
                    ["action"] = entry.Action,
                    ["acteeId"] = entry.Actee,
                    ["details"] = JsonSerializer.Deserialize<JsonElement>(entry.Details!),
                    ["loggedAt"] = entry.LoggedAt,
                    ["notes"] = entry.Notes,
                    ["actor"] = actor is null ? null : AccountShapes.Actor(actor),
                }
            );
        }
        return listed;
    }

    private static AuditEntry Entry(Dataset dataset, ActorId? actor, string action, object details, DateTimeOffset at) =>
        new(actor, action, Scope.Of(dataset.Project).ToString(), JsonSerializer.Serialize(details, JsonSerializerOptions.Web), at);

    private static object Source(EntityVersion version) =>
        version switch
        {
            { Source: { } source } => new { submission = new { instanceId = source.InstanceId, xmlFormId = source.XmlFormId } },
            { Bulk: { } bulk } => new
            {
                name = bulk.Name,
                size = bulk.Size,
                count = bulk.Count,
                userAgent = version.UserAgent,
            },
            _ => new { },
        };

    private async Task AddCreatorAsync(HttpRequest request, ProjectId project, ActorId? creator, Dictionary<string, object?> shape)
    {
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["creator"] =
                creator is { } id && await names.FindAsync(project, id, request.HttpContext.RequestAborted) is { } actor
                    ? AccountShapes.Actor(actor)
                    : null;
        }
    }
}
