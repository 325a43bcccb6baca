using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The groups of a domain: creates, finds, changes and deletes them.</summary>
public sealed class Groups(FixturesTable fixtures, DomainDirectory directory, MobileWorkers workers)
{
    private const int MaxGroupsAtOnce = 90;

    /// <summary>By name. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<Group>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var groups = await fixtures.ListAsync<Group>(project, FixtureKeys.Groups, cancellationToken).ToListAsync(cancellationToken);
        return [.. groups.OrderBy(group => group.Name, StringComparer.Ordinal).ThenBy(group => group.Id, StringComparer.Ordinal)];
    }

    /// <summary>Refuses an unknown group with 404.1. One operation.</summary>
    public async Task<Group> GetAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await fixtures.FindAsync<Group>(project, FixtureKeys.Group(id), cancellationToken))?.Value
        ?? throw Problem.NotFound().AsException();

    /// <summary>Refuses members that are no workers of the domain with 400.8.</summary>
    public async Task<Group> CreateAsync(ProjectId project, string name, Func<Group, Group> describe, CancellationToken cancellationToken)
    {
        var group = describe(new Group(Guid.NewGuid().ToString("N"), name));
        await RequireWorkersAsync(project, group.Users, cancellationToken);
        await WriteAsync(project, [FixtureWrite.Add(FixtureKeys.Group(group.Id), group)], cancellationToken);
        return group;
    }

    /// <summary>Replaces a group by what <paramref name="change"/> makes of it, which must be pure. Refuses an unknown group with
    /// 404.1, and new members that are no workers with 400.8.</summary>
    public Task<Group> ChangeAsync(ProjectId project, string id, Func<Group, Group> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (group, version) =
                    await fixtures.FindAsync<Group>(project, FixtureKeys.Group(id), cancellationToken)
                    ?? throw Problem.NotFound().AsException();
                var next = change(group);
                await RequireWorkersAsync(project, next.Users.Except(group.Users), cancellationToken);
                await WriteAsync(project, [FixtureWrite.Replace(FixtureKeys.Group(id), next, version)], cancellationToken);
                return next;
            },
            cancellationToken
        );

    /// <summary>Refuses an unknown group with 404.1.</summary>
    public Task<Group> DeleteAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (group, version) =
                    await fixtures.FindAsync<Group>(project, FixtureKeys.Group(id), cancellationToken)
                    ?? throw Problem.NotFound().AsException();
                await WriteAsync(project, [FixtureWrite.Delete(FixtureKeys.Group(id), version)], cancellationToken);
                return group;
            },
            cancellationToken
        );

    /// <summary>Refuses groups that there aren't, and more than 90, with 400.8. One operation per 1,000 groups.</summary>
    public async Task RequireAsync(ProjectId project, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }
        if (ids.Count > MaxGroupsAtOnce)
        {
            throw Problem.UnexpectedValue("groups", null, "somebody can be in 90 groups at most.").AsException();
        }
        var known = (await ListAsync(project, cancellationToken)).Select(group => group.Id).ToHashSet();
        if (ids.FirstOrDefault(id => !known.Contains(id)) is { } unknown)
        {
            throw Problem.UnexpectedValue("groups", unknown, "there is no such group.").AsException();
        }
    }

    /// <summary>Makes the worker a member of exactly these groups, all at once. Deleted groups are skipped.</summary>
    public Task JoinAsync(ProjectId project, OwnerId worker, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var writes = new List<FixtureWrite>();
                foreach (var listed in await ListAsync(project, cancellationToken))
                {
                    if (
                        ids.Contains(listed.Id) != listed.Users.Contains(worker.Value)
                        && await fixtures.FindAsync<Group>(project, FixtureKeys.Group(listed.Id), cancellationToken) is var (group, version)
                    )
                    {
                        var next = ids.Contains(listed.Id) ? group.With(worker) : group.Without(worker);
                        writes.Add(FixtureWrite.Replace(FixtureKeys.Group(listed.Id), next, version));
                    }
                }
                foreach (var batch in writes.Chunk(MaxGroupsAtOnce))
                {
                    await WriteAsync(project, batch, cancellationToken);
                }
                return true;
            },
            cancellationToken
        );

    private async Task RequireWorkersAsync(ProjectId project, IEnumerable<string> users, CancellationToken cancellationToken)
    {
        var asked = users.ToHashSet();
        if (asked.Count == 0)
        {
            return;
        }
        asked.ExceptWith((await workers.ListAsync(project, cancellationToken)).Select(worker => worker.UserId.Value));
        if (asked.Count > 0)
        {
            throw Problem.UnexpectedValue("users", asked.First(), "there is no such worker.").AsException();
        }
    }

    private async Task WriteAsync(ProjectId project, IEnumerable<FixtureWrite> writes, CancellationToken cancellationToken)
    {
        await fixtures.WriteAsync(project, FixtureKind.Groups, writes, cancellationToken);
        directory.Forget(project);
    }
}
