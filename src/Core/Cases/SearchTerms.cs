using System.Globalization;
using System.Text;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Splits a text into the terms that HQ searches by: runs of letters, digits and `_` in lower case. Apostrophes in words are omitted, a
/// point or comma between digits stays, and each Chinese character is a term.
/// </summary>
internal static class SearchTerms
{
    public static IReadOnlySet<string> Of(string text)
    {
        var (terms, term) = (new HashSet<string>(), new StringBuilder());
        var runes = text.EnumerateRunes().ToList();
        for (var i = 0; i < runes.Count; i++)
        {
            if (IsIdeograph(runes[i]))
            {
                End();
                term.Append(runes[i].ToString());
                End();
            }
            else if (IsPartOfWord(runes[i]))
            {
                term.Append(Rune.ToLowerInvariant(runes[i]).ToString());
            }
            else if (term.Length > 0 && i + 1 < runes.Count && Joins(runes[i], runes[i - 1], runes[i + 1]))
            {
                term.Append(runes[i].Value is '\'' or '’' ? "" : runes[i].ToString());
            }
            else
            {
                End();
            }
        }
        End();
        return terms;

        void End()
        {
            if (term.Length > 0)
            {
                terms.Add(term.ToString());
                term.Clear();
            }
        }
    }

    private static bool Joins(Rune rune, Rune before, Rune after) =>
        rune.Value is '\'' or '’'
            ? Rune.IsLetter(after) && !IsIdeograph(after)
            : rune.Value is '.' or ',' && Rune.IsDigit(before) && Rune.IsDigit(after);

    private static bool IsPartOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.ConnectorPunctuation;

    private static bool IsIdeograph(Rune rune) =>
        rune.Value is (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x323AF);
}
