namespace ServerlessRosa.Core.Fixtures;

/// <summary>A column of a lookup table. Its values have <see cref="Properties"/>, such as a language; by an indexed one phones find
/// rows quickly.</summary>
public sealed record LookupField(string Name, IReadOnlyList<string> Properties, bool IsIndexed);

/// <summary>A table that phones look things up in, as the fixture `item-list:` and <see cref="Tag"/>. One that is not global shows each
/// worker only their own rows.</summary>
public sealed record LookupTable(string Id, string Tag, bool IsGlobal, IReadOnlyList<LookupField> Fields)
{
    public IReadOnlyList<string> ItemAttributes { get; init; } = [];

    /// <summary>Another one after each change of a row.</summary>
    public string RowsVersion { get; init; } = "";
}

public sealed record LookupValue(string Value, IReadOnlyDictionary<string, string> Properties);

/// <summary>
/// The owners of a row of a table that is not global: ids of workers, of groups, and of locations, for all workers at or below them.
/// </summary>
public sealed record RowOwners(IReadOnlyList<string> Users, IReadOnlyList<string> Groups, IReadOnlyList<string> Locations)
{
    public static RowOwners Nobody { get; } = new([], [], []);
}

/// <summary>A row of a lookup table: rows are sorted by <see cref="SortKey"/>, then by id.</summary>
public sealed record LookupRow(string Id, string Table, int SortKey)
{
    /// <summary>Of its JSON. A storage row holds 1 MiB, which is twice as many.</summary>
    internal const int MaxCharacters = 400_000;

    public IReadOnlyDictionary<string, IReadOnlyList<LookupValue>> Fields { get; init; } =
        new Dictionary<string, IReadOnlyList<LookupValue>>();

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    public RowOwners Owners { get; init; } = RowOwners.Nobody;
}
