using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A promise to finish what a submission started: written before the submission can be seen, removed when all of its work is done.</summary>
public sealed record Intent(SubmissionSpace Space, InstanceId Instance, string XmlHash, DateTimeOffset At);

/// <summary>Table `intents`: spread over sixteen partitions, each in order of time.</summary>
public sealed class IntentsTable(StorageAccount storage)
{
    private const int Shards = 16;
    private readonly TableClient _table = storage.Table(StorageNames.IntentsTable);

    /// <summary>One operation. The same promise again is harmless.</summary>
    internal async Task AddAsync(Intent intent, CancellationToken cancellationToken)
    {
        var (partition, row) = Key(intent);
        await _table.UpsertEntityAsync(
            new TableEntity(partition, row)
            {
                ["Project"] = intent.Space.Project.Value,
                ["Form"] = intent.Space.Form,
                ["Draft"] = intent.Space.Draft,
                ["InstanceId"] = intent.Instance.Value,
                ["XmlHash"] = intent.XmlHash,
                ["At"] = intent.At,
            },
            TableUpdateMode.Replace,
            cancellationToken);
    }

    /// <summary>One operation.</summary>
    internal async Task RemoveAsync(Intent intent, CancellationToken cancellationToken)
    {
        var (partition, row) = Key(intent);
        await _table.DeleteEntityAsync(partition, row, ETag.All, cancellationToken);
    }

    /// <summary>Those from before <paramref name="time"/>. Sixteen operations when there are few.</summary>
    internal async IAsyncEnumerable<Intent> ListBeforeAsync(DateTimeOffset time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < Shards; shard++)
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition(shard)} and RowKey lt {Time(time)}");
            await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            {
                yield return new Intent(
                    new SubmissionSpace(new ProjectId(entity.GetInt32("Project")!.Value), entity.GetInt32("Form")!.Value, entity.GetString("Draft")),
                    InstanceId.Parse(entity.GetString("InstanceId")),
                    entity.GetString("XmlHash")!,
                    entity.GetDateTimeOffset("At")!.Value);
            }
        }
    }

    private static (string Partition, string Row) Key(Intent intent)
    {
        var hash = TableKey.Hash($"{SubmissionKeys.Partition(intent.Space)} {intent.Instance} {intent.XmlHash}");
        return (Partition(Convert.ToInt32(hash[..1], 16)), TableKey.Join(Time(intent.At), hash));
    }

    private static string Partition(int shard) => shard.ToString("D2", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);
}
