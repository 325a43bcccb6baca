using System.Globalization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Audits;

/// <summary>
/// The object of an audit entry: the server, a project, a form, or an actor. Its text is a scope (`*`, `7`, `7/12`), and for an actor the
/// scope and its number (`7#5`).
/// </summary>
public readonly record struct AuditActee(Scope Scope, ActorId? Actor)
{
    public static implicit operator AuditActee(Scope scope) => FromScope(scope);

    public static implicit operator AuditActee(Actor actor) => FromActor(actor);

    public static AuditActee FromScope(Scope scope) => new(scope, null);

    public static AuditActee FromActor(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return new(
            actor switch
            {
                { Project: null } => Scope.Server,
                { Project: { } project, Form: { } form } => Scope.Of(project, form),
                { Project: { } project } => Scope.Of(project),
            },
            actor.Id
        );
    }

    public override string ToString() =>
        Actor is { } actor ? string.Create(CultureInfo.InvariantCulture, $"{Scope}#{actor.Value}") : Scope.ToString();

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static AuditActee Parse(string text)
    {
        var parts = text.Split('#');
        return new(Scope.Parse(parts[0]), parts.Length > 1 ? new ActorId(int.Parse(parts[1], CultureInfo.InvariantCulture)) : null);
    }
}
