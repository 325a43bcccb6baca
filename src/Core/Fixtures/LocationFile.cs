namespace ServerlessRosa.Core.Fixtures;

/// <summary>A domain's locations as a file that can be uploaded again.</summary>
public sealed class LocationFile
{
    public LocationFile(IReadOnlyList<Location> locations)
    {
        var siteCodes = locations.ToDictionary(location => location.Id, location => location.SiteCode);
        var data = locations.SelectMany(location => location.Data.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        Headers = [.. Fixed, .. data.Select(name => LocationColumns.DataPrefix + name)];
        Rows =
        [
            .. locations.Select(location =>
            {
                var cells = CellsOf(location, siteCodes);
                return Headers.Select(header => cells.GetValueOrDefault(header, ""));
            }),
        ];
        LongestCell = Rows.SelectMany(row => row).Select(cell => cell.Length).DefaultIfEmpty().Max();
    }

    private static string[] Fixed =>
        [
            LocationColumns.Id,
            LocationColumns.SiteCode,
            LocationColumns.Name,
            LocationColumns.Type,
            LocationColumns.Parent,
            LocationColumns.ExternalId,
            LocationColumns.Latitude,
            LocationColumns.Longitude,
            LocationColumns.Archived,
        ];

    public IReadOnlyList<string> Headers { get; }

    public IReadOnlyList<IEnumerable<string>> Rows { get; }

    public int LongestCell { get; }

    /// <summary>The cells of a location by their column.</summary>
    public static Dictionary<string, string> CellsOf(Location location, IReadOnlyDictionary<string, string> siteCodes)
    {
        var cells = new Dictionary<string, string>
        {
            [LocationColumns.Id] = location.Id,
            [LocationColumns.SiteCode] = location.SiteCode,
            [LocationColumns.Name] = location.Name,
            [LocationColumns.Type] = location.Type,
            [LocationColumns.Parent] = location.Parent is { } parent ? siteCodes.GetValueOrDefault(parent, "") : "",
            [LocationColumns.ExternalId] = location.ExternalId,
            [LocationColumns.Latitude] = location.Latitude,
            [LocationColumns.Longitude] = location.Longitude,
            [LocationColumns.Archived] = location.IsArchived ? "Y" : "N",
        };
        foreach (var (name, value) in location.Data)
        {
            cells[LocationColumns.DataPrefix + name] = value;
        }
        return cells;
    }
}
