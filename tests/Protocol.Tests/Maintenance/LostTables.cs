using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Loses tables, as a mistake or an outage would, and looks at what answers and rows say before and after.</summary>
internal static class LostTables
{
    public static readonly string[] OfForms = ["forms", "formVersions", "formMedia"];
    public static readonly string[] OfSubmissions = ["submissions", "intents"];
    public static readonly string[] OfCases = ["cases", "caseOwners", "caseIndices"];

    public static async Task LoseAsync(this OwnStorage storage, params IEnumerable<string> tables)
    {
        foreach (var table in tables.Select(new TableServiceClient(storage.ConnectionString).GetTableClient))
        {
            await OwnStorage.DeleteRowsAsync(table);
        }
    }

    /// <summary>The answer, without the port.</summary>
    public static async Task<List<string>> AskAsync(this Api api, params IEnumerable<string> paths)
    {
        var answers = new List<string>();
        foreach (var path in paths)
        {
            var answer = (await api.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            answers.Add($"{path}: " + answer.Text.Replace($"{api.Server.BaseUrl.Port}", "PORT", StringComparison.Ordinal));
        }
        return answers;
    }

    /// <summary>The rows of a table, without random values and times of writing; of a large case also the content of its blob.</summary>
    public static async Task<List<string>> RowsAsync(this OwnStorage storage, string table)
    {
        var rows = new List<string>();
        await foreach (var row in new TableServiceClient(storage.ConnectionString).GetTableClient(table).QueryAsync<TableEntity>())
        {
            if (row.RowKey.StartsWith("n|", StringComparison.Ordinal))
            {
                // A kept count: made again when it is asked for.
                continue;
            }
            var key = row.RowKey.StartsWith("c|", StringComparison.Ordinal) ? row.RowKey[..row.RowKey.LastIndexOf('|')] : row.RowKey;
            var columns = row.Where(column =>
                    // Moves into the trash and back are kept for events that are on their way.
                    column.Key
                        is not ("PartitionKey" or "RowKey" or "Timestamp" or "ServerModifiedOn" or "Blob" or "Moves")
                    && !column.Key.StartsWith("odata", StringComparison.Ordinal)
                )
                // A merge cannot remove a property: it leaves a blank.
                .Where(column =>
                    column.Value is not (null or "" or false) && !(column.Key == "DeletedAt" && row.GetBoolean("Deleted") == false)
                )
                .OrderBy(column => column.Key, StringComparer.Ordinal)
                .Select(column => $"{column.Key}={Text(column.Value)}");
            rows.Add($"{row.PartitionKey} {key} {string.Join(' ', columns)}");
        }
        return rows;
    }

    private static string Text(object value) =>
        value switch
        {
            byte[] packed => Unpacked(packed),
            BinaryData packed => Unpacked(packed.ToArray()),
            DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };

    private static string Unpacked(byte[] packed)
    {
        using var inflate = new StreamReader(new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress), Encoding.UTF8);
        var text = inflate.ReadToEnd();
        if (!text.StartsWith('{'))
        {
            return text;
        }
        var json = JsonNode.Parse(text)!.AsObject();
        json.Remove("ServerModifiedOn");
        return json.ToJsonString();
    }
}
