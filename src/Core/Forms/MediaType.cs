namespace ServerlessRosa.Core.Forms;

/// <summary>The content type of a file (OR-136 to OR-142).</summary>
public static class MediaType
{
    public const string Unknown = "application/octet-stream";
    public const string Csv = "text/csv";

    private const int MaxLength = 255;

    /// <summary>
    /// The content type given by the client, or one derived from the file name when that is missing or invalid in a header.
    /// </summary>
    public static string Of(string? given, string name) =>
        !string.IsNullOrWhiteSpace(given) && given.Length <= MaxLength && given.All(c => c is >= ' ' and <= '~') ? given : OfName(name);

    private static string OfName(string name) =>
        Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" => Csv,
            ".geojson" => "application/geo+json",
            _ => Unknown,
        };
}
