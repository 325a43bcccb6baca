using ServerlessRosa.Core.Accounts;

namespace ServerlessRosa.Functions.Accounts;

/// <summary>Actors and roles as the management API's JSON (spec 9.1).</summary>
public sealed class AccountShapes(KeyHolders holders)
{
    public static object Actor(Actor actor) => new
    {
        id = actor.Id.Value,
        type = Kind(actor),
        displayName = actor.DisplayName,
        createdAt = actor.CreatedAt,
        updatedAt = actor.UpdatedAt,
        deletedAt = (DateTimeOffset?)null,
    };

    public static object User(Actor actor) => new
    {
        id = actor.Id.Value,
        type = Kind(actor),
        displayName = actor.DisplayName,
        createdAt = actor.CreatedAt,
        updatedAt = actor.UpdatedAt,
        deletedAt = (DateTimeOffset?)null,
        email = actor.Email,
        lastLoginAt = actor.LastLoginAt,
    };

    public object AppUser(Actor actor) => new
    {
        projectId = actor.Project?.Value,
        id = actor.Id.Value,
        type = Kind(actor),
        displayName = actor.DisplayName,
        createdAt = actor.CreatedAt,
        updatedAt = actor.UpdatedAt,
        deletedAt = (DateTimeOffset?)null,
        token = holders.KeyOf(actor),
    };

    public object PublicLink(Actor actor) => new
    {
        id = actor.Id.Value,
        type = Kind(actor),
        displayName = actor.DisplayName,
        createdAt = actor.CreatedAt,
        updatedAt = actor.UpdatedAt,
        deletedAt = (DateTimeOffset?)null,
        once = actor.Once,
        token = holders.KeyOf(actor),
    };

    private static string Kind(Actor actor) => actor.Kind switch
    {
        ActorKind.WebUser => "user",
        ActorKind.AppUser => "field_key",
        _ => "public_link",
    };
}
