using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>A row of a spreadsheet of locations. What the sheet has no column for is null.</summary>
internal sealed record LocationSheetRow(int Number, string? Id, string? SiteCode, bool Deletes)
{
    public string? Name { get; init; }

    /// <summary>The code or the name of a type.</summary>
    public string? Type { get; init; }

    /// <summary>A site code, empty at the top.</summary>
    public string? Parent { get; init; }

    public string? ExternalId { get; init; }

    public string? Latitude { get; init; }

    public string? Longitude { get; init; }

    public bool? IsArchived { get; init; }

    public Dictionary<string, string> Data { get; } = [];
}

/// <summary>
/// The columns of a spreadsheet of locations, which are those of CommCare HQ's: `location_id`, `site_code`, `name`, `parent_site_code`,
/// `external_id`, `latitude`, `longitude`, `Delete(Y/N)`, `data: name`; and `location_type`, for which HQ has a sheet each, and
/// `Archived(Y/N)`.
/// </summary>
internal sealed class LocationColumns
{
    public const string Id = "location_id";
    public const string SiteCode = "site_code";
    public const string Name = "name";
    public const string Type = "location_type";
    public const string Parent = "parent_site_code";
    public const string ExternalId = "external_id";
    public const string Latitude = "latitude";
    public const string Longitude = "longitude";
    public const string Archived = "Archived(Y/N)";
    public const string Delete = "Delete(Y/N)";
    public const string DataPrefix = "data: ";

    private static readonly string[] Known = [Id, SiteCode, Name, Type, Parent, ExternalId, Latitude, Longitude, Archived, Delete];

    private readonly Dictionary<string, int> _columns = [];

    /// <summary>Refuses a column that is none of a location, and two that are the same, with 400.58.</summary>
    public LocationColumns(IReadOnlyList<string> headers)
    {
        foreach (var (column, text) in headers.Index())
        {
            var header = text.Trim();
            if (header.Length == 0)
            {
                continue;
            }
            if (!Known.Contains(header) && (!header.StartsWith(DataPrefix, StringComparison.Ordinal) || header.Length == DataPrefix.Length))
            {
                throw Problem.UnusableSheet(1, $"a location has nothing for the column {header}.").AsException();
            }
            if (!_columns.TryAdd(header, column))
            {
                throw Problem.UnusableSheet(1, $"there are two columns {header}.").AsException();
            }
        }
    }

    public LocationSheetRow RowOf(IReadOnlyList<string?> cells, int number)
    {
        string? Cell(string name) =>
            _columns.TryGetValue(name, out var column) ? (column < cells.Count ? cells[column]?.Trim() ?? "" : "") : null;
        string? Filled(string name) => Cell(name) is { Length: > 0 } text ? text : null;
        var row = new LocationSheetRow(number, Filled(Id), Filled(SiteCode), IsYes(Cell(Delete)) ?? false)
        {
            Name = Filled(Name),
            Type = Filled(Type),
            Parent = Cell(Parent),
            ExternalId = Cell(ExternalId),
            Latitude = Cell(Latitude),
            Longitude = Cell(Longitude),
            IsArchived = IsYes(Cell(Archived)),
        };
        foreach (var header in _columns.Keys.Where(name => name.StartsWith(DataPrefix, StringComparison.Ordinal)))
        {
            row.Data[header[DataPrefix.Length..]] = Cell(header)!;
        }
        return row;
    }

    private static bool? IsYes(string? cell) => string.IsNullOrEmpty(cell) ? null : cell.Equals("Y", StringComparison.OrdinalIgnoreCase);
}
