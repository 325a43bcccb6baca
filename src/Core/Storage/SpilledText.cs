using System.Globalization;
using System.Text;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Text that may exceed the 64 KiB (32 Ki characters) of one entity property; it continues in `Name1`, `Name2`, ...</summary>
internal static class SpilledText
{
    private const int Chunk = 32_000;
    private const int PackedChunk = 64 * 1024;

    public static void Set(TableEntity entity, string name, string text)
    {
        for (int at = 0, i = 0; at < text.Length || i == 0; at += Chunk, i++)
        {
            entity[Name(name, i)] = text.Substring(at, Math.Min(Chunk, text.Length - at));
        }
    }

    public static string? Get(TableEntity entity, string name)
    {
        var first = entity.GetString(name);
        if (first is null || first.Length < Chunk)
        {
            return first;
        }
        var parts = new List<string> { first };
        for (var i = 1; entity.GetString(Name(name, i)) is { } part; i++)
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

    public static string? GetPacked(TableEntity entity, string name)
    {
        using var packed = new MemoryStream();
        for (var i = 0; entity.GetBinary(Name(name, i)) is { } chunk; i++)
        {
            packed.Write(chunk);
        }
        if (packed.Length == 0)
        {
            return null;
        }
        packed.Position = 0;
        return Encoding.UTF8.GetString(Deflated.Unpack(packed));
    }

    private static string Name(string name, int i) => i == 0 ? name : name + i.ToString(CultureInfo.InvariantCulture);
}
