namespace ServerlessRosa.Core.Problems;

/// <summary>Refusals of the OData service.</summary>
public sealed partial record Problem
{
    public static Problem UnparseableODataFilter(string filter) =>
        new(400.18m, "The OData filter expression could not be parsed.", new { filter });

    public static Problem UnknownODataProperty(string property) =>
        new(400.23m, $"Could not find a property named '{property}'.", new { property });

    public static Problem ODataPropertyInRepeat(string property) =>
        new(400.24m, $"The property '{property}' is inside a repeat; select it from the repeat's own table.", new { property });

    public static Problem SkipTokenRowMissing() => new(400.34m, "The row that the $skiptoken names does not exist.");

    public static Problem InvalidSkipToken() => new(400.35m, "The $skiptoken is not one that this server gave out.");

    public static Problem UnsupportedODataExpression(string expression) =>
        new(
            501.4m,
            $"The OData filter expression uses a feature that this server does not support: {expression}.",
            new { type = expression }
        );

    public static Problem UnsupportedODataField(string field) =>
        new(
            501.5m,
            $"The OData filter expression references the field '{field}', which this server cannot filter or sort by.",
            new { text = field }
        );

    public static Problem UnsupportedODataExpand(string expand) =>
        new(501.6m, $"The OData $expand expression '{expand}' is not supported by this server: it can only be *.", new { expand });

    public static Problem SelectWithExpand() => new(501.11m, "The OData $select and $expand options cannot be used together.");
}
