using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The types of a domain's locations: creates, finds, changes and deletes them.</summary>
public sealed class LocationTypes(FixturesTable fixtures, LocationWrites locationWrites, TimeProvider clock)
{
    /// <summary>By code. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<LocationType>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        await fixtures.ListAsync<LocationType>(project, FixtureKeys.LocationTypes, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>Refuses an unknown type with 404.1. One operation.</summary>
    public async Task<LocationType> GetAsync(ProjectId project, string code, CancellationToken cancellationToken) =>
        (await FindAsync(project, code, cancellationToken)).Type;

    /// <summary>Refuses a code that is no XML name (400.8) or is taken (409.3), and a parent that there isn't (400.8).</summary>
    public Task<LocationType> CreateAsync(ProjectId project, LocationType type, CancellationToken cancellationToken)
    {
        // It becomes the name of elements and attributes of fixtures.
        if (!LocationCodes.IsTypeCode(type.Code))
        {
            throw Problem
                .UnexpectedValue(
                    "code",
                    type.Code,
                    "a code has 1 to 100 letters, digits, dashes and underscores, and starts with a letter or an underscore."
                )
                .AsException();
        }
        return locationWrites.RunAsync<LocationType>(
            project,
            async () =>
            {
                var types = await ListAsync(project, cancellationToken);
                if (types.Any(one => one.Code == type.Code))
                {
                    throw Problem.AlreadyExists(["code"], [type.Code], "locations").AsException();
                }
                RequireParent(types, type);
                var created = type with { ModifiedAt = clock.GetUtcNow() };
                return (created, [FixtureWrite.Add(FixtureKeys.LocationType(type.Code), created)]);
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Replaces a type by what <paramref name="change"/> makes of it, which must be pure. Refuses an unknown type with 404.1, and with
    /// 400.8 another code, a parent that there isn't or that is below the type, and another parent for a type that has locations.
    /// </summary>
    public Task<LocationType> ChangeAsync(
        ProjectId project,
        string code,
        Func<LocationType, LocationType> change,
        CancellationToken cancellationToken
    ) =>
        locationWrites.RunAsync<LocationType>(
            project,
            async () =>
            {
                var (type, version) = await FindAsync(project, code, cancellationToken);
                var next = change(type) with { ModifiedAt = clock.GetUtcNow() };
                if (next.Code != type.Code)
                {
                    throw Problem.UnexpectedValue("code", next.Code, "the code of a location type stays as it is.").AsException();
                }
                if (next.Parent != type.Parent)
                {
                    RequireParent(await ListAsync(project, cancellationToken), next);
                    if (await HasLocationsAsync(project, code, cancellationToken))
                    {
                        throw Problem
                            .UnexpectedValue("parent", next.Parent, "there are locations of this type below others.")
                            .AsException();
                    }
                }
                return (next, [FixtureWrite.Replace(FixtureKeys.LocationType(code), next, version)]);
            },
            cancellationToken
        );

    /// <summary>Refuses an unknown type with 404.1, and one that has locations or a type below it with 400.8.</summary>
    public Task<LocationType> DeleteAsync(ProjectId project, string code, CancellationToken cancellationToken) =>
        locationWrites.RunAsync<LocationType>(
            project,
            async () =>
            {
                var (type, version) = await FindAsync(project, code, cancellationToken);
                var types = await ListAsync(project, cancellationToken);
                if (types.FirstOrDefault(one => one.Parent == code) is { } below)
                {
                    throw Problem.UnexpectedValue("id", code, $"the type {below.Code} is below it.").AsException();
                }
                if (await HasLocationsAsync(project, code, cancellationToken))
                {
                    throw Problem.UnexpectedValue("id", code, "there are locations of this type.").AsException();
                }
                var writes = new List<FixtureWrite> { FixtureWrite.Delete(FixtureKeys.LocationType(code), version) };
                if ((types.FirstOrDefault(one => one.Code == type.Parent) ?? types.FirstOrDefault(one => one.Code != code)) is { } other)
                {
                    writes.Add(Touch(other));
                }
                return (type, writes);
            },
            cancellationToken
        );

    /// <summary>Makes phones ask for the locations again: what was deleted has no time of its change any more.</summary>
    internal FixtureWrite Touch(LocationType type) =>
        FixtureWrite.Replace(FixtureKeys.LocationType(type.Code), type with { ModifiedAt = clock.GetUtcNow() }, ETag.All);

    private async Task<(LocationType Type, ETag Version)> FindAsync(ProjectId project, string code, CancellationToken cancellationToken) =>
        await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(code), cancellationToken)
        ?? throw Problem.NotFound().AsException();

    private async Task<bool> HasLocationsAsync(ProjectId project, string code, CancellationToken cancellationToken) =>
        await fixtures
            .ListAsync<Location>(project, FixtureKeys.Locations, cancellationToken)
            .AnyAsync(location => location.Type == code, cancellationToken);

    private static void RequireParent(IReadOnlyList<LocationType> types, LocationType type)
    {
        var byCode = types.ToDictionary(one => one.Code);
        if (type.Parent is { } parent && !byCode.ContainsKey(parent))
        {
            throw Problem.UnexpectedValue("parent", parent, "there is no such location type.").AsException();
        }
        for (var above = type.Parent; above is not null; above = byCode[above].Parent)
        {
            if (above == type.Code)
            {
                throw Problem.UnexpectedValue("parent", type.Parent, "the type would be below itself.").AsException();
            }
        }
    }
}
