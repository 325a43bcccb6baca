namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Compares words as HQ's fuzzy search does: in lower case, the first two characters alike, and up to one difference for three to five
/// characters, two for more. A difference is a missing, added or other character, or two neighbours exchanged.
/// </summary>
internal static class SimilarWords
{
    private const int Prefix = 2;

    public static IReadOnlyList<string> Of(string text) =>
        [.. text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct()];

    /// <summary>Null when no word is like one of the value's; else two for each word that is like none, and one for each that only nearly
    /// equals.</summary>
    public static int? Distance(IReadOnlyList<string> words, string value)
    {
        var found = Of(value);
        var (sum, any) = (0, false);
        foreach (var word in words)
        {
            var distance =
                found.Contains(word) ? 0
                : found.Any(other => AreSimilar(word, other)) ? 1
                : 2;
            sum += distance;
            any |= distance < 2;
        }
        return any ? sum : null;
    }

    private static bool AreSimilar(string word, string other)
    {
        var most =
            word.Length < 3 ? 0
            : word.Length < 6 ? 1
            : 2;
        return Math.Abs(word.Length - other.Length) <= most
            && word.AsSpan(0, Math.Min(Prefix, word.Length)).SequenceEqual(other.AsSpan(0, Math.Min(Prefix, other.Length)))
            && Differences(word, other) <= most;
    }

    private static int Differences(string word, string other)
    {
        var (before, last, row) = (new int[other.Length + 1], Enumerable.Range(0, other.Length + 1).ToArray(), new int[other.Length + 1]);
        for (var i = 1; i <= word.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var isSame = word[i - 1] == other[j - 1];
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (isSame ? 0 : 1));
                if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
            (before, last, row) = (last, row, before);
        }
        return last[other.Length];
    }
}
