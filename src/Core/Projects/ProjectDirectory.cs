using System.Text.RegularExpressions;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Projects;

/// <summary>The projects of this server: creates, finds, changes and lists them.</summary>
public sealed partial class ProjectDirectory(ProjectsTable projects, TimedCache cache, TimeProvider clock)
{
    private const int MaxName = 10_000;

    /// <summary>Refuses a missing name (400.2), a domain that is not a slug (400.8) and a taken domain (409.3).</summary>
    public Task<Project> CreateAsync(string? name, string? description, string? domain, CancellationToken cancellationToken)
    {
        RequireName(name);
        RequireSlug(domain);
        return projects.AddAsync(name!, description, domain, clock.GetUtcNow(), cancellationToken);
    }

    /// <summary>Refuses an unknown or deleted project with 404.1. One operation unless cached.</summary>
    public async Task<Project> GetAsync(ProjectId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>Null for an unknown or deleted project. One operation unless cached.</summary>
    public async Task<Project?> FindAsync(ProjectId id, CancellationToken cancellationToken)
    {
        if (!cache.TryGet(id, out Project? project) && await projects.FindAsync(id, cancellationToken) is { DeletedAt: null } found)
        {
            project = found;
            cache.Set(id, project);
        }
        return project;
    }

    /// <summary>The number of the key with which the project's forms are encrypted, never from a cache; null without managed encryption.
    /// One operation.</summary>
    public async Task<int?> FindKeyNumberAsync(ProjectId id, CancellationToken cancellationToken) =>
        (await projects.FindAsync(id, cancellationToken))?.KeyId;

    /// <summary>Null for an unknown domain, or one of a deleted project. One operation unless cached.</summary>
    public async Task<Project?> FindByDomainAsync(string domain, CancellationToken cancellationToken)
    {
        if (
            !cache.TryGet(("domain", domain), out Project? project)
            && Slug().IsMatch(domain)
            && await projects.FindByDomainAsync(domain, cancellationToken) is { DeletedAt: null } found
        )
        {
            project = found;
            cache.Set(("domain", domain), project);
        }
        return project;
    }

    /// <summary>
    /// Refuses an unknown project (404.1), changing a domain (400.8), a domain that is not a slug (400.8) and a taken domain (409.3).
    /// </summary>
    public async Task<Project> ChangeAsync(ProjectId id, Func<Project, Project> change, CancellationToken cancellationToken)
    {
        var changed = await projects.ChangeAsync(
            id,
            project =>
            {
                var next = change(project.DeletedAt is null ? project : throw Problem.NotFound().AsException()) with
                {
                    UpdatedAt = clock.GetUtcNow(),
                };
                RequireName(next.Name);
                if (next.Domain != project.Domain)
                {
                    RequireSlug(next.Domain);
                    RequireNone(project.Domain, next.Domain);
                }
                return next;
            },
            cancellationToken
        );
        cache.Remove(id);
        cache.Remove(("domain", changed?.Domain));
        return changed ?? throw Problem.NotFound().AsException();
    }

    /// <summary>All projects by name, archived ones last.</summary>
    public async Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) =>
        [
            .. (await projects.ListAsync(cancellationToken))
                .Where(project => project.DeletedAt is null)
                .OrderBy(project => project.Archived == true)
                .ThenBy(project => project.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(project => project.Id.Value),
        ];

    /// <summary>Refuses a blank name with 400.2, and one of more than 10,000 characters with 400.13.</summary>
    public static void RequireName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw Problem.MissingParameter("name").AsException();
        }
        if (name.Length > MaxName)
        {
            throw Problem.ValueTooLong("name", MaxName).AsException();
        }
    }

    private static void RequireSlug(string? domain)
    {
        if (domain is not null && !Slug().IsMatch(domain))
        {
            throw Problem
                .UnexpectedValue("domain", domain, "a domain has 1 to 63 lower-case letters, digits and inner dashes.")
                .AsException();
        }
    }

    // Phones store the domain in their settings, so it never changes.
    private static void RequireNone(string? given, string? wanted)
    {
        if (given is not null)
        {
            throw Problem.UnexpectedValue("domain", wanted, $"the project has the domain {given}.").AsException();
        }
    }

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex Slug();
}
