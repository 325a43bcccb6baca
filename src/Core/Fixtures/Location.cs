namespace ServerlessRosa.Core.Fixtures;

/// <summary>A level of a domain's tree of locations, such as `district`. <see cref="Parent"/> is the code of the level above.</summary>
public sealed record LocationType(string Code, string Name, string? Parent)
{
    /// <summary>Locations of this type own cases, for the workers who are assigned to them.</summary>
    public bool SharesCases { get; init; }

    /// <summary>Workers of such a location have the cases of all locations below it too.</summary>
    public bool ViewDescendants { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }
}

/// <summary>A place in a domain's tree of locations. Its id is that of an owner of cases.</summary>
public sealed record Location(string Id, string Name, string SiteCode, string Type, string? Parent)
{
    /// <summary>Of its JSON. A storage row holds 1 MiB, which is twice as many.</summary>
    internal const int MaxCharacters = 400_000;

    public string ExternalId { get; init; } = "";

    /// <summary>Decimal degrees, as they were given; blank when unknown.</summary>
    public string Latitude { get; init; } = "";

    public string Longitude { get; init; } = "";

    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();

    /// <summary>Archived locations own nothing and are on no phone.</summary>
    public bool IsArchived { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }
}
