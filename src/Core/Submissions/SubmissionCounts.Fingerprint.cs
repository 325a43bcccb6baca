using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Whether anything has changed since the last time.</summary>
public sealed partial class SubmissionCounts
{
    /// <summary>
    /// A text that changes whenever a submission of the space, or a file of one, is added, changed, reviewed, deleted or restored. It is
    /// derived from the rows with counts, their marks, rows that were written later, and the remaining rows one by one. Counting may change
    /// it too. Three operations for each shard, and one per 1,000 that were never counted.
    /// </summary>
    public async Task<string> FingerprintAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var all = await InParallel.EachAsync(SubmissionKeys.Partitions(space), FingerprintShardAsync, cancellationToken);
        return all is [var only] ? only : TableKey.Hash(string.Join(' ', all));
    }

    private async Task<string> FingerprintShardAsync(string partition, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string key, string? version) => hash.AppendData(Encoding.UTF8.GetBytes($"{key} {version}\n"));

        var (chunks, marks) = await ReadAsync(partition, cancellationToken);
        foreach (var mark in marks)
        {
            Add(mark.RowKey, mark.ETag.ToString());
        }
        var (late, _) = await FindLateAsync(partition, chunks.Values, cancellationToken);
        foreach (var row in late)
        {
            Add(row.RowKey, row.ETag.ToString());
        }
        var end = SubmissionKeys.TimelineEnd;
        for (; chunks.TryGetValue(end, out var chunk); end = chunk.Start)
        {
            Add(chunk.Start, chunk.ETag.ToString());
        }
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey ge {SubmissionKeys.TimelinePrefix} and RowKey lt {end}"
        );
        var rest = 0;
        await foreach (
            var row in _table.QueryAsync<TableEntity>(filter, select: ["RowKey", "Timestamp"], cancellationToken: cancellationToken)
        )
        {
            rest++;
            Add(row.RowKey, row.ETag.ToString());
        }
        if (rest > 2 * ChunkSize)
        {
            await CountShardAsync(partition, cancellationToken); // the next time is cheaper
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
