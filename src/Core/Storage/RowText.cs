using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>A table row as a line of JSON with typed properties; reading returns exactly what was written.</summary>
internal static class RowText
{
    private const string Partition = "PartitionKey";
    private const string Row = "RowKey";

    public static string Write(TableEntity row)
    {
        var json = new JsonObject { [Partition] = row.PartitionKey, [Row] = row.RowKey };
        foreach (var (name, value) in row.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            if (name is not (Partition or Row or "Timestamp") && !name.StartsWith("odata.", StringComparison.Ordinal) && value is not null)
            {
                var (type, text) = Typed(value);
                json[name] = new JsonArray(type, text);
            }
        }
        return json.ToJsonString();
    }

    public static TableEntity Read(string line)
    {
        var json = JsonNode.Parse(line)!.AsObject();
        var row = new TableEntity(json[Partition]!.GetValue<string>(), json[Row]!.GetValue<string>());
        foreach (var (name, value) in json)
        {
            if (value is JsonArray typed)
            {
                row[name] = Value(typed[0]!.GetValue<string>(), typed[1]!.GetValue<string>());
            }
        }
        return row;
    }

    private static (string Type, string Text) Typed(object value) =>
        value switch
        {
            string text => ("text", text),
            int number => ("int", number.ToString(CultureInfo.InvariantCulture)),
            long number => ("long", number.ToString(CultureInfo.InvariantCulture)),
            double number => ("double", number.ToString("R", CultureInfo.InvariantCulture)),
            bool flag => ("bool", flag ? "true" : "false"),
            DateTimeOffset time => ("time", time.ToString("O", CultureInfo.InvariantCulture)),
            byte[] bytes => ("bytes", Convert.ToBase64String(bytes)),
            BinaryData bytes => ("bytes", Convert.ToBase64String(bytes.ToArray())),
            Guid id => ("guid", id.ToString()),
            _ => throw new InvalidOperationException($"A row has a value of type {value.GetType()}."),
        };

    private static object Value(string type, string text) =>
        type switch
        {
            "text" => text,
            "int" => int.Parse(text, CultureInfo.InvariantCulture),
            "long" => long.Parse(text, CultureInfo.InvariantCulture),
            "double" => double.Parse(text, CultureInfo.InvariantCulture),
            "bool" => text == "true",
            "time" => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture),
            "bytes" => Convert.FromBase64String(text),
            "guid" => Guid.Parse(text),
            _ => throw new JsonException($"There is no type {type} of a value."),
        };
}
