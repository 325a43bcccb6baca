namespace ServerlessRosa.XlsForms;

/// <summary>A piece of a label: text, or the value of an `output` element.</summary>
internal readonly record struct TextPart(string Value, bool IsOutput);

/// <summary>Takes a label or hint apart into text and outputs (XF-070 to XF-074).</summary>
internal sealed class LabelText(ReferencePaths paths)
{
    private const string InstanceCall = "instance(";

    public List<TextPart> Parse(string text, Position? position)
    {
        var parts = new List<TextPart>();
        if (text == "-" || !(text.Contains("${", StringComparison.Ordinal) || text.Contains(InstanceCall, StringComparison.Ordinal)))
        {
            parts.Add(new TextPart(text, false));
            return parts;
        }
        var at = 0;
        foreach (var (start, end) in FindInstanceExpressions(text))
        {
            AddText(parts, text[at..start], position);
            // The reference escapes the text before it searches for expressions; these are therefore escaped twice.
            parts.Add(new TextPart(paths.Substitute(Escape(text[start..end]), position), true));
            at = end;
        }
        AddText(parts, text[at..], position);
        return parts;
    }

    private void AddText(List<TextPart> parts, string text, Position? position)
    {
        var at = 0;
        foreach (var reference in Reference.FindAll(text))
        {
            if (paths.PathOf(reference, position) is not { } path)
                continue;
            if (reference.Start > at)
                parts.Add(new TextPart(text[at..reference.Start], false));
            parts.Add(new TextPart(path, true));
            at = reference.End;
        }
        if (at < text.Length)
            parts.Add(new TextPart(text[at..], false));
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>From `instance(` to the first white space outside a predicate (XF-073).</summary>
    private static List<(int Start, int End)> FindInstanceExpressions(string text)
    {
        var found = new List<(int, int)>();
        if (!text.Contains(InstanceCall, StringComparison.Ordinal))
            return found;
        var start = -1;
        var depth = 0;
        foreach (var token in Lexer.Tokens(text))
        {
            if (start < 0)
            {
                if (token.Kind == TokenKind.FunctionCall && text.AsSpan(token.Start, token.End - token.Start) is InstanceCall)
                    start = token.Start;
                continue;
            }
            if (token.Kind == TokenKind.PredicateStart)
                depth++;
            else if (token.Kind == TokenKind.PredicateEnd)
                depth--;
            else if (token.Kind == TokenKind.WhiteSpace && depth <= 0)
            {
                found.Add((start, token.Start));
                (start, depth) = (-1, 0);
            }
        }
        if (start >= 0)
            found.Add((start, text.Length));
        return found;
    }
}
