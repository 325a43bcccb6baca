using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Sees to it that there is always an administrator, also when two of them end each other at the same time. One row lists them. Whoever
/// stands in it holds the role: it is granted before the list is written, and taken away after. And the list is never emptied.
/// </summary>
public sealed class Administrators(AccountsTable accounts)
{
    private const int MaxAttempts = 20;

    /// <summary>What makes a web user one.</summary>
    public static readonly Grant Grant = new(Role.Administrator.Id, Scope.Server);

    /// <summary>Whether the server has, or ever had, an administrator.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken) =>
        (await accounts.FindAdministratorsAsync(cancellationToken)).Version is not null;

    /// <summary>Lists the server's first administrator, who holds the role. False when somebody else was first.</summary>
    public Task<bool> BeginAsync(ActorId first, CancellationToken cancellationToken) =>
        accounts.TryListAdministratorsAsync([first], null, cancellationToken);

    public async Task<GrantOutcome> AddAsync(ActorId id, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (listed, version) = await accounts.FindAdministratorsAsync(cancellationToken);
            if (listed.Contains(id))
            {
                return GrantOutcome.AsItWas;
            }

            // Written even when the role is held already: a removal that has struck the user off, and is about to take it away, must
            // notice.
            var user = await accounts.ChangeAsync(
                null,
                id,
                user => user.DeletedAt is null ? user with { Grants = user.Grants.With(Grant) } : null,
                cancellationToken
            );
            if (user is not { DeletedAt: null })
            {
                return GrantOutcome.NoSuchActor;
            }
            if (await accounts.TryListAdministratorsAsync([.. listed, id], version, CancellationToken.None))
            {
                return GrantOutcome.Changed;
            }
            await PauseAsync(attempt, cancellationToken);
        }
        throw new TimeoutException("The list of administrators is changed all the time.");
    }

    /// <summary>Changes a user so that it is no administrator any more, if it was one; null leaves it as it is. Refuses the last one
    /// with 409.21.</summary>
    public async Task<GrantOutcome> EndAsync(ActorId id, Func<Actor, Actor?> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await accounts.FindVersionAsync(null, id, cancellationToken) is not ({ DeletedAt: null } user, var version))
            {
                return GrantOutcome.NoSuchActor;
            }
            if (change(user) is not { } next)
            {
                return GrantOutcome.AsItWas;
            }
            if (
                (!user.Grants.Contains(Grant) || await TryStrikeOffAsync(id, cancellationToken))
                && await accounts.TryReplaceAsync(next, version, CancellationToken.None)
            )
            {
                return GrantOutcome.Changed;
            }
            await PauseAsync(attempt, cancellationToken);
        }
        throw new TimeoutException("The list of administrators is changed all the time.");
    }

    // Written even when the user isn't listed: whoever is about to list it must notice.
    private async Task<bool> TryStrikeOffAsync(ActorId id, CancellationToken cancellationToken)
    {
        var (listed, version) = await accounts.FindAdministratorsAsync(cancellationToken);
        var others = listed.Where(other => other != id).ToList();
        return others.Count > 0
            ? await accounts.TryListAdministratorsAsync(others, version, CancellationToken.None)
            : throw Problem.LastAdministrator().AsException();
    }

    private static Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(Random.Shared.Next(5, 20 + (5 * attempt)), cancellationToken);
}
