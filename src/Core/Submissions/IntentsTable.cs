using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// A promise to let cases follow a submission: written before the submission can be seen to have changed, removed when all of its work
/// is done.
/// <see cref="Work"/> is the hash of the XML that came, or what else was done to the submission; <see cref="SyncToken"/> is what a
/// phone sent with it.
/// </summary>
public sealed record Intent(SubmissionSpace Space, InstanceId Instance, string Work, DateTimeOffset At, string? SyncToken)
{
    /// <summary>The work of a deletion or its undoing.</summary>
    public const string Deletion = "deletion";

    // The rest of the work's text names the blob of a file that was taken out of its slot, if any.
    private const string RecoveryRecordPrefix = "recovery-record";

    internal ETag ETag { get; init; }

    /// <summary>Whether all that is left to do is to write the recovery record.</summary>
    internal bool IsRecoveryRecord => Work.StartsWith(RecoveryRecordPrefix, StringComparison.Ordinal);

    /// <summary>The blob that <see cref="RecoveryRecord"/> was given.</summary>
    internal string? DroppedBlob => Work.Length > RecoveryRecordPrefix.Length ? Work[(RecoveryRecordPrefix.Length + 1)..] : null;

    /// <summary>The recovery record of a submission could not be written after the submission changed.</summary>
    internal static Intent RecoveryRecord(SubmissionSpace space, InstanceId root, string? droppedBlob, DateTimeOffset at) =>
        new(space, root, droppedBlob is null ? RecoveryRecordPrefix : $"{RecoveryRecordPrefix} {droppedBlob}", at, null);
}

/// <summary>Table `intents`: one row for each piece of work, spread over sixteen partitions. It holds what is under way, so it is
/// small.</summary>
public sealed class IntentsTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.IntentsTable);

    /// <summary>
    /// False when the same was promised before and not done yet: whoever promised it may have been broken off anywhere. The promise is
    /// then young again. One operation, or two.
    /// </summary>
    internal async Task<bool> AddAsync(Intent intent, CancellationToken cancellationToken)
    {
        var (partition, row) = IntentKeys.Intent(intent.Space, intent.Instance, intent.Work);
        var entity = new TableEntity(partition, row)
        {
            ["Project"] = intent.Space.Project.Value,
            ["Form"] = intent.Space.Form,
            ["Draft"] = intent.Space.Draft,
            ["InstanceId"] = intent.Instance.Value,
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

    /// <summary>Whether that work is under way, or was broken off. One operation.</summary>
    internal async Task<bool> ExistsAsync(SubmissionSpace space, InstanceId instance, string work, CancellationToken cancellationToken)
    {
        var (partition, row) = IntentKeys.Intent(space, instance, work);
        return (await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, ["PartitionKey"], cancellationToken)).HasValue;
    }

    /// <summary>One operation. One that was read from the list stays when somebody has renewed it since.</summary>
    internal async Task RemoveAsync(Intent intent, CancellationToken cancellationToken)
    {
        var (partition, row) = IntentKeys.Intent(intent.Space, intent.Instance, intent.Work);
        try
        {
            await _table.DeleteEntityAsync(partition, row, intent.ETag == default ? ETag.All : intent.ETag, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // A request works on it, and will remove it.
        }
    }

    /// <summary>Those from before <paramref name="time"/>. Sixteen operations when there are few.</summary>
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

    /// <summary>All of a project, for who checks them. One operation per 1,000 of the server.</summary>
    internal IAsyncEnumerable<StoredRow<Intent>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableClient.CreateQueryFilter($"Project eq {project.Value}"), null, ToIntent, cancellationToken);

    private static Intent ToIntent(TableEntity entity) =>
        new(
            new SubmissionSpace(
                new ProjectId(entity.GetInt32("Project")!.Value),
                entity.GetInt32("Form")!.Value,
                entity.GetString("Draft")
            ),
            InstanceId.Parse(entity.GetString("InstanceId")),
            entity.GetString("Work")!,
            entity.GetDateTimeOffset("At")!.Value,
            entity.GetString("SyncToken")
        )
        {
            ETag = entity.ETag,
        };
}
