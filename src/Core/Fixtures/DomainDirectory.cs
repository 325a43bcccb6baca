using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>
/// The fixtures of a domain, cached while the domain's head is unchanged. Warm: no operation; cold: one, and those of reading what has
/// changed.
/// </summary>
public sealed class DomainDirectory(FixturesTable fixtures, TimedCache cache)
{
    private const int BytesPerLocation = 700;
    private const int BytesPerGroup = 300;
    private const int BytesPerMember = 90;
    private const int BytesPerTable = 1000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);

    public async Task<DomainData> FindAsync(ProjectId project, CancellationToken cancellationToken)
    {
        if (!cache.TryGet(HeadKey(project), out FixtureHead? head))
        {
            head = await fixtures.ReadHeadAsync(project, cancellationToken);
            cache.Set(HeadKey(project), head);
        }
        return new DomainData(
            await KeptAsync(project, FixtureKind.Groups, head!.Groups, [], () => ReadGroupsAsync(project, cancellationToken)),
            await KeptAsync(
                project,
                FixtureKind.Locations,
                head.Locations,
                LocationTree.Empty,
                () => ReadLocationsAsync(project, cancellationToken)
            ),
            await KeptAsync(project, FixtureKind.Tables, head.Tables, [], () => ReadTablesAsync(project, cancellationToken))
        )
        {
            Products = await KeptAsync(
                project,
                FixtureKind.Products,
                head.Products,
                [],
                () => ReadProductsAsync(project, cancellationToken)
            ),
        };
    }

    internal void Forget(ProjectId project) => cache.Remove(HeadKey(project));

    private async Task<T> KeptAsync<T>(ProjectId project, FixtureKind kind, string? version, T none, Func<Task<(T Value, long Size)>> read)
    {
        if (version is null)
        {
            return none;
        }
        var key = ("fixtures", project, kind);
        if (cache.TryGet(key, out Read<T>? kept) && kept!.Version == version)
        {
            return kept.Value;
        }
        // The data read now may be newer than the version under which they are cached. Then the next head has another version, and they are
        // read again.
        var (value, size) = await read();
        cache.Set(key, new Read<T>(version, value), size, Kept);
        return value;
    }

    private async Task<(IReadOnlyList<Group> Groups, long Size)> ReadGroupsAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var groups = await fixtures.ListAsync<Group>(project, FixtureKeys.Groups, cancellationToken).ToListAsync(cancellationToken);
        return (groups, groups.Sum(group => (long)BytesPerGroup + (group.Users.Count * BytesPerMember)));
    }

    private async Task<(LocationTree Tree, long Size)> ReadLocationsAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var types = await fixtures
            .ListAsync<LocationType>(project, FixtureKeys.LocationTypes, cancellationToken)
            .ToListAsync(cancellationToken);
        var locations = await fixtures
            .ListAsync<Location>(project, FixtureKeys.Locations, cancellationToken)
            .ToListAsync(cancellationToken);
        return (new LocationTree(types, locations), (long)locations.Count * BytesPerLocation);
    }

    private async Task<(IReadOnlyList<LookupTable> Tables, long Size)> ReadTablesAsync(
        ProjectId project,
        CancellationToken cancellationToken
    )
    {
        var tables = await fixtures.ListTablesAsync(project, cancellationToken);
        return (tables, (long)tables.Count * BytesPerTable);
    }

    private async Task<(IReadOnlyList<Product> Products, long Size)> ReadProductsAsync(
        ProjectId project,
        CancellationToken cancellationToken
    )
    {
        var products = await fixtures.ListAsync<Product>(project, FixtureKeys.Products, cancellationToken).ToListAsync(cancellationToken);
        return (
            [.. products.OrderBy(product => product.Name, StringComparer.Ordinal).ThenBy(product => product.Id, StringComparer.Ordinal)],
            products.Sum(product => (long)FixturesTable.SizeOf(product))
        );
    }

    private static (string, ProjectId) HeadKey(ProjectId project) => ("fixture-head", project);

    private sealed record Read<T>(string Version, T Value);
}
