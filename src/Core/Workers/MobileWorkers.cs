using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Workers;

/// <summary>The mobile workers of projects: creates, finds, changes and deletes them.</summary>
public sealed class MobileWorkers(
    WorkersTable workers,
    AccountsTable accounts,
    Passwords passwords,
    AuthenticateWorker authenticate,
    TimeProvider clock
)
{
    /// <summary>
    /// Creates a worker with what <paramref name="describe"/> adds. Refuses a username that is missing (400.2), impossible (400.8) or
    /// taken (409.3), and a password that is missing (400.2) or too long (400.38). A username that belonged to a deleted worker is
    /// free, but its cases are not taken over.
    /// </summary>
    public Task<MobileWorker> CreateAsync(
        ProjectId project,
        string? username,
        string? password,
        Func<MobileWorker, MobileWorker> describe,
        ActorId? creator,
        CancellationToken cancellationToken
    ) => CreateAsync(project, username, password, new OwnerId(Guid.NewGuid().ToString("N")), describe, creator, cancellationToken);

    private async Task<MobileWorker> CreateAsync(
        ProjectId project,
        string? username,
        string? password,
        OwnerId userId,
        Func<MobileWorker, MobileWorker> describe,
        ActorId? creator,
        CancellationToken cancellationToken
    )
    {
        var name = Required(username);
        var hash = passwords.HashShort(password ?? "");
        var actor = await accounts.NextIdAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var worker = describe(
            new MobileWorker(project, name, userId, actor, DateOnly.FromDateTime(now.UtcDateTime))
            {
                LocationsChangedAt = now,
                PasswordHash = hash,
            }
        );

        // The username's row comes last: until it exists, the worker cannot sign in, and the rows before it have no effect.
        if (!await workers.ClaimAsync(worker, cancellationToken))
        {
            throw Problem.AlreadyExists(["uuid"], [userId.Value]).AsException();
        }
        await accounts.AddAsync(NamedActor(worker, creator, now), cancellationToken);
        if (!await workers.TryAddAsync(worker, cancellationToken))
        {
            await accounts.RemoveAsync(project, actor, CancellationToken.None);
            await workers.ReleaseAsync(userId, CancellationToken.None);
            throw Problem.AlreadyExists(["username"], [name], "users").AsException();
        }
        authenticate.Forget(project, name);
        return worker;
    }

    /// <summary>Null for an unknown and for a deleted worker. Two operations.</summary>
    public async Task<MobileWorker?> FindAsync(ProjectId project, OwnerId userId, CancellationToken cancellationToken) =>
        await workers.FindClaimAsync(userId, cancellationToken) is (var home, var username)
        && home == project
        && await workers.FindAsync(project, username, cancellationToken) is { DeletedAt: null } worker
        && worker.UserId == userId
            ? worker
            : null;

    /// <summary>Refuses an unknown and a deleted worker with 404.1. Two operations.</summary>
    public async Task<MobileWorker> GetAsync(ProjectId project, OwnerId userId, CancellationToken cancellationToken) =>
        await FindAsync(project, userId, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>Null for an unknown and for a deleted worker. One operation.</summary>
    public async Task<MobileWorker?> FindByNameAsync(ProjectId project, string username, CancellationToken cancellationToken) =>
        MobileWorker.IsUsername(username) && await workers.FindAsync(project, username, cancellationToken) is { DeletedAt: null } worker
            ? worker
            : null;

    /// <summary>By username, without deleted ones. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<MobileWorker>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var listed = new List<MobileWorker>();
        await foreach (var worker in workers.ListAsync(project, cancellationToken))
        {
            if (worker.DeletedAt is null)
            {
                listed.Add(worker);
            }
        }
        return [.. listed.OrderBy(worker => worker.Username, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Replaces a worker by what <paramref name="change"/> makes of it, which must be pure; null leaves the password. Refuses an
    /// unknown worker (404.1) and an impossible password (400.2, 400.38).
    /// </summary>
    public async Task<MobileWorker> ChangeAsync(
        ProjectId project,
        OwnerId userId,
        string? password,
        Func<MobileWorker, MobileWorker> change,
        CancellationToken cancellationToken
    )
    {
        var hash = password is null ? null : passwords.HashShort(password);
        var found = await GetAsync(project, userId, cancellationToken);
        var now = clock.GetUtcNow();
        var changed =
            await workers.ChangeAsync(
                project,
                found.Username,
                userId,
                current =>
                {
                    var next = change(current);
                    var moved = !next.Locations.SequenceEqual(current.Locations) || next.PrimaryLocation != current.PrimaryLocation;
                    return next with
                    {
                        PasswordHash = hash ?? current.PasswordHash,
                        LocationsChangedAt = moved ? now : current.LocationsChangedAt,
                    };
                },
                CancellationToken.None
            ) ?? throw Problem.NotFound().AsException();
        authenticate.Forget(project, found.Username);
        await accounts.ChangeAsync(
            project,
            found.Actor,
            actor => actor.DisplayName == changed.DisplayName ? null : actor with { DisplayName = changed.DisplayName },
            CancellationToken.None
        );
        return changed;
    }

    /// <summary>The worker's phone gets an explanation, and the name is free again. Refuses an unknown worker with 404.1.</summary>
    public Task DeleteAsync(ProjectId project, OwnerId userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return ChangeAsync(project, userId, null, worker => worker with { DeletedAt = now }, cancellationToken);
    }

    private static string Required(string? username)
    {
        var name = username?.Trim().ToLowerInvariant();
        return string.IsNullOrEmpty(name) ? throw Problem.MissingParameter("username").AsException()
            : MobileWorker.IsUsername(name) ? name
            : throw Problem
                .UnexpectedValue("username", username, "a username has 1 to 80 of the characters a-z 0-9 . _ ' and -.")
                .AsException();
    }

    private static Actor NamedActor(MobileWorker worker, ActorId? creator, DateTimeOffset now) =>
        new(worker.Actor, ActorKind.MobileWorker, worker.DisplayName, Grants.None, now) { Project = worker.Project, CreatedBy = creator };
}
