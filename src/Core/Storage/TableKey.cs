using System.Security.Cryptography;
using System.Text;

namespace ServerlessRosa.Core.Storage;

/// <summary>Builds table keys from several parts, or from text that a client chose. All key classes use it.</summary>
internal static class TableKey
{
    /// <summary>The limit of Table Storage.</summary>
    public const int MaxLength = 512;

    // Of an id, mostly: a submission's is hashed several times.
    private const int ShortLength = 128;

    // Escaping leaves A-Z a-z 0-9 - . _ ~ and '=': no part can hold '/', '\', '#', '?' or '|', and two different lists never share a key.
    public static string Join(params ReadOnlySpan<string> parts)
    {
        var key = new StringBuilder();
        foreach (var part in parts)
        {
            key.Append(key.Length == 0 ? "" : "|").Append(Uri.EscapeDataString(part).Replace('%', '='));
        }
        return key.ToString();
    }

    /// <summary>SHA-256 as 64 lower-case hexadecimal digits, for text of any length and content.</summary>
    public static string Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (text.Length <= ShortLength)
        {
            Span<byte> bytes = stackalloc byte[ShortLength * 3];
            SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        }
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Zero-padded, so that keys sort as numbers.</summary>
    public static string Number(int value) => value.ToString("D10", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Sorts later times first.</summary>
    public static string NewestFirst(DateTimeOffset time) =>
        (DateTimeOffset.MaxValue.UtcTicks - time.UtcTicks).ToString("D19", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads the start of what <see cref="NewestFirst"/> wrote.</summary>
    public static DateTimeOffset TimeOf(ReadOnlySpan<char> newestFirst) =>
        new(
            DateTimeOffset.MaxValue.UtcTicks - long.Parse(newestFirst[..19], System.Globalization.CultureInfo.InvariantCulture),
            TimeSpan.Zero
        );

    /// <summary>A filter for all rows of a partition whose key starts with <paramref name="prefix"/>.</summary>
    public static string Prefix(string partition, string prefix) =>
        Azure.Data.Tables.TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey ge {prefix} and RowKey lt {After(prefix)}"
        );

    /// <summary>A filter for all rows of the partitions whose key starts with <paramref name="prefix"/>.</summary>
    public static string PartitionPrefix(string prefix) =>
        Azure.Data.Tables.TableClient.CreateQueryFilter($"PartitionKey ge {prefix} and PartitionKey lt {After(prefix)}");

    private static string After(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);
}
