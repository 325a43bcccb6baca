using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Keeps at least one administrator, even when two administrators delete each other at the same time. One row lists the administrators. The
/// role is granted before a user is added to the list, and removed after the user is taken off it; the list is never written empty.
/// </summary>
public sealed class Administrators(AccountsTable accounts)
{
    /// <summary>The grant that makes a web user an administrator.</summary>
    public static readonly Grant Grant = new(Role.Administrator.Id, Scope.Server);

    /// <summary>Whether the server has, or ever had, an administrator.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken) =>
        (await accounts.FindAdministratorsAsync(cancellationToken)).Version is not null;

    /// <summary>Lists the server's first administrator, who already has the role. False when another one was listed first.</summary>
    public Task<bool> BeginAsync(ActorId first, CancellationToken cancellationToken) =>
        accounts.TryListAdministratorsAsync([first], null, cancellationToken);

    public async Task<GrantOutcome> AddAsync(ActorId id, CancellationToken cancellationToken)
    {
        return await ConditionalWrite.RepeatAsync<GrantOutcome>(
            async () =>
            {
                var (listed, version) = await accounts.FindAdministratorsAsync(cancellationToken);
                if (listed.Contains(id))
                {
                    return GrantOutcome.AsItWas;
                }

                // Written even when the user has the role already: a concurrent removal, which has taken the user off the list, must
                // fail on the ETag.
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
                return Attempt<GrantOutcome>.Conflict;
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Applies <paramref name="change"/>, which removes the administrator role from a user; a null result changes nothing. Refuses to
    /// remove the last administrator with 409.21.
    /// </summary>
    public async Task<GrantOutcome> EndAsync(ActorId id, Func<Actor, Actor?> change, CancellationToken cancellationToken)
    {
        return await ConditionalWrite.RepeatAsync<GrantOutcome>(
            async () =>
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
                return Attempt<GrantOutcome>.Conflict;
            },
            cancellationToken
        );
    }

    // Written even when the user isn't listed: a concurrent request that is about to list the user must fail on the ETag.
    private async Task<bool> TryStrikeOffAsync(ActorId id, CancellationToken cancellationToken)
    {
        var (listed, version) = await accounts.FindAdministratorsAsync(cancellationToken);
        var others = listed.Where(other => other != id).ToList();
        return others.Count > 0
            ? await accounts.TryListAdministratorsAsync(others, version, CancellationToken.None)
            : throw Problem.LastAdministrator().AsException();
    }
}
