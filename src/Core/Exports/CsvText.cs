using System.Buffers;
using System.Globalization;
using System.Text;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// Rows of comma-separated values as UTF-8, with LF at their ends and quotes where RFC 4180 asks for them. Cells are data: what a
/// spreadsheet would take for a formula is written as it was answered, since programs that import the file need the original value.
/// </summary>
public sealed class CsvText
{
    private const int Enough = 64 * 1024;
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\n\r");
    private readonly ArrayBufferWriter<byte> _text = new(Enough * 2);
    private bool _inRow;

    /// <summary>Whether there is enough to be worth writing on.</summary>
    public bool IsFull => _text.WrittenCount >= Enough;

    public void Cell(string? value)
    {
        if (_inRow)
        {
            _text.Write(","u8);
        }
        _inRow = true;
        if (value is null)
        {
            return;
        }
        if (value.AsSpan().ContainsAny(Special))
        {
            value = $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        }
        Encoding.UTF8.GetBytes(value, _text);
    }

    public void Cell(int value) => Cell(value.ToString(CultureInfo.InvariantCulture));

    public void Cells(IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            Cell(value);
        }
    }

    public void EndRow()
    {
        _text.Write("\n"u8);
        _inRow = false;
    }

    /// <summary>Writes on what there is.</summary>
    public void MoveTo(Stream output)
    {
        output.Write(_text.WrittenSpan);
        _text.ResetWrittenCount();
    }
}
