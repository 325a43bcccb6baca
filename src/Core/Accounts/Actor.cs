using System.Collections.ObjectModel;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Accounts;

public enum ActorKind
{
    WebUser,
    AppUser,
    PublicLink,
    MobileWorker,
}

/// <summary>
/// An authenticated identity: a web user, an app user or public link of one project, or a mobile worker of the project's domain.
/// </summary>
public sealed record Actor(ActorId Id, ActorKind Kind, string DisplayName, Grants Grants, DateTimeOffset CreatedAt)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>When the account was deleted. The row stays, so that listings can still show the name.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public ActorId? CreatedBy { get; init; }

    /// <summary>Web users only.</summary>
    public string? Email { get; init; }

    public DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>The project of the actor; null for web users.</summary>
    public ProjectId? Project { get; init; }

    /// <summary>Public links only: the number of their form, and whether the web form accepts a single submission.</summary>
    public int? Form { get; init; }

    public bool? Once { get; init; }

    /// <summary>App users and public links only: the values of the project's actor properties.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The hash of the actor's key; null for web users, and after the key is revoked.</summary>
    public string? KeyHash { get; init; }

    /// <summary>The encrypted key, since listings show it again.</summary>
    internal string? ProtectedKey { get; init; }

    internal string? PasswordHash { get; init; }

    /// <summary>The hash of a token that sets the password once, until <see cref="ResetExpiresAt"/>; null when there is none.</summary>
    internal string? ResetHash { get; init; }

    internal DateTimeOffset? ResetExpiresAt { get; init; }
}

/// <summary>A web user's session: 24 hours from <see cref="CreatedAt"/> (OR-055 to OR-071).</summary>
public sealed record Session(ActorId Actor, string TokenHash, string Csrf, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
