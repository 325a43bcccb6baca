using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Makes very many submissions out of a few.</summary>
public static class ManySubmissions
{
    /// <summary>
    /// Until there are <paramref name="count"/> of the form that has most. Only what lists and exports read is copied.
    /// Each copy is a minute older than the one before and has an id of its own; its XML says that of the original.
    /// </summary>
    public static void Multiply(string dataFolder, int count) =>
        StoredTable.Append(
            dataFolder,
            "submissions",
            rows =>
            {
                var originals = rows.Where(row => row["RowKey"]!.GetValue<string>().StartsWith("t|", StringComparison.Ordinal))
                    .GroupBy(row => row["PartitionKey"]!.GetValue<string>())
                    .MaxBy(form => form.Count())!
                    .Select(row => row.ToJsonString())
                    .ToList();
                var oldest = DateTimeOffset.UtcNow.AddDays(-1);
                return Enumerable
                    .Range(1, count - originals.Count)
                    .Select(copy => Copy(originals[copy % originals.Count], copy, oldest.AddMinutes(-copy)));
            }
        );

    private static JsonNode Copy(string original, int copy, DateTimeOffset createdAt)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"uuid:copy-{copy}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        var key = string.Create(CultureInfo.InvariantCulture, $"t|{DateTimeOffset.MaxValue.UtcTicks - createdAt.UtcTicks:D19}|{hash}");
        var row = JsonNode.Parse(original)!;
        row["RowKey"] = key;
        var properties = row["properties"]!;
        properties["RowKey"] = key;
        properties["RootId"] = id;
        properties["CurrentInstanceId"] = id;
        properties["CreatedAt"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        properties["CurrentCreatedAt"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        properties["Timestamp"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        row["lastModifiedTime"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        return row;
    }
}
