namespace ServerlessRosa.Core.Cases;

/// <summary>American Soundex: a letter and three digits, alike for English words that sound alike.</summary>
internal static class Soundex
{
    private const int Length = 4;
    private const string Vowels = "AEIOUY";

    // For A to Z; `0` for vowels, H and W.
    private const string Codes = "01230120022455012623010202";

    /// <summary>Empty for a word without a letter from A to Z.</summary>
    public static string Of(string word)
    {
        Span<char> code = ['0', '0', '0', '0'];
        var (count, last) = (0, '0');
        foreach (var letter in word.ToUpperInvariant().Where(char.IsAsciiLetterUpper))
        {
            var digit = Codes[letter - 'A'];
            if (count == 0)
            {
                code[count++] = letter;
            }
            else if (digit != '0' && digit != last)
            {
                code[count++] = digit;
            }
            if (count == Length)
            {
                break;
            }

            // H and W do not separate two letters of one code, vowels do.
            last = digit != '0' || Vowels.Contains(letter, StringComparison.Ordinal) ? digit : last;
        }
        return count == 0 ? "" : code.ToString();
    }
}
