using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Assignments of roles to actors (OR-264). A grant is stored in the actor's row; a listing reads all actors that can have a grant on the
/// scope.
/// </summary>
public sealed class Assignments(AccountsTable accounts, AuthenticateActor authenticate, Administrators administrators)
{
    /// <summary>Grants a role. Refuses an unknown actor (404.1) and an existing assignment (409.3).</summary>
    public async Task AddAsync(ActorId actor, Role role, Scope scope, CancellationToken cancellationToken)
    {
        var grant = new Grant(role.Id, scope);
        var outcome =
            grant == Administrators.Grant
                ? await administrators.AddAsync(actor, cancellationToken)
                : await ChangeAsync(actor, scope.Project, grants => grants.Contains(grant) ? null : grants.With(grant), cancellationToken);
        authenticate.Forget(null, actor);
        switch (outcome)
        {
            case GrantOutcome.NoSuchActor:
                throw Problem.NotFound().AsException();
            case GrantOutcome.AsItWas:
                throw Problem
                    .AlreadyExists(
                        ["actorId", "roleId", "acteeId"],
                        [actor.ToString(), role.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), scope.ToString()],
                        "assignments"
                    )
                    .AsException();
        }
    }

    /// <summary>Removes a role. Refuses a missing assignment with 404.1, and the last administrator with 409.21.</summary>
    public async Task RemoveAsync(ActorId actor, Role role, Scope scope, CancellationToken cancellationToken)
    {
        var grant = new Grant(role.Id, scope);
        Grants? Without(Grants grants) => grants.Contains(grant) ? grants.Without(grant) : null;

        var outcome =
            grant == Administrators.Grant
                ? await administrators.EndAsync(
                    actor,
                    user => Without(user.Grants) is { } grants ? user with { Grants = grants } : null,
                    cancellationToken
                )
                : await ChangeAsync(actor, scope.Project, Without, cancellationToken);
        authenticate.Forget(null, actor);
        if (outcome != GrantOutcome.Changed)
        {
            throw Problem.NotFound().AsException();
        }
    }

    /// <summary>The actor with this number, of the project or a web user, as it is stored now. Up to two operations.</summary>
    public async Task<Actor?> FindHolderAsync(ProjectId? project, ActorId actor, CancellationToken cancellationToken) =>
        (project is null ? null : await accounts.FindAsync(project, actor, cancellationToken))
        ?? await accounts.FindAsync(null, actor, cancellationToken);

    /// <summary>Whether there is such an actor and it can have roles. Up to two operations.</summary>
    internal async Task<bool> MayHoldAsync(ProjectId project, ActorId actor, CancellationToken cancellationToken) =>
        await FindHolderAsync(project, actor, cancellationToken) is { DeletedAt: null, Kind: not ActorKind.MobileWorker };

    /// <summary>Grants and revokes several roles of one actor in one write; those that it has or lacks already are left alone. Refuses an
    /// unknown actor with 400.14.</summary>
    internal async Task ChangeAsync(
        ProjectId project,
        ActorId actor,
        IReadOnlyList<Grant> granted,
        IReadOnlyList<Grant> revoked,
        CancellationToken cancellationToken
    )
    {
        var outcome = await ChangeAsync(
            actor,
            project,
            grants => granted.Aggregate(revoked.Aggregate(grants, (rest, grant) => rest.Without(grant)), (all, grant) => all.With(grant)),
            cancellationToken
        );
        authenticate.Forget(null, actor);
        if (outcome == GrantOutcome.NoSuchActor && granted.Count > 0)
        {
            throw Problem.KeyDoesNotExist("actorId", actor.ToString(), "actors").AsException();
        }
    }

    /// <summary>The actors with a grant on exactly this scope, or on any form of the project, by actor number.</summary>
    public async Task<IReadOnlyList<(Actor Actor, Grant Grant)>> ListAsync(
        ProjectId? project,
        Func<Grant, bool> wanted,
        CancellationToken cancellationToken
    )
    {
        var found = new List<(Actor Actor, Grant Grant)>();
        foreach (var place in project is null ? [null] : new ProjectId?[] { null, project })
        {
            await foreach (var actor in accounts.ListAsync(place, cancellationToken))
            {
                found.AddRange(actor.Grants.All.Where(wanted).Select(grant => (actor, grant)));
            }
        }
        return [.. found.OrderBy(one => one.Actor.Id.Value).ThenBy(one => one.Grant.RoleId)];
    }

    // The number does not distinguish an app user of the project from a web user. Mobile workers have no roles.
    private async Task<GrantOutcome> ChangeAsync(
        ActorId id,
        ProjectId? project,
        Func<Grants, Grants?> change,
        CancellationToken cancellationToken
    )
    {
        var outcome = GrantOutcome.NoSuchActor;
        Actor? Apply(Actor actor)
        {
            var takesRoles = actor is { DeletedAt: null, Kind: not ActorKind.MobileWorker };
            var next = takesRoles ? change(actor.Grants) : null;
            outcome =
                !takesRoles ? GrantOutcome.NoSuchActor
                : next is null ? GrantOutcome.AsItWas
                : GrantOutcome.Changed;
            return next is null ? null : actor with { Grants = next };
        }

        if (project is null || await accounts.ChangeAsync(project, id, Apply, cancellationToken) is null)
        {
            await accounts.ChangeAsync(null, id, Apply, cancellationToken);
        }
        authenticate.Forget(project, id);
        return outcome;
    }
}

/// <summary>The outcome of granting or removing a role.</summary>
public enum GrantOutcome
{
    Changed,
    AsItWas,
    NoSuchActor,
}
