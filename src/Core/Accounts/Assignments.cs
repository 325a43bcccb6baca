using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Who holds which role on what (spec 9.2). A grant lives in its actor's row; a listing reads the actors that can hold one there.</summary>
public sealed class Assignments(AccountsTable accounts, AuthenticateActor authenticate, Administrators administrators)
{
    /// <summary>Refuses an unknown actor (404.1) and an assignment that exists (409.3).</summary>
    public async Task AddAsync(ActorId actor, Role role, Scope scope, CancellationToken cancellationToken)
    {
        var grant = new Grant(role.Id, scope);
        if (IsAdministrator(grant) && await accounts.FindAsync(null, actor, cancellationToken) is { DeletedAt: null })
        {
            await administrators.AddAsync(actor, cancellationToken);
        }
        var existed = false;
        var changed = await ChangeAsync(actor, scope.Project, held =>
        {
            existed = held.Contains(grant);
            return existed ? null : held.With(grant);
        }, cancellationToken);
        if (!changed)
        {
            throw Problem.NotFound().AsException();
        }
        if (existed)
        {
            throw Problem.AlreadyExists(["actorId", "roleId", "acteeId"], [actor.ToString(), role.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), scope.ToString()], "assignments").AsException();
        }
    }

    /// <summary>Refuses what isn't assigned with 404.1, and the last administrator with 409.21.</summary>
    public async Task RemoveAsync(ActorId actor, Role role, Scope scope, CancellationToken cancellationToken)
    {
        var grant = new Grant(role.Id, scope);
        if (IsAdministrator(grant))
        {
            await administrators.RemoveAsync(actor, cancellationToken);
        }
        var existed = false;
        await ChangeAsync(actor, scope.Project, held =>
        {
            existed = held.Contains(grant);
            return existed ? held.Without(grant) : null;
        }, cancellationToken);
        if (!existed)
        {
            throw Problem.NotFound().AsException();
        }
    }

    /// <summary>The actors with a grant on exactly this scope, or on any form of the project, by actor number.</summary>
    public async Task<IReadOnlyList<(Actor Actor, Grant Grant)>> ListAsync(ProjectId? project, Func<Grant, bool> wanted, CancellationToken cancellationToken)
    {
        var found = new List<(Actor Actor, Grant Grant)>();
        foreach (var place in project is null ? [null] : new ProjectId?[] { null, project })
        {
            await foreach (var actor in accounts.ListAsync(place, cancellationToken))
            {
                found.AddRange(actor.Grants.All.Where(wanted).Select(grant => (actor, grant)));
            }
        }
        return [.. found.OrderBy(held => held.Actor.Id.Value).ThenBy(held => held.Grant.RoleId)];
    }

    private static bool IsAdministrator(Grant grant) => grant == new Grant(Role.Administrator.Id, Scope.Server);

    // A number alone doesn't tell whether it is an app user of the project or a web user.
    private async Task<bool> ChangeAsync(ActorId id, ProjectId? project, Func<Grants, Grants?> change, CancellationToken cancellationToken)
    {
        Actor? Apply(Actor actor) => actor.DeletedAt is null && change(actor.Grants) is { } grants ? actor with { Grants = grants } : null;

        var actor = project is null ? null : await accounts.ChangeAsync(project, id, Apply, cancellationToken);
        actor ??= await accounts.ChangeAsync(null, id, Apply, cancellationToken);
        if (actor is null)
        {
            return false;
        }
        authenticate.Forget(actor);
        return true;
    }
}
