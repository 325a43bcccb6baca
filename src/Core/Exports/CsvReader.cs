using System.Text;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// Reads rows of comma-separated values. Lenient: malformed input, such as a quote inside a cell that does not start with one, is read as
/// far as possible.
/// </summary>
internal sealed class CsvReader(Stream content, char separator = ',') : IDisposable
{
    // Longer rows are not written by phones; without a limit, an unclosed quote would join all following rows.
    private const int MaxRow = 1 << 20;

    private readonly StreamReader _text = new(
        content,
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        detectEncodingFromByteOrderMarks: true,
        bufferSize: 16 * 1024,
        leaveOpen: true
    );
    private readonly char[] _buffer = new char[16 * 1024];
    private int _count;
    private int _at;

    public void Dispose() => _text.Dispose();

    /// <summary>The next row with anything in it; null at the end.</summary>
    public async ValueTask<List<string>?> ReadAsync(CancellationToken cancellationToken)
    {
        var row = new List<string>();
        var cell = new StringBuilder();
        var (atStart, quoted, afterQuote, length) = (true, false, false, 0);
        while (true)
        {
            if (_at == _count)
            {
                (_at, _count) = (0, await _text.ReadAsync(_buffer, cancellationToken));
                if (_count == 0)
                {
                    row.Add(cell.ToString());
                    return row is [""] ? null : row;
                }
            }
            var character = _buffer[_at++];
            if (++length > MaxRow)
            {
                quoted = false;
            }
            if (quoted)
            {
                (quoted, afterQuote) = (character != '"', character == '"');
                if (quoted)
                {
                    cell.Append(character);
                }
                continue;
            }
            switch (character)
            {
                case '"' when afterQuote:
                    cell.Append('"');
                    quoted = true;
                    break;
                case '"' when atStart:
                    quoted = true;
                    break;
                case var _ when character == separator:
                    row.Add(cell.ToString());
                    cell.Clear();
                    break;
                case '\n':
                    row.Add(cell.ToString());
                    cell.Clear();
                    if (row is not [""])
                    {
                        return row;
                    }
                    row.Clear();
                    length = 0;
                    break;
                case '\r':
                    break;
                default:
                    cell.Append(character);
                    break;
            }
            (afterQuote, atStart) = (false, character == separator || character == '\n');
        }
    }
}
