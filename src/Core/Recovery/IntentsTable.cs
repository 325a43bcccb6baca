using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Recovery;

/// <summary>Table `intents`: one row for each piece of work, spread over sixteen partitions. It holds only unfinished work, so it is
/// small.</summary>
public sealed class IntentsTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.IntentsTable);

    /// <summary>
    /// Records an intent. False when the same work is already recorded: an earlier request may have stopped at any point; the intent's time
    /// is then renewed. One operation, or two.
    /// </summary>
    internal async Task<bool> AddAsync(Intent intent, CancellationToken cancellationToken)
    {
        var (partition, row) = IntentKeys.Intent(intent.Space, intent.Instance, intent.Work);
        var entity = new TableEntity(partition, row)
        {
            ["Project"] = intent.Space.Project.Value,
            ["Form"] = intent.Space.Form,
            ["Draft"] = intent.Space.Draft,
            ["InstanceId"] = intent.Instance?.Value,
            ["Work"] = intent.Work,
            ["At"] = intent.At,
            ["SyncToken"] = intent.SyncToken,
        };
        try
        {
            await _table.AddEntityAsync(entity, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            await _table.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken);
            return false;
        }
    }

    /// <summary>Whether that work is recorded and unfinished. One operation.</summary>
    internal async Task<bool> ExistsAsync(SubmissionSpace space, InstanceId instance, string work, CancellationToken cancellationToken)
    {
        var (partition, row) = IntentKeys.Intent(space, instance, work);
        return (await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, ["PartitionKey"], cancellationToken)).HasValue;
    }

    /// <summary>Removes an intent whose work is done. An intent from a list stays if it was renewed since. One operation.</summary>
    internal async Task RemoveAsync(Intent intent, CancellationToken cancellationToken)
    {
        var (partition, row) = IntentKeys.Intent(intent.Space, intent.Instance, intent.Work);
        try
        {
            await _table.DeleteEntityAsync(partition, row, intent.ETag == default ? ETag.All : intent.ETag, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // A request is working on it and will remove it.
        }
    }

    /// <summary>The intents recorded before <paramref name="time"/>. Sixteen operations when there are few.</summary>
    internal async IAsyncEnumerable<Intent> ListBeforeAsync(
        DateTimeOffset time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var shard = 0; shard < IntentKeys.Shards; shard++)
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {IntentKeys.Partition(shard)} and At lt {time}");
            await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            {
                yield return ToIntent(entity);
            }
        }
    }

    /// <summary>All intents of a project, for verification. One operation per 1,000 of the server.</summary>
    internal IAsyncEnumerable<StoredRow<Intent>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableClient.CreateQueryFilter($"Project eq {project.Value}"), null, ToIntent, cancellationToken);

    private static Intent ToIntent(TableEntity entity) =>
        new(
            new SubmissionSpace(
                new ProjectId(entity.GetInt32("Project")!.Value),
                entity.GetInt32("Form")!.Value,
                entity.GetString("Draft")
            ),
            InstanceId.ParseOrNull(entity.GetString("InstanceId")),
            entity.GetString("Work")!,
            entity.GetDateTimeOffset("At")!.Value,
            entity.GetString("SyncToken")
        )
        {
            ETag = entity.ETag,
        };
}
