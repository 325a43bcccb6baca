using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Entities as the management API's JSON. `X-Extended-Metadata` adds who made them.</summary>
public sealed class EntityShapes(ActorNames names)
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
            ["source"] = version.Source is { } source
                ? new { submission = new { instanceId = source.InstanceId, xmlFormId = source.XmlFormId } }
                : new { },
        };
        if (withData)
        {
            shape["data"] = version.Data;
            shape["dataReceived"] = version.Received;
        }
        await AddCreatorAsync(request, project, version.Creator, shape);
        return shape;
    }

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
