namespace ServerlessRosa.Core.Fixtures;

/// <summary>A location that an upload adds or changes; <see cref="Before"/> is null for a new one.</summary>
public sealed record LocationChange(Location? Before, Location After);

/// <summary>What an upload changes in a domain's locations, in the order in which it is written: parents come before what is below
/// them, and are removed after it.</summary>
public sealed record LocationUpload
{
    /// <summary>Of the tree, before it was read.</summary>
    internal FixtureVersion Version { get; init; }

    internal IReadOnlyDictionary<string, LocationType> Types { get; init; } = new Dictionary<string, LocationType>();

    public required IReadOnlyList<LocationChange> Added { get; init; }

    public required IReadOnlyList<LocationChange> Changed { get; init; }

    public required IReadOnlyList<Location> Removed { get; init; }

    public required int Unchanged { get; init; }

    /// <summary>Site codes by id, of all locations before and after.</summary>
    public required IReadOnlyDictionary<string, string> SiteCodes { get; init; }

    public UploadProgress Written { get; } = new();

    /// <summary>How many types are above that of the location.</summary>
    internal int DepthOf(Location location)
    {
        var depth = 0;
        for (var above = Types[location.Type].Parent; above is not null; above = Types[above].Parent)
        {
            depth++;
        }
        return depth;
    }
}
