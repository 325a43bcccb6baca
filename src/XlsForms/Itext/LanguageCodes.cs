namespace ServerlessRosa.XlsForms;

/// <summary>Looks for language codes of the IANA registry in the names of languages, such as `French (fr)` (XF-209).</summary>
internal static class LanguageCodes
{
    private const string Resource = "ServerlessRosa.XlsForms.language-subtags.txt";
    private const int ShortestName = 3;

    private static readonly Lazy<HashSet<string>> Subtags = new(Load);

    public static void Warn(FormContext context, IEnumerable<string> languages)
    {
        var without = languages.Where(language => language != "default" && language.Length >= ShortestName && !HasCode(language)).ToList();
        if (without.Count == 0)
            return;
        var text =
            $"These languages have no language code: {string.Join(", ", without)}. Write the code in parentheses, such as 'French (fr)'.";
        context.Messages.Warning(null, null, null, text);
    }

    private static bool HasCode(string language)
    {
        var open = language.IndexOf('(', StringComparison.Ordinal);
        return open >= 0 && language.EndsWith(')') && Subtags.Value.Contains(language[(open + 1)..^1]);
    }

    private static HashSet<string> Load()
    {
        using var stream = typeof(LanguageCodes).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }
}
