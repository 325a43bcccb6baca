using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>App users and public links: actors of one project with one key each. Listings show the key until it is revoked.</summary>
public sealed class AppUsersAndLinks(AccountsTable accounts, KeyProtection protection, AuthenticateActor authenticate, TimeProvider clock)
{
    private const int MaxDisplayName = 64;

    /// <summary>Creates an app user, which has no rights until it is assigned to forms (OR-072 to OR-081).</summary>
    public Task<Actor> CreateAppUserAsync(ProjectId project, string? displayName, ActorId? creator, CancellationToken cancellationToken) =>
        CreateAsync(project, ActorKind.AppUser, displayName, Grants.None, null, null, creator, cancellationToken);

    /// <summary>Creates a public link with the right to submit to its form.</summary>
    public Task<Actor> CreatePublicLinkAsync(
        ProjectId project,
        int form,
        string? displayName,
        bool? once,
        ActorId? creator,
        CancellationToken cancellationToken
    ) =>
        CreateAsync(
            project,
            ActorKind.PublicLink,
            displayName,
            Grants.None.With(new Grant(Role.PublicLink.Id, Scope.Of(project, form))),
            form,
            once,
            creator,
            cancellationToken
        );

    /// <summary>Actors with a key first, then newest first.</summary>
    public async Task<IReadOnlyList<Actor>> ListAsync(ProjectId project, ActorKind kind, CancellationToken cancellationToken)
    {
        var holders = new List<Actor>();
        await foreach (var actor in accounts.ListAsync(project, cancellationToken))
        {
            if (actor.Kind == kind && actor.DeletedAt is null)
            {
                holders.Add(actor);
            }
        }
        return
        [
            .. holders
                .OrderBy(actor => actor.KeyHash is null)
                .ThenByDescending(actor => actor.CreatedAt)
                .ThenByDescending(actor => actor.Id.Value),
        ];
    }

    public async Task<Actor?> FindAsync(ProjectId project, ActorKind kind, ActorId id, CancellationToken cancellationToken) =>
        await accounts.FindAsync(project, id, cancellationToken) is { DeletedAt: null } actor && actor.Kind == kind ? actor : null;

    /// <summary>The key as text; null once revoked, or when it was encrypted with another key ring.</summary>
    public string? KeyOf(Actor holder) => holder is { KeyHash: not null, ProtectedKey: { } key } ? protection.TryUnprotect(key) : null;

    /// <summary>Removes the key; the actor stays in listings. Other instances notice within the cache time.</summary>
    public async Task RevokeAsync(Actor holder, CancellationToken cancellationToken)
    {
        await accounts.ChangeAsync(
            holder.Project,
            holder.Id,
            actor => actor with { KeyHash = null, ProtectedKey = null, UpdatedAt = clock.GetUtcNow() },
            cancellationToken
        );
        authenticate.Forget(holder.Project, holder.Id);
    }

    /// <summary>The values of each actor property in a project. One operation per 1,000 actors.</summary>
    public async Task<ILookup<string, string>> ListPropertiesAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var actors = await accounts
            .ListAsync(project, cancellationToken)
            .Where(actor => actor.DeletedAt is null)
            .ToListAsync(cancellationToken);
        return actors.SelectMany(actor => actor.Properties).ToLookup(property => property.Key, property => property.Value);
    }

    /// <summary>Sets properties, or removes those whose value is null. Refuses a holder that was removed meanwhile with 404.1.</summary>
    public async Task<Actor> SetPropertiesAsync(
        Actor holder,
        IReadOnlyDictionary<string, string?> properties,
        CancellationToken cancellationToken
    )
    {
        if (properties.Count == 0)
        {
            return holder;
        }
        var changed = await accounts.ChangeAsync(
            holder.Project,
            holder.Id,
            actor => actor.DeletedAt is null ? actor with { Properties = Merge(actor.Properties, properties) } : null,
            cancellationToken
        );
        authenticate.Forget(holder.Project, holder.Id);
        return changed is { DeletedAt: null } ? changed : throw Problem.NotFound().AsException();
    }

    private static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string?> changes
    )
    {
        var merged = new Dictionary<string, string>(before);
        foreach (var (name, value) in changes)
        {
            merged.Remove(name);
            if (value is not null)
            {
                merged[name] = value;
            }
        }
        return merged;
    }

    /// <summary>Changes the name; null keeps it. Refuses a blank or long name, and a holder that was removed meanwhile (404.1).</summary>
    public async Task<Actor> RenameAsync(Actor holder, string? displayName, CancellationToken cancellationToken)
    {
        if (displayName is null)
        {
            return holder;
        }
        RequireName(displayName);
        var changed = await accounts.ChangeAsync(
            holder.Project,
            holder.Id,
            actor => actor.DeletedAt is null ? actor with { DisplayName = displayName, UpdatedAt = clock.GetUtcNow() } : null,
            cancellationToken
        );
        authenticate.Forget(holder.Project, holder.Id);
        return changed is { DeletedAt: null } ? changed : throw Problem.NotFound().AsException();
    }

    /// <summary>Takes the key and all rights. The row stays, so that submissions still show who sent them.</summary>
    public async Task RemoveAsync(Actor holder, CancellationToken cancellationToken)
    {
        await accounts.ChangeAsync(
            holder.Project,
            holder.Id,
            actor =>
                actor with
                {
                    DeletedAt = actor.DeletedAt ?? clock.GetUtcNow(),
                    KeyHash = null,
                    ProtectedKey = null,
                    Grants = Grants.None,
                },
            cancellationToken
        );
        authenticate.Forget(holder.Project, holder.Id);
    }

    private async Task<Actor> CreateAsync(
        ProjectId project,
        ActorKind kind,
        string? displayName,
        Grants grants,
        int? form,
        bool? once,
        ActorId? creator,
        CancellationToken cancellationToken
    )
    {
        RequireName(displayName);
        var id = await accounts.NextIdAsync(cancellationToken);
        var key = AccessToken.Create(project, id);
        var holder = new Actor(id, kind, displayName!, grants, clock.GetUtcNow())
        {
            Project = project,
            Form = form,
            Once = once,
            CreatedBy = creator,
            KeyHash = key.Hash,
            ProtectedKey = protection.Protect(key),
        };
        await accounts.AddAsync(holder, cancellationToken);
        return holder;
    }

    private static void RequireName(string? displayName)
    {
        if (string.IsNullOrWhiteSpace(displayName))
        {
            throw Problem.MissingParameter("displayName").AsException();
        }
        if (displayName.Length > MaxDisplayName)
        {
            throw Problem.ValueTooLong("displayName", MaxDisplayName).AsException();
        }
    }
}
