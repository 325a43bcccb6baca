using System.Collections.Frozen;
using System.Text;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Recognises passwords that are guessed first: one or two common words, a row of the keyboard, a sequence or a repetition, with a few more
/// characters. Counts the characters that remain without those.
/// </summary>
internal static class WeakPasswords
{
    // Five unpredictable letters or digits are more than can be guessed over the network.
    private const int Enough = 5;

    private static readonly string[] Rows =
    [
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwertzuiop",
        "azertyuiop",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
        "1q2w3e4r5t6y7u8i9o0p",
    ];

    private static readonly FrozenSet<string> Common = FrozenSet.ToFrozenSet([
        .. (
            "password passwort passwd passw0rd pass admin administrator root user guest test testing demo default changeme change secret "
            + "hunter letmein welcome login logmein master monkey dragon football baseball basketball soccer hockey superman batman "
            + "iloveyou loveyou love princess sunshine shadow michael jordan jennifer ashley daniel thomas charlie robert jessica mustang "
            + "trustno access hello freedom whatever starwars computer internet server samsung google facebook microsoft windows apple "
            + "cheese summer winter spring autumn january february march april june july august september october november december "
            + "monday tuesday friday sunday flower purple orange banana chocolate cookie pepper ginger killer hottie lovely angel "
            + "mypassword yourpassword newpassword temp temporary company office survey collect central getodk opendatakit commcare odk"
        ).Split(' '),
    ]);

    private static readonly int Longest = Common.Max(word => word.Length);

    public static bool Include(string password)
    {
        var text = Plain(password);
        return Remaining(text) < Enough;
    }

    // Lower case, and with the letters that people replace by signs that look like them.
    private static string Plain(string password)
    {
        var plain = new StringBuilder(password.Length);
        foreach (var character in password.Trim().ToLowerInvariant())
        {
            plain.Append(
                character switch
                {
                    '@' => 'a',
                    '$' => 's',
                    _ => character,
                }
            );
        }
        return plain.ToString();
    }

    private static int Remaining(string text)
    {
        var remaining = 0;
        for (var at = 0; at < text.Length;)
        {
            var known = Math.Max(Math.Max(WordAt(text, at), RowAt(text, at)), RepetitionAt(text, at));
            if (known == 0)
            {
                remaining += char.IsLetterOrDigit(text[at]) || text[at] > 0x7F ? 1 : 0;
            }
            at += Math.Max(1, known);
        }
        return remaining;
    }

    private static int WordAt(string text, int at)
    {
        for (var length = Math.Min(Longest, text.Length - at); length >= 3; length--)
        {
            var word = text.Substring(at, length);
            if (Common.Contains(word) || Common.Contains(word.Replace('0', 'o').Replace('1', 'i').Replace('3', 'e').Replace('5', 's')))
            {
                return length;
            }
        }
        return 0;
    }

    private static int RowAt(string text, int at)
    {
        var longest = 0;
        foreach (var row in Rows)
        {
            foreach (var direction in new[] { row, new string([.. row.Reverse()]) })
            {
                for (var length = Math.Min(row.Length, text.Length - at); length > Math.Max(2, longest); length--)
                {
                    if (direction.Contains(text.Substring(at, length), StringComparison.Ordinal))
                    {
                        longest = length;
                    }
                }
            }
        }
        return longest;
    }

    // The same piece again, as in `abcabcabc` or `!!!`: all but the first of them.
    private static int RepetitionAt(string text, int at)
    {
        for (var piece = Math.Min(at, text.Length - at); piece >= 1; piece--)
        {
            if (string.CompareOrdinal(text, at - piece, text, at, piece) == 0)
            {
                return piece;
            }
        }
        return 0;
    }
}
