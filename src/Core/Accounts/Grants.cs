using System.Globalization;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// The scope of a right: the whole server, a project, or a form of it (by number). A right on a scope includes everything below it.
/// </summary>
public readonly record struct Scope(ProjectId? Project, int? Form)
{
    public static Scope Server => default;

    public static Scope Of(ProjectId project) => new(project, null);

    public static Scope Of(ProjectId project, int form) => new(project, form);

    /// <summary>The text form: `*`, `7` or `7/12`.</summary>
    public override string ToString() =>
        (Project, Form) switch
        {
            (null, _) => "*",
            ({ } project, null) => project.ToString(),
            ({ } project, { } form) => string.Create(CultureInfo.InvariantCulture, $"{project}/{form}"),
        };

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static Scope Parse(ReadOnlySpan<char> text)
    {
        if (text is "*")
        {
            return Server;
        }
        var slash = text.IndexOf('/');
        return slash < 0
            ? Of(new ProjectId(int.Parse(text, CultureInfo.InvariantCulture)))
            : Of(
                new ProjectId(int.Parse(text[..slash], CultureInfo.InvariantCulture)),
                int.Parse(text[(slash + 1)..], CultureInfo.InvariantCulture)
            );
    }
}

/// <summary>A role that an actor has on a scope.</summary>
public readonly record struct Grant(int RoleId, Scope Scope);

/// <summary>All grants of an actor. They are stored in the actor's own row, so that one point read gives identity and rights.</summary>
public sealed class Grants
{
    private readonly HashSet<Grant> _grants;

    // Of an API key: the only project, and the role that bounds the verbs.
    private readonly (ProjectId? Project, Role? Role) _limit;

    private Grants(HashSet<Grant> grants) => _grants = grants;

    private Grants(HashSet<Grant> grants, ProjectId? project, Role? role)
        : this(grants) => _limit = (project, role);

    public static Grants None { get; } = new([]);

    public IReadOnlyCollection<Grant> All => _grants;

    public bool Contains(Grant grant) => _grants.Contains(grant);

    public Grants With(Grant grant) => new([.. _grants, grant]);

    public Grants Without(Grant grant) => new([.. _grants.Where(other => other != grant)]);

    /// <summary>The same grants for the verbs of a role, on what belongs to a project; null limits nothing.</summary>
    public Grants Within(ProjectId? project, Role? role) => new(_grants, project, role);

    /// <summary>Whether any role on <paramref name="scope"/>, or on a scope that contains it, has the verb.</summary>
    public bool Allow(string verb, Scope scope)
    {
        if (_grants.Count == 0 || _limit.Role?.Holds(verb) == false || (_limit.Project is { } only && scope.Project != only))
        {
            return false;
        }
        foreach (var role in Role.All)
        {
            if (
                role.Holds(verb)
                && (
                    _grants.Contains(new Grant(role.Id, Scope.Server))
                    || (scope.Project is { } project && _grants.Contains(new Grant(role.Id, Scope.Of(project))))
                    || (scope.Form is not null && _grants.Contains(new Grant(role.Id, scope)))
                )
            )
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>All verbs that the actor has on the scope, as extended metadata lists them.</summary>
    public IReadOnlyList<string> VerbsOn(Scope scope) =>
        [.. Role.All.SelectMany(role => role.Verbs).Distinct().Where(verb => Allow(verb, scope)).Order(StringComparer.Ordinal)];

    /// <summary>`role@scope`, separated by blanks: `5@7 2@7/12`.</summary>
    public override string ToString() =>
        string.Join(' ', _grants.Select(grant => string.Create(CultureInfo.InvariantCulture, $"{grant.RoleId}@{grant.Scope}")));

    internal static Grants Parse(string? text)
    {
        var grants = new HashSet<Grant>();
        foreach (var range in text.AsSpan().Split(' '))
        {
            var part = text.AsSpan()[range];
            if (part.Length > 0)
            {
                var at = part.IndexOf('@');
                grants.Add(new Grant(int.Parse(part[..at], CultureInfo.InvariantCulture), Scope.Parse(part[(at + 1)..])));
            }
        }
        return new Grants(grants);
    }
}
