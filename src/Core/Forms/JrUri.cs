namespace ServerlessRosa.Core.Forms;

/// <summary>The `jr://{scheme}/{name}` URIs by which a form names its media (OR-164, OR-167, OR-168).</summary>
internal static class JrUri
{
    private const string Start = "jr://";

    /// <summary>The file's name when the URI has one of the five media schemes and no folder; else null.</summary>
    public static string? FileOf(string uri) =>
        Split(uri) is ("images" or "audio" or "video" or "file" or "file-csv", var name) ? name : null;

    /// <summary>The same for `jr://images/` alone, the only scheme that counts in a default value.</summary>
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
