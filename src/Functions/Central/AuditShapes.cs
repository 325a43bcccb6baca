using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Functions.Central;

/// <summary>Audit entries as the management API's JSON.</summary>
public sealed class AuditShapes(ActorNames names, ProjectDirectory projects, FormDirectory forms, FormShapes formShapes)
{
    public static Dictionary<string, object?> Entry(AuditEntry entry) =>
        new()
        {
            ["actorId"] = entry.Actor?.Value,
            ["action"] = entry.Action,
            ["acteeId"] = AuditActee.Parse(entry.Actee) == Scope.Server ? null : entry.Actee,
            ["details"] = entry.Details is { } details ? JsonSerializer.Deserialize<JsonElement>(details) : null,
            ["loggedAt"] = entry.LoggedAt,
            ["notes"] = entry.Notes,
        };

    /// <summary>
    /// An entry with its actor and actee, if they still exist. <paramref name="known"/> caches the lookups of a request: one or two
    /// operations for each project, form or actor.
    /// </summary>
    public async Task<Dictionary<string, object?>> ExtendedAsync(
        AuditEntry entry,
        Dictionary<string, object?> known,
        CancellationToken cancellationToken
    )
    {
        var shape = Entry(entry);
        var actee = AuditActee.Parse(entry.Actee);
        shape["actor"] =
            entry.Actor is { } id && await names.FindAsync(actee.Scope.Project, id, cancellationToken) is { } actor
                ? AccountShapes.Actor(actor)
                : null;
        if (!known.TryGetValue(entry.Actee, out var found))
        {
            known[entry.Actee] = found = await FindAsync(actee, cancellationToken);
        }
        shape["actee"] = found;
        return shape;
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
