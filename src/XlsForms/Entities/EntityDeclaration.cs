namespace ServerlessRosa.XlsForms;

/// <summary>A row of the entities sheet (XF-220).</summary>
internal sealed record EntityDeclaration(SheetRow Row, string ListName)
{
    public string? EntityId { get; init; }

    public string? CreateIf { get; init; }

    public string? UpdateIf { get; init; }

    public string? Label { get; init; }

    /// <summary>XF-222: without an id it creates; with one it updates; with an id and both conditions it does either.</summary>
    public bool Creates => EntityId is null || (CreateIf is not null && UpdateIf is not null);

    public bool Updates => EntityId is not null;

    public string Header(string key) => Row.Table.HeaderOf(key);
}
