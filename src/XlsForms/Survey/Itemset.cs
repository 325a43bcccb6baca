namespace ServerlessRosa.XlsForms;

internal enum ItemsetSource
{
    /// <summary>A list of the choices sheet.</summary>
    List,

    /// <summary>A .csv, .xml or .geojson file.</summary>
    File,

    /// <summary>The answers to a question in a repeat (XF-14A), or the repeat itself for geometries (XF-115).</summary>
    Repeat,

    /// <summary>An instance declared elsewhere: by an external row or by an entity list.</summary>
    Instance,
}

/// <summary>What a question chooses from (XF-143 to XF-14A).</summary>
/// <param name="Name">The list's name, the instance's id, or the name referred to.</param>
internal sealed record Itemset(ItemsetSource Source, string Name)
{
    /// <summary>The file, with its extension.</summary>
    public string? File { get; init; }

    public string? ValueReference { get; init; }

    public string? LabelReference { get; init; }

    public bool Randomize { get; init; }

    public string? Seed { get; init; }

    /// <summary>Choices stand in the body, as search() needs them (XF-160).</summary>
    public bool IsSearch { get; init; }

    public bool IsGeometry { get; init; }
}
