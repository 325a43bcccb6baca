using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>
/// A table in the file that the storage emulator keeps it in, while it isn't running. The emulator looks through a whole partition for
/// each row that it is given, so that 100,000 of them would take it a quarter of an hour, one by one or in batches.
/// </summary>
public static class StoredTable
{
    private const string DatabaseFile = "__azurite_db_table__.json";

    /// <summary>Adds what <paramref name="make"/> makes of the rows that are there: rows in the emulator's shape, with keys as the
    /// server builds them. In the order of their keys, because the emulator sorts a whole partition for each page that it answers with.
    /// </summary>
    public static void Append(string dataFolder, string name, Func<IReadOnlyList<JsonNode>, IEnumerable<JsonNode>> make)
    {
        var file = Path.Combine(dataFolder, DatabaseFile);
        var database = JsonNode.Parse(File.ReadAllBytes(file))!;
        var table = database["collections"]!
            .AsArray()
            .Single(collection => collection!["name"]!.GetValue<string>().EndsWith($"${name}", StringComparison.Ordinal))!;
        var before = table["data"]!.AsArray().Select(row => row!).ToList();
        var added = make(before).ToList();
        table["data"]!.AsArray().Clear();
        var rows = before
            .Concat(added)
            .OrderBy(row => row["PartitionKey"]!.GetValue<string>(), StringComparer.Ordinal)
            .ThenBy(row => row["RowKey"]!.GetValue<string>(), StringComparer.Ordinal)
            .ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i]["$loki"] = i + 1;
        }
        table["data"] = new JsonArray(rows);
        table["maxId"] = rows.Length;
        table["idIndex"] = null;
        foreach (var (_, index) in table["binaryIndices"]!.AsObject())
        {
            index!["dirty"] = true;
        }
        using var stream = File.Create(file);
        using var writer = new Utf8JsonWriter(stream);
        database.WriteTo(writer);
    }
}
