using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// How many submissions there are, without reading all of them every time: the rows `n|` in the partition of what they count. Chunks of a
/// thousand or more are counted, and the result kept. Whatever changes what a chunk counts leaves a mark in the same batch, and a chunk
/// with marks is counted again before they go. A new submission leaves none, and may take a place in the timeline before others that are
/// there already, but none earlier than an hour ago. So a newer chunk has the time up to which its rows were written, and is counted again
/// when storage finds one that was written later.
/// </summary>
public sealed partial class SubmissionCounts(StorageAccount storage, TimedCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);

    /// <summary>By storage's clock, after which a row that was written is seen for sure. Its times in headers are whole seconds.</summary>
    internal TimeSpan Seen { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A little less than a page, which storage then never takes for a part of the chunk.</summary>
    internal int ChunkSize { get; init; } = 999;

    private readonly TableClient _table = storage.Table(StorageNames.SubmissionsTable);

    /// <summary>Belongs into every batch that deletes, restores or reviews the submission at a place in the timeline.</summary>
    internal static TableTransactionAction Mark(string partition, string timelineKey) =>
        new(TableTransactionActionType.UpsertReplace, new TableEntity(partition, SubmissionKeys.CountMark(timelineKey)));

    /// <summary>
    /// By review state, blank for none yet; without the deleted. Two operations, another where chunks of the last hour are kept, and one
    /// per 1,000 that were never counted or are in a chunk with a mark. What is kept for the next time is written with conditions; after a
    /// lost race it is left, and the answer is right all the same. The same for each shard.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var total = new Dictionary<string, int>();
        foreach (var counts in await InParallel.EachAsync(SubmissionKeys.Partitions(space), CountShardAsync, cancellationToken))
        {
            Add(total, counts);
        }
        return total;
    }

    private async Task<Dictionary<string, int>> CountShardAsync(string partition, CancellationToken cancellationToken)
    {
        var (chunks, marks) = await ReadAsync(partition, cancellationToken);
        var (late, foundAt) = await FindLateAsync(partition, chunks.Values, cancellationToken);
        var total = new Dictionary<string, int>();
        var unchanged = new List<Chunk>();
        var end = SubmissionKeys.TimelineEnd;
        for (; chunks.TryGetValue(end, out var chunk); end = chunk.Start)
        {
            var marked = marks.Where(mark => chunk.Holds(SubmissionKeys.TimelineOfMark(mark.RowKey))).ToList();
            if (marked.Count > 0 || late.Any(row => chunk.Holds(row.RowKey)))
            {
                chunk = await CountAgainAsync(partition, chunk, marked, cancellationToken);
            }
            else if (chunk.WrittenBefore is not null)
            {
                unchanged.Add(chunk with { WrittenBefore = WrittenBefore(chunk.Start, foundAt) });
            }
            Add(total, chunk.Counts);
        }
        await CountNewAsync(partition, end, total, unchanged, cancellationToken);
        return total;
    }

    /// <summary>For who checks them: kept counts that no mark doubts and that the timeline contradicts. Two operations for each shard,
    /// and one per 1,000 that they count.</summary>
    internal IAsyncEnumerable<(string Partition, string Key, string Kept, string Found)> FindWrongAsync(
        SubmissionSpace space,
        CancellationToken cancellationToken
    ) => SubmissionKeys.Partitions(space).ToAsyncEnumerable().SelectMany(partition => FindWrongInShardAsync(partition, cancellationToken));

    private async IAsyncEnumerable<(string Partition, string Key, string Kept, string Found)> FindWrongInShardAsync(
        string partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (chunks, marks) = await ReadAsync(partition, cancellationToken);
        var (late, _) = await FindLateAsync(partition, chunks.Values, cancellationToken);
        var doubts = marks.Select(mark => SubmissionKeys.TimelineOfMark(mark.RowKey)).Concat(late.Select(row => row.RowKey)).ToList();
        foreach (var chunk in chunks.Values.Where(chunk => !doubts.Any(chunk.Holds)))
        {
            var found = await CountChunkAsync(partition, chunk, cancellationToken);
            if (found.Counts.Count != chunk.Counts.Count || found.Counts.Except(chunk.Counts).Any())
            {
                yield return (partition, SubmissionKeys.CountUpTo(chunk.End), chunk.ToString(), found.ToString());
            }
        }
    }

    private async Task<(Dictionary<string, Chunk> ByEnd, List<TableEntity> Marks)> ReadAsync(
        string partition,
        CancellationToken cancellationToken
    )
    {
        var (chunks, marks) = (new Dictionary<string, Chunk>(), new List<TableEntity>());
        await foreach (
            var row in _table.QueryAsync<TableEntity>(
                TableKey.Prefix(partition, SubmissionKeys.CountPrefix),
                cancellationToken: cancellationToken
            )
        )
        {
            if (Chunk.TryRead(row) is { } chunk)
            {
                chunks.Add(chunk.End, chunk);
            }
            else
            {
                marks.Add(row);
            }
        }
        Remember(partition, chunks.Values);
        return (chunks, marks);
    }

    private async Task<Chunk> CountAgainAsync(
        string partition,
        Chunk chunk,
        IReadOnlyList<TableEntity> marks,
        CancellationToken cancellationToken
    )
    {
        var again = await CountChunkAsync(partition, chunk, cancellationToken);
        // A mark that was added or changed since it was read has another ETag and stays. So the chunk is written before, or with, the
        // removal of marks.
        var replace = new TableTransactionAction(TableTransactionActionType.UpdateReplace, again.ToEntity(partition), chunk.ETag);
        var remove = marks.Select(mark => new TableTransactionAction(TableTransactionActionType.Delete, mark, mark.ETag));
        await KeepAsync(remove.Prepend(replace), cancellationToken);
        return again;
    }

    private async Task<Chunk> CountChunkAsync(string partition, Chunk chunk, CancellationToken cancellationToken)
    {
        var counted = new Chunk(chunk.Start) { End = chunk.End };
        await foreach (var (rows, readAt) in ListAsync(partition, chunk.Start, chunk.End, cancellationToken))
        {
            counted.WrittenBefore ??= WrittenBefore(chunk.Start, readAt);
            foreach (var row in rows)
            {
                counted.Add(SubmissionsTable.CountsAs(row));
            }
        }
        return counted;
    }

    /// <param name="unchanged">Those without late rows: the time up to which there are none is kept when other chunks are, or when it is
    /// the last time.</param>
    private async Task CountNewAsync(
        string partition,
        string end,
        Dictionary<string, int> total,
        IReadOnlyList<Chunk> unchanged,
        CancellationToken cancellationToken
    )
    {
        var (chunks, firstReadAt) = (new List<Chunk>(), (DateTimeOffset?)null);
        await foreach (var (rows, readAt) in ListAsync(partition, SubmissionKeys.TimelinePrefix, end, cancellationToken))
        {
            var seen = SubmissionKeys.TimelineFrom((firstReadAt ??= readAt) - Seen);
            foreach (var row in rows)
            {
                var state = SubmissionsTable.CountsAs(row);
                if (state is not null)
                {
                    total[state] = total.GetValueOrDefault(state) + 1;
                }
                if (string.CompareOrdinal(row.RowKey, seen) < 0)
                {
                    continue;
                }
                var writtenBefore = WrittenBefore(row.RowKey, firstReadAt.Value);
                if (chunks is not [.., var last] || last.Rows == ChunkSize || last.WrittenBefore != writtenBefore)
                {
                    chunks.Add(new Chunk(row.RowKey) { WrittenBefore = writtenBefore });
                }
                chunks[^1].Add(state);
            }
        }
        // The query for late ones is an operation, so it must save more.
        if (chunks.Where(chunk => chunk.WrittenBefore is not null).Sum(chunk => chunk.Rows) < 2 * ChunkSize)
        {
            chunks.RemoveAll(chunk => chunk.WrittenBefore is not null);
        }
        if (chunks is [.., var newer, var rest] && rest.Rows < ChunkSize)
        {
            newer.Add(rest);
            chunks.Remove(rest);
        }
        if (chunks is [{ Rows: var few }] && few < ChunkSize)
        {
            chunks.Clear();
        }
        if (chunks.Count == 0 && unchanged.All(chunk => chunk.WrittenBefore is not null))
        {
            return;
        }
        await KeepNewAsync(partition, end, chunks, unchanged, cancellationToken);
    }

    private Task KeepNewAsync(
        string partition,
        string end,
        List<Chunk> chunks,
        IReadOnlyList<Chunk> unchanged,
        CancellationToken cancellationToken
    )
    {
        // Oldest first, each named by where the one before it starts: of two that count at once, one finds the name taken.
        chunks.Reverse();
        foreach (var chunk in chunks)
        {
            (chunk.End, end) = (end, chunk.Start);
        }
        Remember(partition, chunks);
        var added = chunks.Select(chunk => new TableTransactionAction(TableTransactionActionType.Add, chunk.ToEntity(partition)));
        var renewed = unchanged.Select(chunk => new TableTransactionAction(
            TableTransactionActionType.UpdateReplace,
            chunk.ToEntity(partition),
            chunk.ETag
        ));
        return KeepAsync(added.Concat(renewed), cancellationToken);
    }

    /// <summary>Rows in newer chunks that were written later than the chunk knows: submissions that took an earlier place, and
    /// changes. One operation if there are such chunks.</summary>
    private async Task<(List<TableEntity> Rows, DateTimeOffset FoundAt)> FindLateAsync(
        string partition,
        IReadOnlyCollection<Chunk> chunks,
        CancellationToken cancellationToken
    )
    {
        var (rows, foundAt) = (new List<TableEntity>(), (DateTimeOffset?)null);
        var recent = chunks.Where(chunk => chunk.WrittenBefore is not null).ToList();
        if (recent.Count > 0)
        {
            var (start, end) = (recent.Min(chunk => chunk.Start)!, recent.Max(chunk => chunk.End)!);
            var since = recent.Min(chunk => chunk.WrittenBefore)!.Value;
            var filter = TableClient.CreateQueryFilter(
                $"PartitionKey eq {partition} and RowKey ge {start} and RowKey lt {end} and Timestamp ge {since}"
            );
            var found = _table.QueryAsync<TableEntity>(filter, select: ["RowKey", "Timestamp"], cancellationToken: cancellationToken);
            await foreach (var page in found.AsPages())
            {
                foundAt ??= DateOf(page);
                rows.AddRange(
                    page.Values.Where(row => recent.Any(chunk => chunk.Holds(row.RowKey) && row.Timestamp >= chunk.WrittenBefore))
                );
            }
        }
        return (rows, foundAt ?? clock.GetUtcNow());
    }

    private DateTimeOffset? WrittenBefore(string start, DateTimeOffset readAt) =>
        string.CompareOrdinal(start, SubmissionKeys.TimelineFrom(clock.GetUtcNow() - Settled)) < 0 ? readAt - Seen : null;

    private async Task KeepAsync(IEnumerable<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        try
        {
            await TableRows.SubmitAsync(_table, actions, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            // A concurrent request stored the same count, or a mark has changed: the next count corrects it.
        }
    }

    /// <summary>With storage's time when it answered.</summary>
    private async IAsyncEnumerable<(IReadOnlyList<TableEntity> Rows, DateTimeOffset ReadAt)> ListAsync(
        string partition,
        string start,
        string end,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {start} and RowKey lt {end}");
        var found = _table.QueryAsync<TableEntity>(filter, select: SubmissionsTable.CountedColumns, cancellationToken: cancellationToken);
        await foreach (var page in found.AsPages())
        {
            yield return (page.Values, DateOf(page));
        }
    }

    private DateTimeOffset DateOf(Page<TableEntity> page) => page.GetRawResponse().Headers.Date ?? clock.GetUtcNow();

    private static void Add(Dictionary<string, int> total, Dictionary<string, int> counts)
    {
        foreach (var (state, count) in counts)
        {
            total[state] = total.GetValueOrDefault(state) + count;
        }
    }
}
