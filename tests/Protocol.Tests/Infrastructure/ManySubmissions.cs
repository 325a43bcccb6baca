using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>
/// Makes very many submissions out of a few. The emulator looks through a whole partition for each row that it is given, so that 100,000 of them would
/// take it a quarter of an hour, one by one or in batches. So the copies go into the file that it keeps table `submissions` in, while it isn't running.
/// </summary>
public static class ManySubmissions
{
    private const string DatabaseFile = "__azurite_db_table__.json";

    /// <summary>
    /// Until there are <paramref name="count"/>, of a storage that has nothing else in it. Only what lists and exports read is copied, with keys as the server
    /// builds them. Each copy is a minute older than the one before and has an id of its own; its XML says that of the original.
    /// </summary>
    public static void Multiply(string dataFolder, int count)
    {
        var file = Path.Combine(dataFolder, DatabaseFile);
        var database = JsonNode.Parse(File.ReadAllText(file))!;
        var table = database["collections"]!.AsArray().Single(collection => collection!["name"]!.GetValue<string>().EndsWith("$submissions", StringComparison.Ordinal))!;
        var rows = table["data"]!.AsArray();
        var originals = rows.Where(row => row!["RowKey"]!.GetValue<string>().StartsWith("t|", StringComparison.Ordinal)).Select(row => row!.ToJsonString()).ToList();
        var oldest = DateTimeOffset.UtcNow.AddDays(-1);
        var number = rows.Max(row => row!["$loki"]!.GetValue<int>());
        for (var copy = 1; copy <= count - originals.Count; copy++)
        {
            rows.Add(Copy(originals[copy % originals.Count], copy, oldest.AddMinutes(-copy), ++number));
        }
        table["maxId"] = number;
        table["idIndex"] = null;
        foreach (var (_, index) in table["binaryIndices"]!.AsObject())
        {
            index!["dirty"] = true;
        }
        File.WriteAllText(file, database.ToJsonString());
    }

    private static JsonNode Copy(string original, int copy, DateTimeOffset createdAt, int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"uuid:copy-{copy}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        var key = string.Create(CultureInfo.InvariantCulture, $"t|{DateTimeOffset.MaxValue.UtcTicks - createdAt.UtcTicks:D19}|{hash}");
        var row = JsonNode.Parse(original)!;
        row["$loki"] = number;
        row["RowKey"] = key;
        var properties = row["properties"]!;
        properties["RowKey"] = key;
        properties["RootId"] = id;
        properties["CurrentInstanceId"] = id;
        properties["CreatedAt"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        properties["CurrentCreatedAt"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        return row;
    }
}
