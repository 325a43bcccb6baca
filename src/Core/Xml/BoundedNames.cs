using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>
/// A name table for <see cref="XmlReader"/> with a limit: a document in which every element has a new name would otherwise take ten times
/// its size in memory. The largest real forms have a few thousand names.
/// </summary>
internal sealed class BoundedNames : NameTable
{
    public const int MaxNames = 100_000;

    // What a spare table may hold.
    private const int MaxSpareNames = 2000;
    private const int MaxSpareCharacters = 64 * 1024;

    private static BoundedNames? _spare;

    private int _count;
    private int _total;
    private int _characters;

    /// <summary>For one document after the other: most submissions to a server have the same few names.</summary>
    public static BoundedNames Take()
    {
        var names = Interlocked.Exchange(ref _spare, null) ?? new BoundedNames();
        names._count = 0;
        return names;
    }

    /// <summary>Gives back a table that no reader uses any more.</summary>
    public void Keep()
    {
        if (_total <= MaxSpareNames && _characters <= MaxSpareCharacters)
            Volatile.Write(ref _spare, this);
    }

    public override string Add(char[] key, int start, int len)
    {
        if (Get(key, start, len) is { } known)
            return known;
        CountOne(len);
        return base.Add(key, start, len);
    }

    public override string Add(string key)
    {
        if (Get(key) is { } known)
            return known;
        CountOne(key.Length);
        return base.Add(key);
    }

    private void CountOne(int length)
    {
        _total++;
        _characters += length;
        if (++_count > MaxNames)
            throw new XmlException("The document has too many different names.");
    }
}
