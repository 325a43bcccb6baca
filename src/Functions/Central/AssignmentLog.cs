using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Functions.Central;

/// <summary>Writes to the audit log who got or lost a role. The action depends on the kind of the actor, as in Central.</summary>
public sealed class AssignmentLog(AuditLog audits, Assignments assignments)
{
    public Task GrantedAsync(ActorId by, ActorId holder, Grant grant) =>
        WriteAsync(
            by,
            holder,
            grant,
            kind =>
                kind switch
                {
                    ActorKind.AppUser => "field_key.assignment.create",
                    ActorKind.PublicLink => "public_link.assignment.create",
                    _ => "user.assignment.create",
                },
            new
            {
                actorId = holder.Value,
                roleId = grant.RoleId,
                grantedActeeId = grant.Scope.ToString(),
                grantedVerbs = Role.WithId(grant.RoleId)!.Verbs,
            }
        );

    public Task RevokedAsync(ActorId by, ActorId holder, Grant grant) =>
        WriteAsync(
            by,
            holder,
            grant,
            kind =>
                kind switch
                {
                    ActorKind.AppUser => "field_key.assignment.delete",
                    ActorKind.PublicLink => "public_link.assignment.delete",
                    _ => "user.assignment.delete",
                },
            new
            {
                actorId = holder.Value,
                roleId = grant.RoleId,
                revokedActeeId = grant.Scope.ToString(),
            }
        );

    private async Task WriteAsync(ActorId by, ActorId holder, Grant grant, Func<ActorKind, string> action, object details)
    {
        var actor = await assignments.FindHolderAsync(grant.Scope.Project, holder, CancellationToken.None);
        var actee = actor is null ? new AuditActee(grant.Scope, holder) : AuditActee.FromActor(actor);
        await audits.WriteAsync(by, action(actor?.Kind ?? ActorKind.WebUser), actee, details, CancellationToken.None);
    }
}
