using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Functions.Central;

/// <summary>Audit entries as the management API's JSON.</summary>
public sealed class AuditShapes(ActorNames names, ProjectDirectory projects, FormDirectory forms, FormShapes formShapes)
{
    public static AuditAnswer Entry(AuditEntry entry) =>
        new(
            entry.Actor?.Value,
            entry.Action,
            AuditActee.Parse(entry.Actee) == Scope.Server ? null : entry.Actee,
            entry.Details is { } details ? JsonElement.Parse(details) : null,
            entry.LoggedAt,
            entry.Notes
        );

    /// <summary>
    /// An entry with its actor and actee, if they still exist. <paramref name="known"/> caches the lookups of a request: one or two
    /// operations for each project, form or actor.
    /// </summary>
    public async Task<AuditAnswer> ExtendedAsync(AuditEntry entry, Dictionary<string, object?> known, CancellationToken cancellationToken)
    {
        var actee = AuditActee.Parse(entry.Actee);
        var actor = entry.Actor is { } id ? await names.FindAsync(actee.Scope.Project, id, cancellationToken) : null;
        if (!known.TryGetValue(entry.Actee, out var found))
        {
            known[entry.Actee] = found = await FindAsync(actee, cancellationToken);
        }
        return Entry(entry) with { Actor = actor is null ? null : AccountShapes.Actor(actor), Actee = new(found) };
    }

    private async Task<object?> FindAsync(AuditActee actee, CancellationToken cancellationToken) =>
        actee switch
        {
            { Actor: { } id } => await names.FindAsync(actee.Scope.Project, id, cancellationToken) is { } actor
                ? AccountShapes.Actor(actor)
                : null,
            { Scope: { Project: { } project, Form: { } number } } => (await forms.FindListAsync(project, cancellationToken) ?? [])
                .Where(form => form.Number == number)
                .Select(form => formShapes.Form(form, form.Shown))
                .FirstOrDefault(),
            { Scope.Project: { } project } => await projects.FindAsync(project, cancellationToken) is { } found
                ? ProjectShapes.Project(found)
                : null,
            _ => null,
        };
}
