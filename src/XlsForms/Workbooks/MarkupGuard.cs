namespace ServerlessRosa.XlsForms;

/// <summary>
/// Bounds tags, attributes and texts of an XML part before a parser sees it. A parser keeps a whole tag and a whole text in memory and
/// compares attributes with each other.
/// </summary>
internal sealed class MarkupGuard
{
    private const int MaxTagBytes = 64 << 10;
    private const int MaxTextBytes = 1 << 20;
    private const int MaxQuotes = 512;

    private bool _inTag;
    private int _length;
    private int _quotes;

    /// <summary>Returns false when the part has a tag, a text or a number of attributes that no spreadsheet program writes.</summary>
    public bool Accepts(ReadOnlySpan<byte> bytes)
    {
        var (inTag, length, quotes) = (_inTag, _length, _quotes);
        foreach (var c in bytes)
        {
            length++;
            if (c == (inTag ? '>' : '<'))
                (inTag, length, quotes) = (!inTag, 0, 0);
            else if (inTag && (c == '"' || c == '\''))
                quotes++;
            if (length > (inTag ? MaxTagBytes : MaxTextBytes) || quotes > MaxQuotes)
                return false;
        }
        (_inTag, _length, _quotes) = (inTag, length, quotes);
        return true;
    }
}
