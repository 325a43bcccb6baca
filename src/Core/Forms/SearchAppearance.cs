using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>Finds the CSV file of a select's `appearance`, such as `minimal search('trees', 'matches', ...)` (OR-171 to OR-173).</summary>
internal static class SearchAppearance
{
    private const string Field = "search() appearance";
    private const string Function = "search";
    private const string CsvEnding = ".csv";

    /// <summary>The file name, or null when the appearance names none. Refuses unbalanced quotes with 400.8.</summary>
    public static string? FileOf(string appearance)
    {
        var call = appearance.AsSpan().Trim();
        var arguments = ArgumentsOf(call);
        if (arguments.IsEmpty && call.IndexOfAny(" \t\r\n") is > 0 and var word)
            arguments = ArgumentsOf(call[word..].TrimStart());
        // An argument that isn't a literal is evaluated on the phone.
        if (arguments is not ['\'' or '"', ..])
            return null;

        var name = FirstLiteral(arguments, appearance);
        if (string.IsNullOrWhiteSpace(name) || name != name.Trim())
            return null;
        return name.EndsWith(CsvEnding, StringComparison.Ordinal) ? name : name + CsvEnding;
    }

    private static ReadOnlySpan<char> ArgumentsOf(ReadOnlySpan<char> call)
    {
        if (!call.StartsWith(Function) || !call.EndsWith(')'))
            return [];
        var rest = call[Function.Length..].TrimStart();
        return rest.StartsWith('(') ? rest[1..^1].Trim() : [];
    }

    private static string FirstLiteral(ReadOnlySpan<char> arguments, string appearance)
    {
        var end = LiteralEnd(arguments);
        var after = end < 0 ? [] : arguments[end..].TrimStart();
        if (end < 0 || after is not ([] or [',', ..]) || !IsBalanced(after))
            throw Problem.UnexpectedValue(Field, appearance, "its syntax is broken, perhaps by unmatched quotes.").AsException();
        var quote = arguments[..1].ToString();
        return arguments[1..(end - 1)].ToString().Replace(quote + quote, quote, StringComparison.Ordinal);
    }

    private static bool IsBalanced(ReadOnlySpan<char> arguments)
    {
        while (arguments.IndexOfAny('\'', '"') is >= 0 and var at)
        {
            arguments = arguments[at..];
            var end = LiteralEnd(arguments);
            if (end < 0)
                return false;
            arguments = arguments[end..];
        }
        return true;
    }

    /// <summary>The position after the literal at the start of the text, or -1. A doubled quote is an escaped quote.</summary>
    private static int LiteralEnd(ReadOnlySpan<char> text)
    {
        var at = 1;
        while (true)
        {
            var step = text[at..].IndexOf(text[0]);
            if (step < 0)
                return -1;
            at += step + 1;
            if (at == text.Length || text[at] != text[0])
                return at;
            at++;
        }
    }
}
