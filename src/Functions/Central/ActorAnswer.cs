using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Who did something: a web user, app user, public link or mobile worker.</summary>
public record ActorAnswer
{
    internal ActorAnswer(Actor actor)
    {
        Id = actor.Id.Value;
        Type = AccountShapes.Kind(actor);
        DisplayName = actor.DisplayName;
        CreatedAt = actor.CreatedAt;
        UpdatedAt = actor.UpdatedAt;
        DeletedAt = actor.DeletedAt;
    }

    public int Id { get; }

    public string Type { get; }

    public string DisplayName { get; }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? UpdatedAt { get; }

    public DateTimeOffset? DeletedAt { get; }
}

/// <summary>A web user. An invitation may have a `link`, the own account with extended metadata rights and preferences.</summary>
public sealed record UserAnswer : ActorAnswer
{
    internal UserAnswer(Actor actor)
        : base(actor)
    {
        Email = actor.Email;
        LastLoginAt = actor.LastLoginAt;
    }

    [JsonPropertyOrder(1)]
    public string? Email { get; }

    [JsonPropertyOrder(1)]
    public DateTimeOffset? LastLoginAt { get; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Link { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Verbs { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonNode? Preferences { get; init; }
}

/// <summary>An app user; its token is null once revoked.</summary>
public sealed record AppUserAnswer : ActorAnswer
{
    internal AppUserAnswer(Actor actor)
        : base(actor) { }

    [JsonPropertyOrder(1)]
    public required int ProjectId { get; init; }

    [JsonPropertyOrder(1)]
    public required string? Token { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> CreatedBy { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> LastUsed { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyDictionary<string, string>?> Properties { get; init; }
}

/// <summary>A public link to a form; its token is null once revoked.</summary>
public sealed record PublicLinkAnswer : ActorAnswer
{
    internal PublicLinkAnswer(Actor actor)
        : base(actor) { }

    [JsonPropertyOrder(1)]
    public required bool? Once { get; init; }

    [JsonPropertyOrder(1)]
    public required string? Token { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<ActorAnswer?> CreatedBy { get; init; }

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyDictionary<string, string>?> Properties { get; init; }
}

/// <summary>Who has which role; on a form when assignments of a project's forms are listed.</summary>
public sealed record AssignmentAnswer
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ActorAnswer? Actor { get; init; }

    public required int ActorId { get; init; }

    public required int RoleId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? XmlFormId { get; init; }
}

public sealed record RoleAnswer(
    int Id,
    string Name,
    string? System,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt,
    IReadOnlyCollection<string> Verbs
);

/// <summary>A new session.</summary>
public sealed record SessionAnswer(string Token, string Csrf, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt);

public sealed record CurrentSessionAnswer(DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>An API key of a web user; the key itself is in the answer to its creation alone.</summary>
public sealed record ApiKeyAnswer(
    string Id,
    string? Name,
    string? Domain,
    int? ProjectId,
    string? Role,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }
}

/// <summary>To an administrator, with the link if no mail was sent.</summary>
public sealed record PasswordResetAnswer(bool Success, string Link);

/// <summary>A property of app users and public links; with extended metadata the values that they have.</summary>
public sealed record ActorPropertyAnswer(string Name)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<string>? Values { get; init; }
}
