using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Actors and roles as the management API's JSON (OR-259, OR-263).</summary>
public sealed class AccountShapes(AppUsersAndLinks holders, ActorNames names, LastUse lastUse)
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

    public async Task<object> AppUserAsync(HttpRequest request, Actor actor) =>
        (await AppUsersAsync(request, actor.Project!.Value, [actor]))[0];

    /// <summary>App users of a project. Extended metadata looks for what they sent: see <see cref="LastUse"/>.</summary>
    public async Task<IReadOnlyList<object>> AppUsersAsync(HttpRequest request, ProjectId project, IReadOnlyList<Actor> users)
    {
        var extended = ExtendedMetadata.IsWanted(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var used =
            extended && users.Count > 0
                ? await lastUse.FindAsync(project, users.Select(user => user.Id).ToHashSet(), cancellationToken)
                : new Dictionary<ActorId, DateTimeOffset>();
        var listed = new List<object>();
        foreach (var user in users)
        {
            var shape = new Dictionary<string, object?>(Actor(user)) { ["projectId"] = project.Value, ["token"] = holders.KeyOf(user) };
            if (extended)
            {
                shape["createdBy"] = await CreatorAsync(request, user);
                shape["lastUsed"] = used.TryGetValue(user.Id, out var at) ? at : null;
                shape["properties"] = user.Properties.Count == 0 ? null : user.Properties;
            }
            listed.Add(shape);
        }
        return listed;
    }

    public async Task<object> PublicLinkAsync(HttpRequest request, Actor actor)
    {
        var shape = new Dictionary<string, object?>(Actor(actor)) { ["once"] = actor.Once, ["token"] = holders.KeyOf(actor) };
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["createdBy"] = await CreatorAsync(request, actor);
            shape["properties"] = actor.Properties.Count == 0 ? null : actor.Properties;
        }
        return shape;
    }

    private async Task<object?> CreatorAsync(HttpRequest request, Actor actor) =>
        actor.CreatedBy is { } id && await names.FindAsync(actor.Project, id, request.HttpContext.RequestAborted) is { } creator
            ? Actor(creator)
            : null;

    /// <summary>As in `type`, and as the first part of the audit's actions.</summary>
    public static string Kind(Actor actor) =>
        actor.Kind switch
        {
            ActorKind.WebUser => "user",
            ActorKind.AppUser => "field_key",
            ActorKind.MobileWorker => "mobile_worker",
            _ => "public_link",
        };
}
