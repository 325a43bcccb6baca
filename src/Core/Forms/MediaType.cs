namespace ServerlessRosa.Core.Forms;

/// <summary>The content type of a file (OR-136 to OR-142).</summary>
public static class MediaType
{
    public const string Unknown = "application/octet-stream";

    private const int MaxLength = 255;

    /// <summary>As the client gave it, or, when it gave none or one that no header can hold, as the name says.</summary>
    public static string Of(string? given, string name) =>
        !string.IsNullOrWhiteSpace(given) && given.Length <= MaxLength && given.All(c => c is >= ' ' and <= '~') ? given : OfName(name);

    private static string OfName(string name) =>
        Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" => "text/csv",
            ".geojson" => "application/geo+json",
            _ => Unknown,
        };
}
