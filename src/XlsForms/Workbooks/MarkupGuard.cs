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
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf(_inTag ? (byte)'>' : (byte)'<');
            var run = end < 0 ? bytes : bytes[..end];
            _length += run.Length;
            if (_length > (_inTag ? MaxTagBytes : MaxTextBytes))
                return false;
            if (_inTag && (_quotes += run.Count((byte)'"') + run.Count((byte)'\'')) > MaxQuotes)
                return false;
            if (end < 0)
                return true;
            (_inTag, _length, _quotes) = (!_inTag, 0, 0);
            bytes = bytes[(end + 1)..];
        }
        return true;
    }
}
