namespace ServerlessRosa.Functions.Pipeline;

/// <summary>`X-Extended-Metadata: true` asks for more in an answer.</summary>
public static class ExtendedMetadata
{
    public static bool IsWanted(HttpRequest request) =>
        string.Equals(request.Headers["X-Extended-Metadata"], "true", StringComparison.OrdinalIgnoreCase);
}
