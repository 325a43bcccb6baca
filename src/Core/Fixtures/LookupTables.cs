using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The lookup tables of a domain and their rows: creates, finds, changes and deletes them.</summary>
public sealed class LookupTables(FixturesTable fixtures, DomainDirectory directory)
{
    private const int MaxTag = 100;
    private const int MaxFields = 500;

    /// <summary>By tag. One operation per 1,000.</summary>
    public Task<IReadOnlyList<LookupTable>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        fixtures.ListTablesAsync(project, cancellationToken);

    /// <summary>Refuses an unknown table with 404.1. One operation.</summary>
    public async Task<LookupTable> GetAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(id), cancellationToken))?.Value
        ?? throw Problem.NotFound().AsException();

    /// <summary>Refuses a tag that is no XML name (400.8) or is taken (409.3), and fields without a name or with the same
    /// (400.8).</summary>
    public async Task<LookupTable> CreateAsync(ProjectId project, LookupTable table, CancellationToken cancellationToken)
    {
        Require(table);
        var created = table with { Id = Guid.NewGuid().ToString("N") };
        try
        {
            FixtureWrite[] writes =
            [
                FixtureWrite.Add(FixtureKeys.Table(created.Id), created),
                FixtureWrite.Add(FixtureKeys.Tag(created.Tag), created.Id),
            ];
            await WriteAsync(project, writes, cancellationToken);
            return created;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            throw Problem.AlreadyExists(["tag"], [table.Tag], "lookup tables").AsException(e);
        }
    }

    /// <summary>
    /// Replaces a table by the result of <paramref name="change"/>, which must be pure. Refuses an unknown table with 404.1, and the same
    /// as <see cref="CreateAsync"/>. Rows keep values of removed fields, which are no longer shown.
    /// </summary>
    public Task<LookupTable> ChangeAsync(
        ProjectId project,
        string id,
        Func<LookupTable, LookupTable> change,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (table, version) =
                    await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(id), cancellationToken)
                    ?? throw Problem.NotFound().AsException();
                var next = change(table) with { Id = table.Id };
                Require(next);
                var writes = new List<FixtureWrite> { FixtureWrite.Replace(FixtureKeys.Table(id), next, version) };
                if (next.Tag != table.Tag)
                {
                    if (await fixtures.FindAsync<string>(project, FixtureKeys.Tag(next.Tag), cancellationToken) is not null)
                    {
                        throw Problem.AlreadyExists(["tag"], [next.Tag], "lookup tables").AsException();
                    }
                    writes.Add(FixtureWrite.Delete(FixtureKeys.Tag(table.Tag), ETag.All));
                    writes.Add(FixtureWrite.Add(FixtureKeys.Tag(next.Tag), id));
                }
                await WriteAsync(project, writes, cancellationToken);
                return next;
            },
            cancellationToken
        );

    /// <summary>Deletes the table at once and its rows afterwards. Refuses an unknown table with 404.1.</summary>
    public async Task<LookupTable> DeleteAsync(ProjectId project, string id, CancellationToken cancellationToken)
    {
        var deleted = await ConditionalWrite.RunAsync(
            async () =>
            {
                var (table, version) =
                    await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(id), cancellationToken)
                    ?? throw Problem.NotFound().AsException();
                await WriteAsync(
                    project,
                    [FixtureWrite.Delete(FixtureKeys.Table(id), version), FixtureWrite.Delete(FixtureKeys.Tag(table.Tag), ETag.All)],
                    cancellationToken
                );
                return table;
            },
            cancellationToken
        );
        await fixtures.DeleteRowsAsync(project, id, CancellationToken.None);
        return deleted;
    }

    /// <summary>All rows of a table, or of all tables that there are, as phones get them. One operation per 1,000 rows.</summary>
    public async IAsyncEnumerable<LookupRow> ListRowsAsync(
        ProjectId project,
        string? table,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var listed in table is null ? (await ListAsync(project, cancellationToken)).Select(listed => listed.Id) : [table])
        {
            await foreach (var row in fixtures.ListAsync<LookupRow>(project, FixtureKeys.RowsOf(listed), cancellationToken))
            {
                yield return row;
            }
        }
    }

    /// <summary>Refuses an unknown row with 404.1. Two operations.</summary>
    public async Task<LookupRow> GetRowAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await FindRowAsync(project, id, cancellationToken)).Row;

    /// <summary>Refuses an unknown table, and fields and attributes that it doesn't have, with 400.8, and a row that is too long for
    /// storage with 400.13.</summary>
    public async Task<LookupRow> CreateRowAsync(ProjectId project, LookupRow row, CancellationToken cancellationToken)
    {
        var created = row with { Id = Guid.NewGuid().ToString("N") };
        await RequireFitsAsync(project, created, cancellationToken);
        try
        {
            FixtureWrite[] writes =
            [
                FixtureWrite.Add(FixtureKeys.Row(created), created),
                FixtureWrite.Add(FixtureKeys.RowId(created.Id), FixtureKeys.Row(created)),
                FixtureWrite.Touch(FixtureKeys.Table(row.Table)),
            ];
            await WriteAsync(project, writes, cancellationToken);
            return created;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw UnknownTable(row.Table, e);
        }
    }

    /// <summary>Replaces a row by what <paramref name="change"/> makes of it, which must be pure. Refuses an unknown row with 404.1,
    /// and the same as <see cref="CreateRowAsync"/>.</summary>
    public Task<LookupRow> ChangeRowAsync(
        ProjectId project,
        string id,
        Func<LookupRow, LookupRow> change,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (row, version) = await FindRowAsync(project, id, cancellationToken);
                var next = change(row) with { Id = row.Id };
                await RequireFitsAsync(project, next, cancellationToken);
                var (from, to) = (FixtureKeys.Row(row), FixtureKeys.Row(next));
                var writes = new List<FixtureWrite> { FixtureWrite.Touch(FixtureKeys.Table(row.Table)) };
                if (from == to)
                {
                    writes.Add(FixtureWrite.Replace(to, next, version));
                }
                else
                {
                    writes.AddRange([
                        FixtureWrite.Delete(from, version),
                        FixtureWrite.Add(to, next),
                        FixtureWrite.Replace(FixtureKeys.RowId(id), to, ETag.All),
                    ]);
                }
                if (next.Table != row.Table)
                {
                    writes.Add(FixtureWrite.Touch(FixtureKeys.Table(next.Table)));
                }
                await WriteAsync(project, writes, cancellationToken);
                return next;
            },
            cancellationToken
        );

    /// <summary>Refuses an unknown row with 404.1.</summary>
    public Task<LookupRow> DeleteRowAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (row, version) = await FindRowAsync(project, id, cancellationToken);
                FixtureWrite[] writes =
                [
                    FixtureWrite.Delete(FixtureKeys.Row(row), version),
                    FixtureWrite.Delete(FixtureKeys.RowId(id), ETag.All),
                    FixtureWrite.Touch(FixtureKeys.Table(row.Table)),
                ];
                await WriteAsync(project, writes, cancellationToken);
                return row;
            },
            cancellationToken
        );

    private async Task<(LookupRow Row, ETag Version)> FindRowAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        await fixtures.FindAsync<string>(project, FixtureKeys.RowId(id), cancellationToken) is var (key, _)
            ? await fixtures.FindAsync<LookupRow>(project, key, cancellationToken) ?? throw Problem.NotFound().AsException()
            : throw Problem.NotFound().AsException();

    private async Task RequireFitsAsync(ProjectId project, LookupRow row, CancellationToken cancellationToken)
    {
        var table =
            (await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(row.Table), cancellationToken))?.Value
            ?? throw UnknownTable(row.Table, null);
        if (row.Fields.Keys.Except(table.Fields.Select(field => field.Name)).FirstOrDefault() is { } field)
        {
            throw Problem.UnexpectedValue("fields", field, "the table has no such field.").AsException();
        }
        if (row.Attributes.Keys.Except(table.ItemAttributes).FirstOrDefault() is { } attribute)
        {
            throw Problem.UnexpectedValue("item_attributes", attribute, "the table has no such attribute.").AsException();
        }
        if (FixturesTable.SizeOf(row) > LookupRow.MaxCharacters)
        {
            throw Problem.ValueTooLong("fields", LookupRow.MaxCharacters).AsException();
        }
    }

    private static ProblemException UnknownTable(string id, Exception? cause) =>
        Problem.UnexpectedValue("data_type_id", id, "there is no such lookup table.").AsException(cause);

    private static void Require(LookupTable table)
    {
        // It becomes the name of elements.
        if (table.Tag.Length > MaxTag || FixtureNames.Clean(table.Tag) != table.Tag)
        {
            throw Problem
                .UnexpectedValue("tag", table.Tag, "a tag is an XML name without a colon, of at most 100 characters.")
                .AsException();
        }
        var names = table.Fields.Select(field => field.Name).ToList();
        if (names.Count > MaxFields || names.Any(string.IsNullOrWhiteSpace) || names.Distinct().Count() < names.Count)
        {
            throw Problem.UnexpectedValue("fields", null, "each of at most 500 fields has a name of its own.").AsException();
        }
    }

    private async Task WriteAsync(ProjectId project, IEnumerable<FixtureWrite> writes, CancellationToken cancellationToken)
    {
        await fixtures.WriteAsync(project, FixtureKind.Tables, writes, cancellationToken);
        directory.Forget(project);
    }
}
