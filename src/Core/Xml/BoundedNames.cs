using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>
/// A name table for <see cref="XmlReader"/> with a limit: a document in which every element has a new name would otherwise take ten times
/// its size in memory. The largest real forms have a few thousand names.
/// </summary>
internal sealed class BoundedNames : NameTable
{
    public const int MaxNames = 100_000;

    private int _count;

    public override string Add(char[] key, int start, int len)
    {
        if (Get(key, start, len) is { } known)
            return known;
        CountOne();
        return base.Add(key, start, len);
    }

    public override string Add(string key)
    {
        if (Get(key) is { } known)
            return known;
        CountOne();
        return base.Add(key);
    }

    private void CountOne()
    {
        if (++_count > MaxNames)
            throw new XmlException("The document has too many different names.");
    }
}
