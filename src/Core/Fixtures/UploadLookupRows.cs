using System.Text.Json;
using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>What an upload changes in a table. Removed rows are without their content, apart from the first few.</summary>
public sealed record LookupUpload(LookupTable Table) : FixtureUpload<LookupRow>
{
    /// <summary>Of the table, before its rows were read.</summary>
    internal ETag Version { get; init; }
}

/// <summary>
/// Makes the rows of a lookup table those of a spreadsheet. A row is recognised by its `UID`, or without one by having the same content.
/// </summary>
public sealed class UploadLookupRows(
    FixturesTable fixtures,
    LookupTables tables,
    LookupBatches batches,
    MobileWorkers workers,
    Groups groups,
    Locations locations
)
{
    private const int MaxExamples = 20;
    private const int MaxExisting = 200_000;

    /// <summary>
    /// Finds what would change. With <paramref name="keeps"/>, rows that the sheet lacks stay. Refuses an unknown table with 404.1, and
    /// with 400.58 an unknown column, id or owner, an id that stands there twice, and a table of more than 200,000 rows. One operation per
    /// 1,000 rows of the table, and one per 1,000 workers, groups and locations if the sheet names owners.
    /// </summary>
    public async Task<LookupUpload> PlanAsync(
        ProjectId project,
        string id,
        FixtureSheet sheet,
        bool keeps,
        CancellationToken cancellationToken
    )
    {
        var (table, version) =
            await fixtures.FindAsync<LookupTable>(project, FixtureKeys.Table(id), cancellationToken)
            ?? throw Problem.NotFound().AsException();
        var columns = new LookupColumns(table, sheet.Headers, await NamesAsync(project, sheet, cancellationToken));
        var (wanted, byId, byContent) = Read(columns, sheet, id);
        var plan = new LookupUpload(table) { Version = version };
        var count = 0;
        await foreach (var row in tables.ListRowsAsync(project, id, cancellationToken))
        {
            if (++count > MaxExisting)
            {
                throw Problem.UnusableSheet(null, $"the table has more than {MaxExisting} rows: use the API for it.").AsException();
            }
            Match(plan, row, byId, byContent, keeps);
        }
        // What is to be deleted and is not there was deleted by the same upload before, which was interrupted.
        if (byId.Values.FirstOrDefault(one => one is { Existing: null, Row.Deletes: false }) is { } unknown)
        {
            throw Problem.UnusableSheet(unknown.Row.Number, $"the table has no row with the UID {unknown.Row.Id}.").AsException();
        }
        Order(plan, wanted);
        return plan;
    }

    /// <summary>
    /// Writes the plan in batches: new and changed rows first, then the removal of others. An upload that was interrupted
    /// is completed by the same upload. Refuses with 409.41 when somebody else changed the table since. One operation for each batch.
    /// </summary>
    public Task ApplyAsync(ProjectId project, LookupUpload plan, CancellationToken cancellationToken) =>
        batches.WriteAsync(project, plan, cancellationToken);

    private static (List<Wanted> All, Dictionary<string, Wanted> ById, Dictionary<string, Queue<Wanted>> ByContent) Read(
        LookupColumns columns,
        FixtureSheet sheet,
        string id
    )
    {
        var wanted = new List<Wanted>();
        var byId = new Dictionary<string, Wanted>();
        var byContent = new Dictionary<string, Queue<Wanted>>();
        foreach (var (index, cells) in sheet.Rows.Index())
        {
            var row = columns.RowOf(cells, index + 2);
            var one = new Wanted(row);
            wanted.Add(one);
            if (row.Id is { } known && !byId.TryAdd(known, one))
            {
                throw Problem.UnusableSheet(row.Number, $"the UID {known} stands there twice.").AsException();
            }
            if (row.Id is null)
            {
                var content = ContentOf(Merge(new LookupRow("", id, 0), row));
                (byContent.TryGetValue(content, out var same) ? same : byContent[content] = new Queue<Wanted>()).Enqueue(one);
            }
        }
        return (wanted, byId, byContent);
    }

    /// <summary>The columns of a table's file, such that the rows that it has now can be uploaded again. One operation per 1,000 rows, and
    /// one per 1,000 workers, groups and locations if rows have owners.</summary>
    public async Task<LookupFile> FileOfAsync(ProjectId project, LookupTable table, CancellationToken cancellationToken)
    {
        var (users, teams, places, count, longest) = (0, 0, 0, 0, 0);
        await foreach (var row in tables.ListRowsAsync(project, table.Id, cancellationToken))
        {
            count++;
            foreach (var text in row.Fields.Values.Select(TextOf).Concat(row.Attributes.Values))
            {
                longest = Math.Max(longest, text.Length);
            }
            users = Math.Max(users, row.Owners.Users.Count);
            teams = Math.Max(teams, row.Owners.Groups.Count);
            places = Math.Max(places, row.Owners.Locations.Count);
        }
        return new LookupFile(table, users, teams, places)
        {
            Rows = count,
            LongestCell = longest,
            Users =
                users == 0
                    ? []
                    : (await workers.ListAsync(project, cancellationToken)).ToDictionary(one => one.UserId.Value, one => one.Username),
            Groups = teams == 0 ? [] : (await groups.ListAsync(project, cancellationToken)).ToDictionary(one => one.Id, one => one.Name),
            Locations =
                places == 0 ? [] : (await locations.ListAsync(project, cancellationToken)).ToDictionary(one => one.Id, one => one.SiteCode),
        };
    }

    private static void Match(
        LookupUpload plan,
        LookupRow row,
        Dictionary<string, Wanted> byId,
        Dictionary<string, Queue<Wanted>> byContent,
        bool keeps
    )
    {
        var found =
            byId.GetValueOrDefault(row.Id)
            ?? (byContent.TryGetValue(ContentOf(row), out var same) && same.TryDequeue(out var first) ? first : null);
        if (found is { Row.Deletes: false })
        {
            found.Existing = row;
            return;
        }
        if (found is not null)
        {
            found.Existing = row;
        }
        if (found is not null || !keeps)
        {
            plan.Removed.Add(plan.Removed.Count < MaxExamples ? row : new LookupRow(row.Id, row.Table, row.SortKey));
        }
        else
        {
            plan.Unchanged++;
        }
    }

    // Phones get rows in the order of the file: a row keeps its sort key if that is greater than the one before it.
    private static void Order(LookupUpload plan, List<Wanted> wanted)
    {
        var last = 0;
        foreach (var one in wanted.Where(one => !one.Row.Deletes))
        {
            var key =
                one.Existing is { } existing && existing.SortKey > last ? existing.SortKey
                : last < int.MaxValue ? last + 1
                : throw Problem.UnusableSheet(one.Row.Number, "no sort key is left for the row.").AsException();
            last = key;
            if (one.Existing is not { } before)
            {
                var added = Merge(new LookupRow(Guid.NewGuid().ToString("N"), plan.Table.Id, key), one.Row);
                plan.Added.Add(new RowChange<LookupRow>(null, added));
                continue;
            }
            var after = Merge(before, one.Row);
            if (ContentOf(after) != ContentOf(before))
            {
                plan.Changed.Add(new RowChange<LookupRow>(before, after with { SortKey = key }));
            }
            else if (key != before.SortKey)
            {
                plan.Moved.Add(new RowChange<LookupRow>(before, before with { SortKey = key }));
            }
            else
            {
                plan.Unchanged++;
            }
        }
    }

    // A cell that says what the row has already leaves its values as they are: a cell has no place for properties of values.
    private static LookupRow Merge(LookupRow row, SheetRow sheet)
    {
        var fields = new Dictionary<string, IReadOnlyList<LookupValue>>(row.Fields);
        foreach (var (name, text) in sheet.Fields)
        {
            var before = row.Fields.GetValueOrDefault(name, []);
            if (TextOf(before) == text)
            {
                continue;
            }
            if (before.Count > 1 || before.Any(value => value.Properties.Count > 0))
            {
                throw Problem
                    .UnusableSheet(sheet.Number, $"the field {name} of the row has several values: use the API for it.")
                    .AsException();
            }
            fields[name] = [new LookupValue(text, new Dictionary<string, string>())];
        }
        var attributes = new Dictionary<string, string>(row.Attributes);
        foreach (var (name, text) in sheet.Attributes)
        {
            if (attributes.GetValueOrDefault(name, "") != text)
            {
                attributes[name] = text;
            }
        }
        var merged = row with { Fields = fields, Attributes = attributes, Owners = sheet.Owners ?? row.Owners };
        return FixturesTable.SizeOf(merged) <= LookupRow.MaxCharacters
            ? merged
            : throw Problem.UnusableSheet(sheet.Number, "the row is too long.").AsException();
    }

    /// <summary>How a cell shows the values of a field.</summary>
    public static string TextOf(IReadOnlyList<LookupValue> values) => string.Join(", ", values.Select(value => value.Value));

    // An absent field and an empty one are the same on phones.
    private static string ContentOf(LookupRow row) =>
        JsonSerializer.Serialize(
            new object[]
            {
                Sorted(
                    row.Fields.Select(field => (field.Key, JsonSerializer.Serialize(field.Value), IsEmpty: TextOf(field.Value).Length == 0))
                ),
                Sorted(row.Attributes.Select(one => (one.Key, one.Value, IsEmpty: one.Value.Length == 0))),
                row.Owners.Users.Order(StringComparer.Ordinal),
                row.Owners.Groups.Order(StringComparer.Ordinal),
                row.Owners.Locations.Order(StringComparer.Ordinal),
            }
        );

    private static IEnumerable<string[]> Sorted(IEnumerable<(string Key, string Value, bool IsEmpty)> pairs) =>
        pairs.Where(pair => !pair.IsEmpty).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new[] { pair.Key, pair.Value });

    private async Task<OwnerNames> NamesAsync(ProjectId project, FixtureSheet sheet, CancellationToken cancellationToken)
    {
        bool Names(string kind) => sheet.Headers.Any(header => header.TrimStart().StartsWith(kind + ' ', StringComparison.Ordinal));
        var users = Names("user") ? await workers.ListAsync(project, cancellationToken) : [];
        var teams = Names("group") ? await groups.ListAsync(project, cancellationToken) : [];
        var places = Names("location") ? await locations.ListAsync(project, cancellationToken) : [];
        return new OwnerNames(
            users.ToDictionary(one => one.Username, one => one.UserId.Value, StringComparer.OrdinalIgnoreCase),
            teams.GroupBy(one => one.Name).ToDictionary(same => same.Key, same => same.First().Id),
            places.ToDictionary(one => one.SiteCode, one => one.Id, StringComparer.OrdinalIgnoreCase)
        );
    }

    private sealed class Wanted(SheetRow row)
    {
        public SheetRow Row => row;

        public LookupRow? Existing { get; set; }
    }
}
