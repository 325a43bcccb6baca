namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Query parameters that are `true`, in any case, or aren't.</summary>
public static class Flags
{
    public static bool IsTrue(HttpRequest request, string name) =>
        string.Equals(request.Query[name], "true", StringComparison.OrdinalIgnoreCase);
}
