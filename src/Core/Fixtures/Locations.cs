using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The locations of a domain: creates, finds, changes and deletes them.</summary>
public sealed class Locations(
    FixturesTable fixtures,
    LocationTypes types,
    LocationWrites locationWrites,
    MobileWorkers workers,
    TimeProvider clock
)
{
    private const int MaxSiteCodes = 1000;

    /// <summary>By site code. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<Location>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var locations = await fixtures
            .ListAsync<Location>(project, FixtureKeys.Locations, cancellationToken)
            .ToListAsync(cancellationToken);
        return [.. locations.OrderBy(location => location.SiteCode, StringComparer.Ordinal)];
    }

    /// <summary>Refuses an unknown location with 404.1. One operation.</summary>
    public async Task<Location> GetAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await FindAsync(project, id, cancellationToken))?.Value ?? throw Problem.NotFound().AsException();

    /// <summary>Without a site code one is made of the name. Refuses one that is impossible (400.8) or taken (409.3), and a type or
    /// parent that doesn't fit (400.8).</summary>
    public Task<Location> CreateAsync(
        ProjectId project,
        string name,
        string type,
        string? siteCode,
        Func<Location, Location> describe,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.NewGuid().ToString("N");
        return locationWrites.RunAsync<Location>(
            project,
            async () =>
            {
                var code = siteCode ?? await FreeSiteCodeAsync(project, name, cancellationToken);
                var location = describe(new Location(id, name, code, type, null)) with { ModifiedAt = clock.GetUtcNow() };
                await RequirePlaceAsync(project, location, cancellationToken);
                // One that was made is free; if it is no longer, nothing is written, and the next is made.
                if (siteCode is not null)
                {
                    await RequireSiteCodeAsync(project, siteCode, cancellationToken);
                }
                return (
                    location,
                    [FixtureWrite.Add(FixtureKeys.Location(id), location), FixtureWrite.Add(FixtureKeys.SiteCode(location.SiteCode), id)]
                );
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Replaces a location by what <paramref name="change"/> makes of it, which must be pure. Refuses an unknown one with 404.1, a site
    /// code that is impossible (400.8) or taken (409.3), a type or parent that doesn't fit (400.8), and another type for one that has
    /// others below it (400.8).
    /// </summary>
    public Task<Location> ChangeAsync(ProjectId project, string id, Func<Location, Location> change, CancellationToken cancellationToken) =>
        locationWrites.RunAsync<Location>(
            project,
            async () =>
            {
                var (location, version) = await FindAsync(project, id, cancellationToken) ?? throw Problem.NotFound().AsException();
                var next = change(location) with { Id = location.Id, ModifiedAt = clock.GetUtcNow() };
                await RequirePlaceAsync(project, next, cancellationToken);
                if (next.Type != location.Type && await HasBelowAsync(project, id, cancellationToken))
                {
                    throw Problem.UnexpectedValue("location_type_code", next.Type, "the location has others below it.").AsException();
                }
                var writes = new List<FixtureWrite> { FixtureWrite.Replace(FixtureKeys.Location(id), next, version) };
                if (FixtureKeys.SiteCode(next.SiteCode) != FixtureKeys.SiteCode(location.SiteCode))
                {
                    await RequireSiteCodeAsync(project, next.SiteCode, cancellationToken);
                    writes.Add(FixtureWrite.Delete(FixtureKeys.SiteCode(location.SiteCode), ETag.All));
                    writes.Add(FixtureWrite.Add(FixtureKeys.SiteCode(next.SiteCode), id));
                }
                return (next, writes);
            },
            cancellationToken
        );

    /// <summary>
    /// Deletes a location. Cases that it owns stay. Refuses an unknown one with 404.1, and one that has others below it, or workers, with
    /// 400.8. One operation per 1,000 locations and workers.
    /// </summary>
    public Task<Location> DeleteAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        locationWrites.RunAsync<Location>(
            project,
            async () =>
            {
                var (location, version) = await FindAsync(project, id, cancellationToken) ?? throw Problem.NotFound().AsException();
                if (await HasBelowAsync(project, id, cancellationToken))
                {
                    throw Problem.UnexpectedValue("location_id", id, "the location has others below it.").AsException();
                }
                if ((await AssignedAsync(project, cancellationToken)).Contains(id))
                {
                    throw Problem.UnexpectedValue("location_id", id, "workers are assigned to the location.").AsException();
                }
                return (
                    location,
                    [
                        FixtureWrite.Delete(FixtureKeys.Location(id), version),
                        FixtureWrite.Delete(FixtureKeys.SiteCode(location.SiteCode), ETag.All),
                        types.Touch(await types.GetAsync(project, location.Type, cancellationToken)),
                    ]
                );
            },
            cancellationToken
        );

    /// <summary>Refuses a location that there isn't, or that is archived, with 400.8. One operation each.</summary>
    public async Task RequireAsync(ProjectId project, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            if (await FindAsync(project, id, cancellationToken) is not { Value.IsArchived: false })
            {
                throw Problem.UnexpectedValue("locations", id, "there is no such location.").AsException();
            }
        }
    }

    /// <summary>The ids of locations that workers are assigned to. One operation per 1,000 workers.</summary>
    internal async Task<IReadOnlySet<string>> AssignedAsync(ProjectId project, CancellationToken cancellationToken) =>
        (await workers.ListAsync(project, cancellationToken)).SelectMany(worker => worker.Locations).ToHashSet();

    private async Task<bool> HasBelowAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await ListAsync(project, cancellationToken)).Any(below => below.Parent == id);

    private Task<(Location Value, ETag Version)?> FindAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        fixtures.FindAsync<Location>(project, FixtureKeys.Location(id), cancellationToken);

    // The parent is of the type above, so nothing can ever be below itself.
    private async Task RequirePlaceAsync(ProjectId project, Location location, CancellationToken cancellationToken)
    {
        if (FixturesTable.SizeOf(location) > Location.MaxCharacters)
        {
            throw Problem.ValueTooLong("location_data", Location.MaxCharacters).AsException();
        }
        var type =
            (await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(location.Type), cancellationToken))?.Value
            ?? throw Problem.UnexpectedValue("location_type_code", location.Type, "there is no such location type.").AsException();
        var parent = location.Parent is { } id ? (await FindAsync(project, id, cancellationToken))?.Value : null;
        if (type.Parent != parent?.Type || (location.Parent is not null && parent is null))
        {
            throw Problem
                .UnexpectedValue(
                    "parent_location_id",
                    location.Parent,
                    type.Parent is null
                        ? "a location of this type is below no other."
                        : $"a location of this type is below one of the type {type.Parent}."
                )
                .AsException();
        }
    }

    private async Task RequireSiteCodeAsync(ProjectId project, string siteCode, CancellationToken cancellationToken)
    {
        if (!LocationCodes.IsSiteCode(siteCode))
        {
            throw Problem
                .UnexpectedValue("site_code", siteCode, "a site code has 1 to 99 letters, digits, dashes and underscores.")
                .AsException();
        }
        if (await IsTakenAsync(project, siteCode, cancellationToken))
        {
            throw Problem.AlreadyExists(["site_code"], [siteCode], "locations").AsException();
        }
    }

    private async Task<string> FreeSiteCodeAsync(ProjectId project, string name, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var code = LocationCodes.Of(name, number);
            if (number == MaxSiteCodes || !await IsTakenAsync(project, code, cancellationToken))
            {
                return code;
            }
        }
    }

    private async Task<bool> IsTakenAsync(ProjectId project, string siteCode, CancellationToken cancellationToken) =>
        await fixtures.FindAsync<string>(project, FixtureKeys.SiteCode(siteCode), cancellationToken) is not null;
}
