using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies that locations and their types form one tree, and the rows that make site codes unique.</summary>
public sealed class VerifyLocations(FixtureChecks checks, FixturesTable fixtures)
{
    /// <summary>One operation per 1,000 rows, one for each type and site code, and up to four for each location.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await checks.EachAsync<LocationType>(
            verification,
            project,
            "location types",
            FixtureKeys.LocationTypes,
            (row, type, stop) => CheckTypeAsync(project, row, type, stop),
            cancellationToken
        );
        await checks.EachAsync<Location>(
            verification,
            project,
            "locations",
            FixtureKeys.Locations,
            (row, location, stop) => CheckLocationAsync(project, row, location, stop),
            cancellationToken
        );
        await checks.EachAsync<string>(
            verification,
            project,
            "site codes",
            FixtureKeys.SiteCodes,
            (row, id, stop) =>
                checks.CheckClaimedAsync<Location>(
                    project,
                    row,
                    FixtureKeys.Location(id),
                    location => FixtureKeys.SiteCode(location.SiteCode) == row.Row,
                    "site code",
                    stop
                ),
            cancellationToken
        );
    }

    private async IAsyncEnumerable<Difference> CheckTypeAsync(
        ProjectId project,
        StoredRow<LocationType> row,
        LocationType type,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (
            type.Parent is { } parent
            && await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(parent), cancellationToken) is null
        )
        {
            yield return new Difference("location", project, row.ToString(), $"the type above it, {parent}, is not there");
        }
    }

    private async IAsyncEnumerable<Difference> CheckLocationAsync(
        ProjectId project,
        StoredRow<Location> row,
        Location location,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await FindTreeFaultAsync(project, location, cancellationToken) is { } fault)
        {
            yield return new Difference("location", project, row.ToString(), fault);
        }
        var siteCode = FixtureKeys.SiteCode(location.SiteCode);
        await foreach (
            var difference in checks.CheckClaimAsync(
                project,
                row,
                siteCode,
                location.Id,
                "site code",
                FixtureKind.Locations,
                cancellationToken
            )
        )
        {
            yield return difference;
        }
    }

    private async Task<string?> FindTreeFaultAsync(ProjectId project, Location location, CancellationToken cancellationToken)
    {
        var type = (await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(location.Type), cancellationToken))?.Value;
        var above = location.Parent is { } parent
            ? (await fixtures.FindAsync<Location>(project, FixtureKeys.Location(parent), cancellationToken))?.Value
            : null;
        return type is null ? $"its type {location.Type} is not there"
            : location.Parent is not null && above is null ? $"the location above it, {location.Parent}, is not there"
            : type.Parent != above?.Type
                ? $"it is below a location of type {above?.Type ?? "none"}, and its type is below {type.Parent ?? "none"}"
            : null;
    }
}
