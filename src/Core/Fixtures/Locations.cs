using System.Text;
using System.Text.RegularExpressions;
using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The locations of a domain and their types. Locations are archived, never deleted.</summary>
public sealed partial class Locations(FixturesTable fixtures, DomainDirectory directory, TimeProvider clock)
{
    private const int MaxSiteCodes = 1000;

    /// <summary>By code. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<LocationType>> ListTypesAsync(ProjectId project, CancellationToken cancellationToken) =>
        await fixtures.ListAsync<LocationType>(project, FixtureKeys.LocationTypes, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>Refuses an unknown type with 404.1. One operation.</summary>
    public async Task<LocationType> GetTypeAsync(ProjectId project, string code, CancellationToken cancellationToken) =>
        (await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(code), cancellationToken))?.Value
        ?? throw Problem.NotFound().AsException();

    /// <summary>Refuses a code that is no XML name (400.8) or is taken (409.3), and a parent that there isn't (400.8).</summary>
    public async Task<LocationType> CreateTypeAsync(ProjectId project, LocationType type, CancellationToken cancellationToken)
    {
        // It becomes the name of elements and attributes of fixtures.
        if (!Code().IsMatch(type.Code))
        {
            throw Problem
                .UnexpectedValue(
                    "code",
                    type.Code,
                    "a code has 1 to 100 letters, digits, dashes and underscores, and starts with a letter or an underscore."
                )
                .AsException();
        }
        if (
            type.Parent is { } parent
            && await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(parent), cancellationToken) is null
        )
        {
            throw Problem.UnexpectedValue("parent", parent, "there is no such location type.").AsException();
        }
        var created = type with { ModifiedAt = clock.GetUtcNow() };
        await AddAsync(project, [FixtureWrite.Add(FixtureKeys.LocationType(type.Code), created)], "code", type.Code, cancellationToken);
        return created;
    }

    /// <summary>Name and what its workers see; the place in the tree stays. Refuses an unknown type with 404.1.</summary>
    public Task<LocationType> ChangeTypeAsync(
        ProjectId project,
        string code,
        Func<LocationType, LocationType> change,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var row = FixtureKeys.LocationType(code);
                var (type, version) =
                    await fixtures.FindAsync<LocationType>(project, row, cancellationToken) ?? throw Problem.NotFound().AsException();
                var next = change(type) with { Code = type.Code, Parent = type.Parent, ModifiedAt = clock.GetUtcNow() };
                await WriteAsync(project, [FixtureWrite.Replace(row, next, version)], cancellationToken);
                return next;
            },
            cancellationToken
        );

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
        await FindAsync(project, id, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>Without a site code one is made of the name. Refuses one that is impossible (400.8) or taken (409.3), and a type or
    /// parent that doesn't fit (400.8).</summary>
    public async Task<Location> CreateAsync(
        ProjectId project,
        string name,
        string type,
        string? siteCode,
        Func<Location, Location> describe,
        CancellationToken cancellationToken
    )
    {
        RequireSiteCode(siteCode);
        for (var number = 1; ; number++)
        {
            var code = siteCode ?? CodeOf(name) + (number == 1 ? "" : number.ToString(System.Globalization.CultureInfo.InvariantCulture));
            var location = describe(new Location(Guid.NewGuid().ToString("N"), name, code, type, null)) with
            {
                ModifiedAt = clock.GetUtcNow(),
            };
            await RequirePlaceAsync(project, location, cancellationToken);
            try
            {
                FixtureWrite[] writes =
                [
                    FixtureWrite.Add(FixtureKeys.Location(location.Id), location),
                    FixtureWrite.Add(FixtureKeys.SiteCode(code), location.Id),
                ];
                await AddAsync(project, writes, "site_code", code, cancellationToken);
                return location;
            }
            catch (ProblemException) when (siteCode is null && number < MaxSiteCodes)
            {
                // Another place of that name: the next number may be free.
            }
        }
    }

    /// <summary>
    /// Replaces a location by what <paramref name="change"/> makes of it, which must be pure. Refuses an unknown one with 404.1, a site
    /// code that is impossible (400.8) or taken (409.3), a type or parent that doesn't fit (400.8), and another type for one that has
    /// others below it (400.8).
    /// </summary>
    public Task<Location> ChangeAsync(ProjectId project, string id, Func<Location, Location> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (location, version) =
                    await fixtures.FindAsync<Location>(project, FixtureKeys.Location(id), cancellationToken)
                    ?? throw Problem.NotFound().AsException();
                var next = change(location) with { Id = location.Id, ModifiedAt = clock.GetUtcNow() };
                await RequirePlaceAsync(project, next, cancellationToken);
                if (next.Type != location.Type && (await ListAsync(project, cancellationToken)).Any(below => below.Parent == id))
                {
                    throw Problem.UnexpectedValue("location_type_code", next.Type, "the location has others below it.").AsException();
                }
                var writes = new List<FixtureWrite> { FixtureWrite.Replace(FixtureKeys.Location(id), next, version) };
                if (FixtureKeys.SiteCode(next.SiteCode) != FixtureKeys.SiteCode(location.SiteCode))
                {
                    RequireSiteCode(next.SiteCode);
                    if (await fixtures.FindAsync<string>(project, FixtureKeys.SiteCode(next.SiteCode), cancellationToken) is not null)
                    {
                        throw Problem.AlreadyExists(["site_code"], [next.SiteCode], "locations").AsException();
                    }
                    writes.Add(FixtureWrite.Delete(FixtureKeys.SiteCode(location.SiteCode), ETag.All));
                    writes.Add(FixtureWrite.Add(FixtureKeys.SiteCode(next.SiteCode), id));
                }
                await WriteAsync(project, writes, cancellationToken);
                return next;
            },
            cancellationToken
        );

    /// <summary>Refuses a location that there isn't, or that is archived, with 400.8. One operation each.</summary>
    public async Task RequireAsync(ProjectId project, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            if (await FindAsync(project, id, cancellationToken) is not { IsArchived: false })
            {
                throw Problem.UnexpectedValue("locations", id, "there is no such location.").AsException();
            }
        }
    }

    private async Task<Location?> FindAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await fixtures.FindAsync<Location>(project, FixtureKeys.Location(id), cancellationToken))?.Value;

    // The parent is of the type above, so nothing can ever be below itself.
    private async Task RequirePlaceAsync(ProjectId project, Location location, CancellationToken cancellationToken)
    {
        var type =
            (await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(location.Type), cancellationToken))?.Value
            ?? throw Problem.UnexpectedValue("location_type_code", location.Type, "there is no such location type.").AsException();
        var parent = location.Parent is { } id ? await FindAsync(project, id, cancellationToken) : null;
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

    private static void RequireSiteCode(string? siteCode)
    {
        if (siteCode is not null && !Code().IsMatch("_" + siteCode))
        {
            throw Problem
                .UnexpectedValue("site_code", siteCode, "a site code has 1 to 99 letters, digits, dashes and underscores.")
                .AsException();
        }
    }

    private static string CodeOf(string name)
    {
        var code = new StringBuilder();
        foreach (var letter in name.Trim().ToLowerInvariant())
        {
            code.Append(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_');
        }
        return code.Length == 0 ? "location" : code.ToString(0, Math.Min(code.Length, 80));
    }

    private async Task AddAsync(
        ProjectId project,
        IEnumerable<FixtureWrite> writes,
        string field,
        string value,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await WriteAsync(project, writes, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            throw Problem.AlreadyExists([field], [value], "locations").AsException(e);
        }
    }

    private async Task WriteAsync(ProjectId project, IEnumerable<FixtureWrite> writes, CancellationToken cancellationToken)
    {
        await fixtures.WriteAsync(project, FixtureKind.Locations, writes, cancellationToken);
        directory.Forget(project);
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex Code();
}
