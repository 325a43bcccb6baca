namespace ServerlessRosa.Core.Forms;

/// <summary>The `jr://{scheme}/{name}` URIs that reference media (OR-164, OR-167, OR-168).</summary>
internal static class JrUri
{
    private const string Start = "jr://";

    /// <summary>The file name when the URI has one of the five media schemes and no folder; otherwise null.</summary>
    public static string? FileOf(string uri) =>
        Split(uri) is ("images" or "audio" or "video" or "file" or "file-csv", var name) ? name : null;

    /// <summary>The file name of a `jr://images/` URI, the only scheme allowed in a default value; otherwise null.</summary>
    public static string? ImageOf(string uri) => Split(uri) is ("images", var name) ? name : null;

    private static (string Scheme, string Name)? Split(string uri)
    {
        uri = uri.Trim();
        if (!uri.StartsWith(Start, StringComparison.Ordinal))
            return null;
        var slash = uri.IndexOf('/', Start.Length);
        var name = slash < 0 ? "" : uri[(slash + 1)..];
        return name is "" or "." or ".." || name.Contains('/') ? null : (uri[Start.Length..slash], name);
    }
}
