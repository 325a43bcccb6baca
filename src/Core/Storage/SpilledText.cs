using System.Globalization;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Text that may outgrow the 64 KiB (32 Ki characters) of one entity property: spills into `Name1`, `Name2`, ...</summary>
internal static class SpilledText
{
    private const int Chunk = 32_000;

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

    private static string Name(string name, int i) => i == 0 ? name : name + i.ToString(CultureInfo.InvariantCulture);
}
