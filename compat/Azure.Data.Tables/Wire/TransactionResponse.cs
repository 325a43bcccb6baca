using System.Globalization;
using System.Text;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// Reads the answer to a transaction: multipart within multipart, and in it one HTTP answer per action, or one for the action that failed.
/// </summary>
internal static class TransactionResponse
{
    public static List<ActionResponse> Read(Response response)
    {
        var answers = new List<ActionResponse>();
        ReadParts(response.Content.ToMemory(), BoundaryOf(response.Headers.ContentType), answers);
        return answers.Count > 0 ? answers : throw new FormatException("The answer to a transaction is empty.");
    }

    private static void ReadParts(ReadOnlyMemory<byte> body, string boundary, List<ActionResponse> answers)
    {
        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var start = NextDelimiter(body.Span, delimiter, 0);
        while (start >= 0)
        {
            var next = NextDelimiter(body.Span, delimiter, start + delimiter.Length);
            if (next < 0) break;
            ReadPart(body[(start + delimiter.Length)..next], answers);
            start = next;
        }
    }

    // A delimiter counts only at the start of a line: the same bytes may occur inside a part.
    private static int NextDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter, int from)
    {
        while (body[from..].IndexOf(delimiter) is >= 0 and var found)
        {
            var at = from + found;
            if (at == 0 || body[at - 1] == '\n') return at;
            from = at + delimiter.Length;
        }

        return -1;
    }

    private static void ReadPart(ReadOnlyMemory<byte> part, List<ActionResponse> answers)
    {
        NextLine(ref part);   // the rest of the delimiter's own line
        for (var line = NextLine(ref part); line.Length > 0; line = NextLine(ref part))
        {
            var (name, value) = ActionResponse.HeaderOf(line);
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && value.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            {
                ReadParts(part, BoundaryOf(value), answers);
                return;
            }
        }

        // Azurite puts a stray line before the status when it refuses a whole batch.
        while (part.Length > 0)
        {
            var line = NextLine(ref part);
            if (!line.StartsWith("HTTP/"u8)) continue;
            answers.Add(ReadAnswer(line, part));
            return;
        }
    }

    private static ActionResponse ReadAnswer(ReadOnlySpan<byte> statusLine, ReadOnlyMemory<byte> rest)
    {
        var words = Encoding.UTF8.GetString(statusLine).Split(' ', 3);
        var headers = rest;
        while (NextLine(ref rest).Length > 0)
        {
        }

        return new ActionResponse(
            int.Parse(words[1], CultureInfo.InvariantCulture), words.Length > 2 ? words[2] : "", headers[..^rest.Length], rest);
    }

    public static ReadOnlySpan<byte> NextLine(ref ReadOnlyMemory<byte> text)
    {
        var end = text.Span.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.Span.TrimEnd((byte)'\r');
    }

    private static string BoundaryOf(string contentType)
    {
        const string Parameter = "boundary=";
        var start = contentType?.IndexOf(Parameter, StringComparison.OrdinalIgnoreCase) ?? -1;
        if (start < 0) throw new FormatException($"The answer to a transaction is not multipart but {contentType}.");
        return contentType![(start + Parameter.Length)..].Split(';')[0].Trim().Trim('"');
    }
}
