using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Makes very many cases out of one, as far as restores read them: among the rows of its owner.</summary>
public static class ManyCases
{
    /// <summary>
    /// Copies the case, or any when <paramref name="caseId"/> is null, to as many cases of the same owner, an hour old, with ids of their
    /// own; <paramref name="change"/> may change what each says.
    /// </summary>
    public static void Multiply(string dataFolder, string? caseId, int count, Action<int, JsonObject>? change = null) =>
        StoredTable.Append(
            dataFolder,
            "caseOwners",
            rows =>
            {
                var row = rows.First(row => caseId is null || IdOf(row) == caseId).DeepClone();
                var original = IdOf(row);
                var body = Encoding.UTF8.GetString(Inflate(Convert.FromBase64String(row["properties"]!["Body"]!.GetValue<string>())));
                row["properties"]!["ServerModifiedOn"] = DateTimeOffset.UtcNow.AddHours(-1).ToString("O", CultureInfo.InvariantCulture);
                row["properties"]!["Body"] = "";
                var json = row.ToJsonString();
                return Enumerable
                    .Range(1, count)
                    .Select(copy =>
                    {
                        var id = string.Create(CultureInfo.InvariantCulture, $"{original}-{copy:000000}");
                        return Copy(json, id, Changed(body.Replace(original, id, StringComparison.Ordinal), copy, change));
                    });
            }
        );

    private static string IdOf(JsonNode row) => row["properties"]!["Id"]!.GetValue<string>();

    private static string Changed(string body, int copy, Action<int, JsonObject>? change)
    {
        if (change is null)
        {
            return body;
        }
        var json = JsonNode.Parse(body)!.AsObject();
        change(copy, json);
        return json.ToJsonString();
    }

    private static JsonNode Copy(string original, string id, string body)
    {
        var row = JsonNode.Parse(original)!;
        var properties = row["properties"]!;
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id))) + row["RowKey"]!.GetValue<string>()[64..];
        row["RowKey"] = key;
        properties["RowKey"] = key;
        properties["Id"] = id;
        properties["Body"] = Convert.ToBase64String(Deflate(Encoding.UTF8.GetBytes(body)));
        return row;
    }

    private static byte[] Inflate(byte[] packed)
    {
        using var bytes = new MemoryStream();
        using (var inflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress))
        {
            inflate.CopyTo(bytes);
        }
        return bytes.ToArray();
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest))
        {
            deflate.Write(bytes);
        }
        return packed.ToArray();
    }
}
