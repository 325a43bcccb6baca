using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Adds, changes and deletes the locations that a spreadsheet names. Others stay as they are.</summary>
public sealed class UploadLocations(Locations locations, LocationTypes types, LocationWrites locationWrites, TimeProvider clock)
{
    private const int MaxExisting = 50_000;

    /// <summary>
    /// Finds what would change. A location is recognised by its id, else by its site code, else by name, type and parent. Refuses with
    /// 400.58 what no tree of locations could have, and more than 50,000 locations. One operation per 1,000 locations, types and workers,
    /// and one more.
    /// </summary>
    public async Task<LocationUpload> PlanAsync(ProjectId project, FixtureSheet sheet, CancellationToken cancellationToken)
    {
        var columns = new LocationColumns(sheet.Headers);
        var rows = sheet.Rows.Select((cells, index) => columns.RowOf(cells, index + 2)).ToList();
        var version = await locationWrites.ReadVersionAsync(project, cancellationToken);
        var levels = await types.ListAsync(project, cancellationToken);
        var before = await locations.ListAsync(project, cancellationToken);
        if (before.Count + rows.Count > MaxExisting)
        {
            throw Problem.UnusableSheet(null, $"there would be more than {MaxExisting} locations: use the API for them.").AsException();
        }
        var assigned = rows.Exists(row => row.Deletes) ? await locations.AssignedAsync(project, cancellationToken) : new HashSet<string>();
        return new LocationPlan(levels, before, assigned, clock.GetUtcNow()).Make(rows) with { Version = version };
    }

    /// <summary>
    /// Writes the plan in batches: new and changed locations first, then the removal of others. An upload that was interrupted is completed
    /// by the same upload. Refuses with 409.41 when somebody else changed a location or a type since. One operation for each batch.
    /// </summary>
    public Task ApplyAsync(ProjectId project, LocationUpload plan, CancellationToken cancellationToken)
    {
        FixtureVersion? version = plan.Version;
        return UploadBatches.SendAsync(
            Rows(plan),
            plan.Written,
            async writes =>
            {
                // The types of removed locations are touched in each batch that removes some, but once.
                var once = writes.DistinctBy(write => write.Row).ToList();
                version = await locationWrites.TryAsync(project, once, version!.Value, cancellationToken);
                return version is not null;
            }
        );
    }

    private IEnumerable<UploadRow> Rows(LocationUpload plan)
    {
        foreach (var change in plan.Added.Concat(plan.Changed).OrderBy(change => plan.DepthOf(change.After)))
        {
            yield return change.Before is { } before
                ? new(UploadStep.Change, Replace(before, change.After))
                : new(
                    UploadStep.Add,
                    [
                        FixtureWrite.Add(FixtureKeys.Location(change.After.Id), change.After),
                        FixtureWrite.Add(FixtureKeys.SiteCode(change.After.SiteCode), change.After.Id),
                    ]
                );
        }
        foreach (var location in plan.Removed.OrderByDescending(plan.DepthOf))
        {
            yield return new(
                UploadStep.Remove,
                [
                    FixtureWrite.Delete(FixtureKeys.Location(location.Id), ETag.All),
                    FixtureWrite.Delete(FixtureKeys.SiteCode(location.SiteCode), ETag.All),
                    types.Touch(plan.Types[location.Type]),
                ]
            );
        }
    }

    private static FixtureWrite[] Replace(Location before, Location after)
    {
        var (row, old, site) = (
            FixtureKeys.Location(after.Id),
            FixtureKeys.SiteCode(before.SiteCode),
            FixtureKeys.SiteCode(after.SiteCode)
        );
        return old == site
            ? [FixtureWrite.Replace(row, after, ETag.All)]
            : [FixtureWrite.Replace(row, after, ETag.All), FixtureWrite.Delete(old, ETag.All), FixtureWrite.Add(site, after.Id)];
    }
}
