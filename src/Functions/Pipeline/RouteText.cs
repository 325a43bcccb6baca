namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// Decodes a route value exactly once (OR-117). Routing decodes everything but `%2F`, which stands for a slash inside a form id, an
/// instance id or a name. The Functions host sends a literal `%2F` in the same way, so ids cannot contain one (docs/protocol.md).
/// </summary>
public static class RouteText
{
    public static string Decode(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
