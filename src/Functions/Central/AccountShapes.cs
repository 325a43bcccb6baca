using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Actors and roles as the management API's JSON (OR-259, OR-263).</summary>
public sealed class AccountShapes(AppUsersAndLinks holders, ActorNames names)
{
    public static Dictionary<string, object?> Actor(Actor actor) =>
        new()
        {
            ["id"] = actor.Id.Value,
            ["type"] = Kind(actor),
            ["displayName"] = actor.DisplayName,
            ["createdAt"] = actor.CreatedAt,
            ["updatedAt"] = actor.UpdatedAt,
            ["deletedAt"] = actor.DeletedAt,
        };

    public static Dictionary<string, object?> User(Actor actor) =>
        new(Actor(actor)) { ["email"] = actor.Email, ["lastLoginAt"] = actor.LastLoginAt };

    public async Task<object> AppUserAsync(HttpRequest request, Actor actor)
    {
        var shape = new Dictionary<string, object?>(Actor(actor))
        {
            ["projectId"] = actor.Project?.Value,
            ["token"] = holders.KeyOf(actor),
        };
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["createdBy"] = await CreatorAsync(request, actor);
            shape["lastUsed"] = null;
            shape["properties"] = null;
        }
        return shape;
    }

    public async Task<object> PublicLinkAsync(HttpRequest request, Actor actor)
    {
        var shape = new Dictionary<string, object?>(Actor(actor)) { ["once"] = actor.Once, ["token"] = holders.KeyOf(actor) };
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["createdBy"] = await CreatorAsync(request, actor);
            shape["properties"] = null;
        }
        return shape;
    }

    private async Task<object?> CreatorAsync(HttpRequest request, Actor actor) =>
        actor.CreatedBy is { } id && await names.FindAsync(actor.Project, id, request.HttpContext.RequestAborted) is { } creator
            ? Actor(creator)
            : null;

    private static string Kind(Actor actor) =>
        actor.Kind switch
        {
            ActorKind.WebUser => "user",
            ActorKind.AppUser => "field_key",
            ActorKind.MobileWorker => "mobile_worker",
            _ => "public_link",
        };
}
