using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies lookup tables and their rows, and the rows that make tags and row ids unique.</summary>
public sealed class VerifyLookupTables(FixtureChecks checks, FixturesTable fixtures)
{
    /// <summary>One operation per 1,000 rows, and one or two for each table, tag, lookup row and row id.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await checks.EachAsync<LookupTable>(
            verification,
            project,
            "lookup tables",
            FixtureKeys.Tables,
            (row, table, stop) =>
                checks.CheckClaimAsync(project, row, FixtureKeys.Tag(table.Tag), table.Id, "tag", FixtureKind.Tables, stop),
            cancellationToken
        );
        await checks.EachAsync<string>(
            verification,
            project,
            "tags",
            FixtureKeys.Tags,
            (row, id, stop) =>
                checks.CheckClaimedAsync<LookupTable>(
                    project,
                    row,
                    FixtureKeys.Table(id),
                    table => FixtureKeys.Tag(table.Tag) == row.Row,
                    "tag",
                    stop
                ),
            cancellationToken
        );
        await checks.EachAsync<LookupRow>(
            verification,
            project,
            "lookup rows",
            FixtureKeys.Rows,
            (row, lookup, stop) => CheckRowAsync(project, row, lookup, stop),
            cancellationToken
        );
        await checks.EachAsync<string>(
            verification,
            project,
            "ids of lookup rows",
            FixtureKeys.RowIds,
            (row, key, stop) =>
                checks.CheckClaimedAsync<LookupRow>(project, row, key, found => FixtureKeys.RowId(found.Id) == row.Row, "row id", stop),
            cancellationToken
        );
    }

    private async IAsyncEnumerable<Difference> CheckRowAsync(
        ProjectId project,
        StoredRow<LookupRow> row,
        LookupRow lookup,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var where = row.ToString();
        if (FixtureKeys.Row(lookup) != row.Row)
        {
            yield return new Difference("lookup-row", project, where, $"it says that it stands at {FixtureKeys.Row(lookup)}");
        }
        if (
            (await fixtures.FindAsync<string>(project, FixtureKeys.RowId(lookup.Id), cancellationToken))?.Value is var key
            && key != row.Row
        )
        {
            yield return new Difference(
                "lookup-row",
                project,
                where,
                $"its id {(key is null ? $"leads nowhere: there is no row {FixtureKeys.RowId(lookup.Id)}" : $"leads to {key}")}"
            );
        }
        if (await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(lookup.Table), cancellationToken) is null)
        {
            // An interrupted deletion leaves such rows; no phone receives them.
            yield return new Difference("lookup-row-left", project, where, $"there is no table {lookup.Table}") { IsNote = true };
        }
    }
}
