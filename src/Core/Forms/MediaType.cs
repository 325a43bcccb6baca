namespace ServerlessRosa.Core.Forms;

/// <summary>The content type of a file that came without one (spec 5.2).</summary>
public static class MediaType
{
    public const string Unknown = "application/octet-stream";

    public static string OfName(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".csv" => "text/csv",
        ".geojson" => "application/geo+json",
        _ => Unknown,
    };
}
