using System.Globalization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Forms;

/// <summary>The requested state of a project. <see cref="Forms"/> is null to leave forms and assignments unchanged.</summary>
public sealed record ProjectReplacement(string? Name, string? Description, bool? Archived, IReadOnlyList<FormReplacement>? Forms);

/// <summary>A form of it; null members keep their values. <see cref="Assignments"/> replace those of the form.</summary>
public sealed record FormReplacement(string FormId, FormState? State, bool? WebFormsEnabled, IReadOnlyList<RoleAssignment>? Assignments);

/// <summary>An actor with a role on a form.</summary>
public sealed record RoleAssignment(ActorId Actor, int RoleId);

/// <summary>The changes, for the audit log.</summary>
public sealed record ReplacedProject(
    Project Project,
    IReadOnlyList<Form> Forms,
    IReadOnlyList<(ActorId Actor, Grant Grant)> Granted,
    IReadOnlyList<(ActorId Actor, Grant Grant)> Revoked
);

/// <summary>
/// Replaces a project's values, the states of its forms and their assignments in one request. Everything is checked before anything is
/// written. The project, all forms, and each actor's assignments are then one conditional write each; a request that was interrupted
/// can be repeated.
/// </summary>
public sealed class ReplaceProject(ProjectDirectory projects, FormDirectory forms, Assignments assignments)
{
    /// <summary>
    /// Refuses a list that doesn't have each form once (501.2, 400.8), an unknown role or actor (400.14), and changes that
    /// <paramref name="caller"/> has no right to make (403.1).
    /// </summary>
    public async Task<ReplacedProject> RunAsync(Actor caller, ProjectId id, ProjectReplacement wanted, CancellationToken cancellationToken)
    {
        ProjectDirectory.RequireName(wanted.Name);
        var changes = await PlanAsync(caller, id, wanted.Forms, cancellationToken);

        var project = await projects.ChangeAsync(
            id,
            current => current with { Name = wanted.Name!, Description = wanted.Description, Archived = wanted.Archived },
            CancellationToken.None
        );
        var changed = await forms.ChangeManyAsync(id, changes.Forms, CancellationToken.None);
        foreach (var actor in changes.Granted.Concat(changes.Revoked).Select(change => change.Actor).Distinct())
        {
            await assignments.ChangeAsync(
                id,
                actor,
                [.. changes.Granted.Where(change => change.Actor == actor).Select(change => change.Grant)],
                [.. changes.Revoked.Where(change => change.Actor == actor).Select(change => change.Grant)],
                CancellationToken.None
            );
        }
        return new ReplacedProject(project, changed, changes.Granted, changes.Revoked);
    }

    private async Task<Plan> PlanAsync(
        Actor caller,
        ProjectId id,
        IReadOnlyList<FormReplacement>? wanted,
        CancellationToken cancellationToken
    )
    {
        var plan = new Plan();
        if (wanted is null)
        {
            return plan;
        }
        caller.Require(Verb.FormUpdate, Scope.Of(id));
        var existing = (await forms.ListAsync(id, cancellationToken)).ToDictionary(form => form.Id.Value);
        var seen = new HashSet<string>();
        foreach (var given in wanted)
        {
            if (!seen.Add(given.FormId))
            {
                throw Problem.UnexpectedValue("xmlFormId", given.FormId, "duplicate value").AsException();
            }
        }
        if (!seen.SetEquals(existing.Keys))
        {
            throw Problem.UnexpectedFormsList().AsException();
        }
        var held = await assignments.ListAsync(id, grant => IsOf(grant, id), cancellationToken);
        foreach (var given in wanted)
        {
            Add(plan, existing[given.FormId], given, held);
        }
        await RequireAllowedAsync(caller, id, plan, cancellationToken);
        return plan;
    }

    private static void Add(Plan plan, Form form, FormReplacement given, IReadOnlyList<(Actor Actor, Grant Grant)> held)
    {
        if ((given.State ?? form.State) != form.State || (given.WebFormsEnabled ?? form.WebFormsEnabled) != form.WebFormsEnabled)
        {
            plan.Forms[form.Id] = current =>
                current with
                {
                    State = given.State ?? current.State,
                    WebFormsEnabled = given.WebFormsEnabled ?? current.WebFormsEnabled,
                };
        }
        if (given.Assignments is not { } assigned)
        {
            return;
        }
        var wanted = assigned.Select(one => (one.Actor, Grant: new Grant(RoleOf(one).Id, form.Scope))).ToHashSet();
        var present = held.Where(one => one.Grant.Scope == form.Scope).Select(one => (Actor: one.Actor.Id, one.Grant)).ToHashSet();
        plan.Granted.AddRange(wanted.Except(present));

        // A public link's role comes and goes with the link.
        plan.Revoked.AddRange(present.Except(wanted).Where(one => one.Grant.RoleId != Role.PublicLink.Id));
    }

    // No caller grants or revokes a role with rights that the caller lacks.
    private async Task RequireAllowedAsync(Actor caller, ProjectId id, Plan plan, CancellationToken cancellationToken)
    {
        foreach (var (verb, changes) in new[] { (Verb.AssignmentCreate, plan.Granted), (Verb.AssignmentDelete, plan.Revoked) })
        {
            foreach (var (_, grant) in changes)
            {
                caller.Require(verb, grant.Scope);
                foreach (var part in Role.WithId(grant.RoleId)!.Verbs)
                {
                    caller.Require(part, grant.Scope);
                }
            }
        }
        foreach (var actor in plan.Granted.Select(change => change.Actor).Distinct())
        {
            if (!await assignments.MayHoldAsync(id, actor, cancellationToken))
            {
                throw Problem.KeyDoesNotExist("actorId", actor.ToString(), "actors").AsException();
            }
        }
    }

    private static Role RoleOf(RoleAssignment one) =>
        Role.WithId(one.RoleId)
        ?? throw Problem.KeyDoesNotExist("roleId", one.RoleId.ToString(CultureInfo.InvariantCulture), "roles").AsException();

    private static bool IsOf(Grant grant, ProjectId project) => grant.Scope.Project == project && grant.Scope.Form is not null;

    private sealed class Plan
    {
        public Dictionary<FormId, Func<Form, Form>> Forms { get; } = [];

        public List<(ActorId Actor, Grant Grant)> Granted { get; } = [];

        public List<(ActorId Actor, Grant Grant)> Revoked { get; } = [];
    }
}
