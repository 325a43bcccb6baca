using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Accounts;

public enum ActorKind
{
    WebUser,
    AppUser,
    PublicLink,
    MobileWorker,
}

/// <summary>Somebody who acts: a web user, the holder of one key (an app user or a public link) of one project, or a mobile worker of
/// its domain.</summary>
public sealed record Actor(ActorId Id, ActorKind Kind, string DisplayName, Grants Grants, DateTimeOffset CreatedAt)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Web users only: when the account was ended. The row stays, so that what they did keeps a name.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public ActorId? CreatedBy { get; init; }

    /// <summary>Web users only.</summary>
    public string? Email { get; init; }

    public DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>All but web users: the project that they belong to.</summary>
    public ProjectId? Project { get; init; }

    /// <summary>Public links only: the number of their form, and whether the web front end takes one submission only.</summary>
    public int? Form { get; init; }

    public bool? Once { get; init; }

    /// <summary>The hash of the only key; null for web users, and once revoked.</summary>
    public string? KeyHash { get; init; }

    /// <summary>The key itself, encrypted, since listings show it again.</summary>
    internal string? ProtectedKey { get; init; }

    internal string? PasswordHash { get; init; }
}

/// <summary>A web user's session: 24 hours from <see cref="CreatedAt"/> (OR-055 to OR-071).</summary>
public sealed record Session(ActorId Actor, string TokenHash, string Csrf, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
