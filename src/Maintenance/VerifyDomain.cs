using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Maintenance;

/// <summary>Mobile workers and their claims, and the fixtures of a domain: groups, lookup tables and locations, with the rows that make
/// them unique.</summary>
public sealed class VerifyDomain(WorkersTable workers, AccountsTable accounts, FixturesTable fixtures)
{
    /// <summary>One operation per 1,000 rows, one to four for each worker, member, lookup row and location.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await EachAsync("mobile workers", workers.ScanAsync(project, cancellationToken), CheckWorkerAsync);
        await EachAsync("groups", Scan<Group>(FixtureKeys.Groups), CheckGroupAsync);
        await EachAsync(
            "lookup tables",
            Scan<LookupTable>(FixtureKeys.Tables),
            (table, row, stop) => CheckClaimAsync(project, row, FixtureKeys.Tag(table.Tag), table.Id, "tag", FixtureKind.Tables, stop)
        );
        await EachAsync(
            "tags",
            Scan<string>(FixtureKeys.Tags),
            (id, row, stop) =>
                CheckClaimedAsync<LookupTable>(
                    project,
                    row,
                    FixtureKeys.Table(id),
                    table => FixtureKeys.Tag(table.Tag) == row.Row,
                    "tag",
                    stop
                )
        );
        await EachAsync("lookup rows", Scan<LookupRow>(FixtureKeys.Rows), CheckRowAsync);
        await EachAsync(
            "ids of lookup rows",
            Scan<string>(FixtureKeys.RowIds),
            (key, row, stop) =>
                CheckClaimedAsync<LookupRow>(project, row, key, found => FixtureKeys.RowId(found.Id) == row.Row, "row id", stop)
        );
        await EachAsync("location types", Scan<LocationType>(FixtureKeys.LocationTypes), CheckTypeAsync);
        await EachAsync("locations", Scan<Location>(FixtureKeys.Locations), CheckLocationAsync);
        await EachAsync(
            "site codes",
            Scan<string>(FixtureKeys.SiteCodes),
            (id, row, stop) =>
                CheckClaimedAsync<Location>(
                    project,
                    row,
                    FixtureKeys.Location(id),
                    location => FixtureKeys.SiteCode(location.SiteCode) == row.Row,
                    "site code",
                    stop
                )
        );

        IAsyncEnumerable<StoredRow<T>> Scan<T>(string prefix) => fixtures.ScanAsync<T>(project, prefix, cancellationToken);

        Task EachAsync<T>(
            string things,
            IAsyncEnumerable<StoredRow<T>> rows,
            Func<T, StoredRow<T>, CancellationToken, IAsyncEnumerable<Difference>> check
        ) => verification.EachAsync(things, project, rows, (row, value, stop) => check(value, row, stop), cancellationToken);

        async IAsyncEnumerable<Difference> CheckGroupAsync(
            Group group,
            StoredRow<Group> row,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            foreach (var member in group.Users)
            {
                if ((await workers.FindClaimAsync(new OwnerId(member), stop))?.Project != project)
                {
                    yield return new Difference(
                        "group-member",
                        project,
                        row.ToString(),
                        $"the member {member} is and was no worker of this project"
                    );
                }
            }
            await foreach (var difference in CheckHeadAsync(project, FixtureKind.Groups, stop))
            {
                yield return difference;
            }
        }

        async IAsyncEnumerable<Difference> CheckRowAsync(
            LookupRow lookup,
            StoredRow<LookupRow> row,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            var where = row.ToString();
            if (FixtureKeys.Row(lookup) != row.Row)
            {
                yield return new Difference("lookup-row", project, where, $"it says that it stands at {FixtureKeys.Row(lookup)}");
            }
            if ((await fixtures.FindAsync<string>(project, FixtureKeys.RowId(lookup.Id), stop))?.Value is var key && key != row.Row)
            {
                yield return new Difference(
                    "lookup-row",
                    project,
                    where,
                    $"its id {(key is null ? $"leads nowhere: there is no row {FixtureKeys.RowId(lookup.Id)}" : $"leads to {key}")}"
                );
            }
            if (await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(lookup.Table), stop) is null)
            {
                // What a deletion that broke off leaves behind: no phone gets it.
                yield return new Difference("lookup-row-left", project, where, $"there is no table {lookup.Table}") { IsNote = true };
            }
        }

        async IAsyncEnumerable<Difference> CheckTypeAsync(
            LocationType type,
            StoredRow<LocationType> row,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            if (
                type.Parent is { } parent
                && await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(parent), stop) is null
            )
            {
                yield return new Difference("location", project, row.ToString(), $"the type above it, {parent}, is not there");
            }
        }

        async IAsyncEnumerable<Difference> CheckLocationAsync(
            Location location,
            StoredRow<Location> row,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            var where = row.ToString();
            var type = (await fixtures.FindAsync<LocationType>(project, FixtureKeys.LocationType(location.Type), stop))?.Value;
            var above = location.Parent is { } parent
                ? (await fixtures.FindAsync<Location>(project, FixtureKeys.Location(parent), stop))?.Value
                : null;
            if (type is null)
            {
                yield return new Difference("location", project, where, $"its type {location.Type} is not there");
            }
            else if (location.Parent is not null && above is null)
            {
                yield return new Difference("location", project, where, $"the location above it, {location.Parent}, is not there");
            }
            else if (type.Parent != above?.Type)
            {
                yield return new Difference(
                    "location",
                    project,
                    where,
                    $"it is below a location of type {above?.Type ?? "none"}, and its type is below {type.Parent ?? "none"}"
                );
            }
            await foreach (
                var difference in CheckClaimAsync(
                    project,
                    row,
                    FixtureKeys.SiteCode(location.SiteCode),
                    location.Id,
                    "site code",
                    FixtureKind.Locations,
                    stop
                )
            )
            {
                yield return difference;
            }
        }

        async IAsyncEnumerable<Difference> CheckWorkerAsync(
            MobileWorker worker,
            StoredRow<MobileWorker> row,
            [EnumeratorCancellation] CancellationToken stop
        )
        {
            var where = row.ToString();
            if (await workers.FindClaimAsync(worker.UserId, stop) is var claim && claim != (project, worker.Username))
            {
                yield return new Difference(
                    "worker-id",
                    project,
                    where,
                    claim is null
                        ? $"nobody claims the user id {worker.UserId}"
                        : $"the user id {worker.UserId} is claimed by {claim.Value.Username} of project {claim.Value.Project}"
                );
            }
            if ((await accounts.FindAsync(project, worker.Actor, stop))?.Kind != ActorKind.MobileWorker)
            {
                yield return new Difference(
                    "worker-account",
                    project,
                    where,
                    $"there is no account {worker.Actor} that gives the worker a name"
                );
            }
            foreach (var location in worker.Locations)
            {
                if (await fixtures.FindAsync<Location>(project, FixtureKeys.Location(location), stop) is null)
                {
                    yield return new Difference("worker-location", project, where, $"the worker's location {location} is not there");
                }
            }
        }
    }

    // The row that makes something unique names it.
    private async IAsyncEnumerable<Difference> CheckClaimAsync<T>(
        ProjectId project,
        StoredRow<T> row,
        string claim,
        string id,
        string what,
        FixtureKind kind,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if ((await fixtures.FindAsync<string>(project, claim, cancellationToken))?.Value is var claimed && claimed != id)
        {
            yield return new Difference(
                "fixture-name",
                project,
                row.ToString(),
                $"its {what} {(claimed is null ? $"leads nowhere: there is no row {claim}" : $"leads to {claimed}, by the row {claim}")}"
            );
        }
        await foreach (var difference in CheckHeadAsync(project, kind, cancellationToken))
        {
            yield return difference;
        }
    }

    // What it names bears it out.
    private async IAsyncEnumerable<Difference> CheckClaimedAsync<T>(
        ProjectId project,
        StoredRow<string> claim,
        string row,
        Func<T, bool> bearsOut,
        string what,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await fixtures.FindAsync<T>(project, row, cancellationToken) is not { } found)
        {
            yield return new Difference("fixture-name", project, claim.ToString(), $"the {what} is taken for {row}, which is not there");
        }
        else if (!bearsOut(found.Value))
        {
            yield return new Difference("fixture-name", project, claim.ToString(), $"the {what} is taken for {row}, which has another");
        }
    }

    // Phones get nothing that the head does not record.
    private async IAsyncEnumerable<Difference> CheckHeadAsync(
        ProjectId project,
        FixtureKind kind,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var head = await fixtures.ReadHeadAsync(project, cancellationToken);
        if (
            (
                kind switch
                {
                    FixtureKind.Groups => head.Groups,
                    FixtureKind.Tables => head.Tables,
                    _ => head.Locations,
                }
            )
            is null
        )
        {
            yield return new Difference(
                "fixture-head",
                project,
                $"fixtures {FixtureKeys.Partition(project)} {FixtureKeys.Head}",
                $"it has no version of {kind}, and there are some"
            );
        }
    }
}
