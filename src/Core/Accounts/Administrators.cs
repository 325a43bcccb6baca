using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Sees to it that there is always one. Who becomes an administrator is listed before the role is granted, and struck off before it is taken away.</summary>
public sealed class Administrators(AccountsTable accounts)
{
    private static readonly Grant All = new(Role.Administrator.Id, Scope.Server);

    public Task AddAsync(ActorId actor, CancellationToken cancellationToken) =>
        accounts.ChangeAdministratorsAsync(listed => Task.FromResult<IReadOnlyList<ActorId>>([.. listed.Where(other => other != actor), actor]), cancellationToken);

    /// <summary>Refuses the last one with 409.21; who is none is no matter.</summary>
    public async Task RemoveAsync(ActorId actor, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(null, actor, cancellationToken) is not { } found || !found.Grants.Contains(All))
        {
            return;
        }
        await accounts.ChangeAdministratorsAsync(async listed =>
        {
            var others = listed.Where(other => other != actor).ToList();
            foreach (var other in others)
            {
                // Being listed is not enough: the grant may not have been written.
                if (await accounts.FindAsync(null, other, cancellationToken) is { } administrator && administrator.Grants.Contains(All))
                {
                    return others;
                }
            }
            throw Problem.LastAdministrator().AsException();
        }, cancellationToken);
    }
}
