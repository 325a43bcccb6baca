namespace ServerlessRosa.Core.Fixtures;

/// <summary>What an upload changes in a domain's locations, in the order in which it is written: parents come before what is below
/// them, and are removed after it.</summary>
public sealed record LocationUpload : FixtureUpload<Location>
{
    /// <summary>Of the tree, before it was read.</summary>
    internal FixtureVersion Version { get; init; }

    internal IReadOnlyDictionary<string, LocationType> Types { get; init; } = new Dictionary<string, LocationType>();

    /// <summary>Site codes by id, of all locations before and after.</summary>
    public required IReadOnlyDictionary<string, string> SiteCodes { get; init; }

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
