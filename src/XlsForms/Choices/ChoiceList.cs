namespace ServerlessRosa.XlsForms;

/// <summary>One choice of a list.</summary>
internal sealed class Choice(string name, CellValue? label, SheetRow? row)
{
    public string Name => name;

    public CellValue? Label => label;

    /// <summary>Its row; null for a choice that the converter adds.</summary>
    public SheetRow? Row => row;

    public OrderedDictionary<string, CellValue>? Media { get; } = row?.Map("media");
}

/// <summary>A list of the choices sheet.</summary>
internal sealed class ChoiceList(string name)
{
    public string Name => name;

    public List<Choice> Choices { get; } = [];

    /// <summary>Whether its labels stand in itext (XF-145).</summary>
    public bool NeedsItext { get; set; }

    /// <summary>Whether its choices are written into the body for search() (XF-160).</summary>
    public bool IsUsedBySearch { get; set; }

    public bool HasOther { get; set; }
}
