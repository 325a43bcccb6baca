using ServerlessRosa.Core.Accounts;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>The authenticated caller. <see cref="Actor"/> is null only for endpoints without authentication.</summary>
public sealed record Caller(Actor? Actor)
{
    public static Caller Anonymous { get; } = new((Actor?)null);

    /// <summary>Set when a web user's session token was presented, as bearer or cookie.</summary>
    public Session? Session { get; init; }

    public AccessToken? SessionToken { get; init; }

    /// <summary>The app-user or public-link key that stood in the path or in `st`: addresses in the answer carry it on (OR-066,
    /// OR-097).</summary>
    public AccessToken? Key { get; init; }

    /// <summary>A POST with a cookie whose body must still show this as `__csrf` (OR-055 to OR-071).</summary>
    public string? ExpectedCsrf { get; init; }

    /// <summary>For handlers that run only for authenticated callers.</summary>
    public Actor KnownActor => Actor ?? throw new InvalidOperationException("This endpoint was opened to everybody.");
}
