using System.Text.RegularExpressions;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Ids of those who may own rows, by what spreadsheets call them: usernames, names of groups, site codes.</summary>
internal sealed record OwnerNames(
    IReadOnlyDictionary<string, string> Users,
    IReadOnlyDictionary<string, string> Groups,
    IReadOnlyDictionary<string, string> Locations
);

/// <summary>A row of a spreadsheet. <see cref="Fields"/>, <see cref="Attributes"/> and <see cref="Owners"/> are null where the sheet has no
/// such column.</summary>
internal sealed record SheetRow(int Number, string? Id, bool Deletes)
{
    public Dictionary<string, string> Fields { get; } = [];

    public Dictionary<string, string> Attributes { get; } = [];

    public RowOwners? Owners { get; init; }
}

/// <summary>
/// The columns of a lookup table's spreadsheet, which are those of CommCare HQ's: `UID`, `Delete(Y/N)`, `field: name` or the name alone,
/// `property: name`, and `user 1`, `group 1`, `location 1` and so on.
/// </summary>
internal sealed partial class LookupColumns
{
    public const string Id = "UID";
    public const string Delete = "Delete(Y/N)";
    public const string FieldPrefix = "field: ";
    public const string AttributePrefix = "property: ";

    private readonly List<Action<SheetRow, string>?> _values = [];
    private readonly List<(int Column, string Kind)> _owners = [];
    private readonly OwnerNames _names;
    private readonly int _id;
    private readonly int _delete;

    /// <summary>Refuses a column that is none of the table, and a field that has two, with 400.58.</summary>
    public LookupColumns(LookupTable table, IReadOnlyList<string> headers, OwnerNames names)
    {
        _names = names;
        var trimmed = headers.Select(header => header.Trim()).ToList();
        _id = trimmed.IndexOf(Id);
        _delete = trimmed.IndexOf(Delete);
        var seen = new HashSet<string>();
        for (var column = 0; column < trimmed.Count; column++)
        {
            _values.Add(Read(table, trimmed[column], column));
            if (trimmed[column].Length > 0 && !seen.Add(trimmed[column].Replace(FieldPrefix, "", StringComparison.Ordinal)))
            {
                throw Problem.UnusableSheet(1, $"there are two columns {trimmed[column]}.").AsException();
            }
        }
    }

    /// <summary>Refuses an owner that there isn't with 400.58.</summary>
    public SheetRow RowOf(IReadOnlyList<string?> cells, int number)
    {
        string Cell(int column) => column >= 0 && column < cells.Count ? cells[column] ?? "" : "";
        var row = new SheetRow(
            number,
            Cell(_id).Trim() is { Length: > 0 } id ? id : null,
            Cell(_delete).Trim().Equals("Y", StringComparison.OrdinalIgnoreCase)
        )
        {
            Owners = _owners.Count == 0 ? null : OwnersOf(Cell, number),
        };
        for (var column = 0; column < _values.Count; column++)
        {
            _values[column]?.Invoke(row, Cell(column));
        }
        return row;
    }

    private Action<SheetRow, string>? Read(LookupTable table, string header, int column)
    {
        if (header is "" or Id or Delete)
        {
            return null;
        }
        if (table.Fields.FirstOrDefault(field => header == field.Name || header == FieldPrefix + field.Name) is { } known)
        {
            return (row, value) => row.Fields[known.Name] = value;
        }
        if (table.ItemAttributes.FirstOrDefault(name => header == AttributePrefix + name) is { } attribute)
        {
            return (row, value) => row.Attributes[attribute] = value;
        }
        if (Owner().Match(header) is { Success: true } owner)
        {
            _owners.Add((column, owner.Groups["kind"].Value));
            return null;
        }
        throw Problem.UnusableSheet(1, $"the table has no field for the column {header}.").AsException();
    }

    private RowOwners OwnersOf(Func<int, string> cell, int number)
    {
        List<string> Of(string kind, IReadOnlyDictionary<string, string> ids) =>
            [
                .. _owners
                    .Where(one => one.Kind == kind && cell(one.Column).Trim().Length > 0)
                    .Select(one =>
                        ids.GetValueOrDefault(cell(one.Column).Trim())
                        ?? throw Problem.UnusableSheet(number, $"there is no {kind} {cell(one.Column).Trim()}.").AsException()
                    )
                    .Distinct(),
            ];
        return new RowOwners(Of("user", _names.Users), Of("group", _names.Groups), Of("location", _names.Locations));
    }

    [GeneratedRegex(@"\A(?<kind>user|group|location) \d{1,4}\z")]
    private static partial Regex Owner();
}
