namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// How alike two texts are, as PostgreSQL's trigram extension measures it and ODK Central searches users: each word, in lower case with two
/// blanks before and one after it, is cut into pieces of three characters; the pieces in common are divided by all pieces.
/// </summary>
internal static class Trigrams
{
    /// <summary>Texts that are at least so alike are found.</summary>
    public const double Threshold = 0.3;

    public static HashSet<string> Of(string text)
    {
        var pieces = new HashSet<string>();
        foreach (var word in Words(text))
        {
            var padded = $"  {word} ";
            for (var at = 0; at + 3 <= padded.Length; at++)
            {
                pieces.Add(padded.Substring(at, 3));
            }
        }
        return pieces;
    }

    /// <summary>From 0 to 1.</summary>
    public static double Similarity(HashSet<string> one, string other)
    {
        var pieces = Of(other);
        var common = pieces.Count(one.Contains);
        var all = one.Count + pieces.Count - common;
        return all == 0 ? 0 : (double)common / all;
    }

    private static string[] Words(string text) =>
        new string([.. text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(
            ' ',
            StringSplitOptions.RemoveEmptyEntries
        );
}
