using System.Globalization;
using System.Text;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Text that may exceed the 64 KiB (32 Ki characters) of one entity property; it continues in `Name1`, `Name2`, ...</summary>
internal static class SpilledText
{
    private const int Chunk = 32_000;
    private const int PackedChunk = 64 * 1024;
    private const int MaxChunks = 17;

    public static void Set(TableEntity entity, string name, string text)
    {
        for (int at = 0, i = 0; at < text.Length || i == 0; at += Chunk, i++)
        {
            entity[Name(name, i)] = text.Substring(at, Math.Min(Chunk, text.Length - at));
        }
    }

    public static string? Get(TableEntity entity, string name) => Get(new EntityValues(entity), name);

    public static string? Get(IRowValues row, string name)
    {
        var first = row.GetString(name);
        if (first is null || first.Length < Chunk)
        {
            return first;
        }
        var parts = new List<string> { first };
        for (var i = 1; row.GetString(Name(name, i)) is { } part; i++)
        {
            parts.Add(part);
        }
        return string.Concat(parts);
    }

    /// <summary>The same for repetitive text, such as a long list: deflated, in binary properties of 64 KiB.</summary>
    public static void SetPacked(TableEntity entity, string name, string text) =>
        SetPacked(entity, name, Deflated.Pack(Encoding.UTF8.GetBytes(text)));

    public static void SetPacked(TableEntity entity, string name, byte[] packed)
    {
        for (int at = 0, i = 0; at < packed.Length; at += PackedChunk, i++)
        {
            entity[Name(name, i)] = packed[at..Math.Min(at + PackedChunk, packed.Length)];
        }
    }

    public static string? GetPacked(TableEntity entity, string name) =>
        GetPackedBytes(new EntityValues(entity), name) is { } packed ? Encoding.UTF8.GetString(Deflated.Unpack(packed)) : null;

    /// <summary>As they were stored, still deflated.</summary>
    public static byte[]? GetPackedBytes(IRowValues row, string name)
    {
        var first = row.GetBinary(name);
        if (first is not { Length: PackedChunk })
        {
            return first;
        }
        var packed = new MemoryStream();
        packed.Write(first);
        for (var i = 1; row.GetBinary(Name(name, i)) is { } chunk; i++)
        {
            packed.Write(chunk);
        }
        return packed.ToArray();
    }

    /// <summary>The properties that may hold a text of the whole size of an entity (1 MiB).</summary>
    public static IEnumerable<string> Names(string name) => Enumerable.Range(0, MaxChunks).Select(i => Name(name, i));

    private static string Name(string name, int i) => i == 0 ? name : name + i.ToString(CultureInfo.InvariantCulture);
}
