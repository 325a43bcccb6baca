using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Puts the submissions of a form into several partitions, as docs/architecture.md describes them.</summary>
internal static class Shards
{
    /// <summary>As if the form had begun with so many shards: moves the rows that are there.</summary>
    public static async Task SpreadAsync(Inbox inbox, int shards, string? storage = null)
    {
        var (tables, form) = await FindAsync(inbox, storage);
        var submissions = tables.GetTableClient("submissions");
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{inbox.Programme.Id:D10}|{form.GetInt32("Number"):D10}|published|");
        await foreach (var row in submissions.QueryAsync<TableEntity>(row => row.PartitionKey == prefix + "0"))
        {
            await submissions.DeleteEntityAsync(row.PartitionKey, row.RowKey);
            if (row.RowKey.StartsWith("n|", StringComparison.Ordinal))
            {
                continue;
            }
            var parts = (row.RowKey[0] == 'i' ? row.GetString("TimelineKey") : row.RowKey).Split('|');
            var shard = Of(row.RowKey[0] is 'v' or 'c' ? parts[1] : parts[^1], shards);
            row.PartitionKey = prefix + shard.ToString(CultureInfo.InvariantCulture);
            await submissions.AddEntityAsync(row);
            if (row.RowKey[0] == 'i' && Of(row.RowKey[2..], shards) is var home && home != shard)
            {
                await submissions.AddEntityAsync(
                    new TableEntity(prefix + home.ToString(CultureInfo.InvariantCulture), row.RowKey)
                    {
                        ["Shard"] = shard,
                        ["TimelineKey"] = row.GetString("TimelineKey"),
                    }
                );
            }
        }
        await SetAsync(inbox, [(shards, DateTimeOffset.MinValue)], storage);
    }

    /// <summary>Writes what the form's row says of its shards, and makes the server read it.</summary>
    public static async Task SetAsync(Inbox inbox, (int Count, DateTimeOffset From)[] counts, string? storage = null)
    {
        var (tables, form) = await FindAsync(inbox, storage);
        form["ShardCounts"] = $"[{string.Join(',', counts.Select(one => $$"""{"Count":{{one.Count}},"From":"{{one.From:O}}"}"""))}]";
        await tables.GetTableClient("forms").UpdateEntityAsync(form, ETag.All, TableUpdateMode.Replace);
        (await inbox.Programme.Admin.PatchJsonAsync(inbox.Programme.FormPath(inbox.Form), new { state = "open" })).ShouldBe(
            HttpStatusCode.OK
        );
    }

    /// <summary>How many partitions have submissions of the inbox's form.</summary>
    public static async Task<int> PartitionsAsync(Inbox inbox)
    {
        var (tables, form) = await FindAsync(inbox, null);
        var found = new HashSet<string>();
        var from = string.Create(CultureInfo.InvariantCulture, $"{inbox.Programme.Id:D10}|{form.GetInt32("Number"):D10}|published|");
        var rows = tables
            .GetTableClient("submissions")
            .QueryAsync<TableEntity>(row => row.PartitionKey.CompareTo(from) > 0 && row.PartitionKey.CompareTo(from + "}") < 0);
        await foreach (var row in rows)
        {
            if (row.RowKey.StartsWith("t|", StringComparison.Ordinal))
            {
                found.Add(row.PartitionKey);
            }
        }
        return found.Count;
    }

    public static string HashOf(string instanceId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instanceId)));

    /// <summary>The shard that an instance id gives.</summary>
    public static int Of(string hash, int shards) =>
        int.Parse(hash.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (shards - 1);

    /// <summary>An instance id that belongs to a shard.</summary>
    public static string IdIn(int shard, int shards) =>
        Enumerable.Range(0, 10_000).Select(_ => Samples.NewInstanceId()).First(id => Of(HashOf(id), shards) == shard);

    private static async Task<(TableServiceClient Tables, TableEntity Form)> FindAsync(Inbox inbox, string? storage)
    {
        var tables = new TableServiceClient(storage ?? await Server.StorageAsync());
        var forms = tables.GetTableClient("forms");
        await foreach (var form in forms.QueryAsync<TableEntity>(row => row.RowKey.CompareTo("id|") > 0))
        {
            if (form.GetString("Id") == inbox.Form)
            {
                return (tables, form);
            }
        }
        throw new InvalidOperationException($"There is no form {inbox.Form}.");
    }
}
