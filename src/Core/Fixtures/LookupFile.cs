using System.Globalization;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>A lookup table as a file: a header and the cells of its rows, with columns for as many owners as a row has at most.</summary>
public sealed record LookupFile(LookupTable Table, int UserColumns, int GroupColumns, int LocationColumns)
{
    public int Rows { get; init; }

    public int LongestCell { get; init; }

    /// <summary>Usernames by id.</summary>
    public Dictionary<string, string> Users { get; init; } = [];

    public Dictionary<string, string> Groups { get; init; } = [];

    /// <summary>Site codes by id.</summary>
    public Dictionary<string, string> Locations { get; init; } = [];

    public IReadOnlyList<string> Headers =>
        [
            LookupColumns.Id,
            .. Table.Fields.Select(one => LookupColumns.FieldPrefix + one.Name),
            .. Table.ItemAttributes.Select(name => LookupColumns.AttributePrefix + name),
            .. Numbered("user", UserColumns),
            .. Numbered("group", GroupColumns),
            .. Numbered("location", LocationColumns),
        ];

    public IEnumerable<string> CellsOf(LookupRow row) =>
        [
            row.Id,
            .. Table.Fields.Select(field => UploadLookupRows.TextOf(row.Fields.GetValueOrDefault(field.Name, []))),
            .. Table.ItemAttributes.Select(name => row.Attributes.GetValueOrDefault(name, "")),
            .. Named(row.Owners.Users, Users, UserColumns),
            .. Named(row.Owners.Groups, Groups, GroupColumns),
            .. Named(row.Owners.Locations, Locations, LocationColumns),
        ];

    private static IEnumerable<string> Numbered(string kind, int count) =>
        Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{kind} {number}"));

    // Owners that are gone have no name.
    private static IEnumerable<string> Named(IReadOnlyList<string> ids, Dictionary<string, string> names, int columns) =>
        ids.Where(names.ContainsKey).Select(id => names[id]).Concat(Enumerable.Repeat("", columns)).Take(columns);
}
