using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// How many submissions there are, without reading all of them every time: the rows `n|` in the partition of what they count. No
/// submission is added to the timeline later than an hour ago; what is older is counted in chunks of a thousand or more, and the result
/// kept. Whatever changes what a chunk counts leaves a mark in the same batch, and a chunk with marks is counted again before they go.
/// </summary>
public sealed partial class SubmissionCounts(StorageAccount storage, TimeProvider clock)
{
    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);

    /// <summary>False for blank text and for more than 255 characters.</summary>
    internal int ChunkSize { get; init; } = 1000;

    private readonly TableClient _table = storage.Table(StorageNames.SubmissionsTable);

    /// <summary>Belongs into every batch that deletes, restores or reviews the submission at a place in the timeline.</summary>
    internal static TableTransactionAction Mark(SubmissionSpace space, string timelineKey) =>
        new(
            TableTransactionActionType.UpsertReplace,
            new TableEntity(SubmissionKeys.Partition(space), SubmissionKeys.CountMark(timelineKey))
        );

    /// <summary>
    /// By review state, blank for none yet; without the deleted. Two operations, and one per 1,000 that were never counted or are in a
    /// chunk with a mark. What is kept for the next time is written with conditions; after a lost race it is left, and the
    /// answer is right all the same.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var partition = SubmissionKeys.Partition(space);
        var (chunks, marks) = await ReadAsync(partition, cancellationToken);
        var total = new Dictionary<string, int>();
        var end = SubmissionKeys.TimelineEnd;
        for (; chunks.TryGetValue(end, out var chunk); end = chunk.Start)
        {
            var marked = marks.Where(mark => chunk.Holds(SubmissionKeys.TimelineOfMark(mark.RowKey))).ToList();
            if (marked.Count > 0)
            {
                chunk = await CountAgainAsync(partition, chunk, marked, cancellationToken);
            }
            Add(total, chunk.Counts);
        }
        await CountNewAsync(partition, end, total, cancellationToken);
        return total;
    }

    /// <summary>For who checks them: kept counts that no mark doubts and that the timeline contradicts. One operation, and one per
    /// 1,000 that they count.</summary>
    internal async IAsyncEnumerable<(string Key, string Kept, string Found)> FindWrongAsync(
        SubmissionSpace space,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space);
        var (chunks, marks) = await ReadAsync(partition, cancellationToken);
        foreach (var chunk in chunks.Values.Where(chunk => !marks.Any(mark => chunk.Holds(SubmissionKeys.TimelineOfMark(mark.RowKey)))))
        {
            var found = await CountChunkAsync(partition, chunk, cancellationToken);
            if (found.Counts.Count != chunk.Counts.Count || found.Counts.Except(chunk.Counts).Any())
            {
                yield return (SubmissionKeys.CountUpTo(chunk.End), chunk.ToString(), found.ToString());
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
        await foreach (var (_, state) in ListAsync(partition, chunk.Start, chunk.End, cancellationToken))
        {
            counted.Add(state);
        }
        return counted;
    }

    private async Task CountNewAsync(string partition, string end, Dictionary<string, int> total, CancellationToken cancellationToken)
    {
        var settled = SubmissionKeys.TimelineFrom(clock.GetUtcNow() - Settled);
        var chunks = new List<Chunk>();
        await foreach (var (key, state) in ListAsync(partition, SubmissionKeys.TimelinePrefix, end, cancellationToken))
        {
            if (state is not null)
            {
                total[state] = total.GetValueOrDefault(state) + 1;
            }
            if (string.CompareOrdinal(key, settled) < 0)
            {
                continue;
            }
            if (chunks.Count == 0 || chunks[^1].Rows == ChunkSize)
            {
                chunks.Add(new Chunk(key));
            }
            chunks[^1].Add(state);
        }
        if (chunks is [.., var newer, var rest] && rest.Rows < ChunkSize)
        {
            newer.Add(rest);
            chunks.Remove(rest);
        }
        if (chunks is not [var few] || few.Rows >= ChunkSize)
        {
            // Oldest first, each named by where the one before it starts: of two that count at once, one finds the name taken.
            chunks.Reverse();
            foreach (var chunk in chunks)
            {
                (chunk.End, end) = (end, chunk.Start);
            }
            await KeepAsync(
                chunks.Select(chunk => new TableTransactionAction(TableTransactionActionType.Add, chunk.ToEntity(partition))),
                cancellationToken
            );
        }
    }

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

    private async IAsyncEnumerable<(string Key, string? State)> ListAsync(
        string partition,
        string start,
        string end,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {start} and RowKey lt {end}");
        await foreach (
            var row in _table.QueryAsync<TableEntity>(filter, select: SubmissionsTable.CountedColumns, cancellationToken: cancellationToken)
        )
        {
            yield return (row.RowKey, SubmissionsTable.CountsAs(row));
        }
    }

    private static void Add(Dictionary<string, int> total, Dictionary<string, int> counts)
    {
        foreach (var (state, count) in counts)
        {
            total[state] = total.GetValueOrDefault(state) + count;
        }
    }

    /// <summary>The counts from one place in the timeline up to the start of the next older chunk.</summary>
    private sealed class Chunk(string start)
    {
        private const string StartColumn = "Start";
        private const string CountsColumn = "Counts";

        public string Start => start;

        public string End { get; set; } = "";

        public ETag ETag { get; private init; }

        public int Rows { get; private set; }

        public Dictionary<string, int> Counts { get; private init; } = [];

        /// <summary>Null when the row is a mark.</summary>
        public static Chunk? TryRead(TableEntity row) =>
            row.GetString(StartColumn) is { } start
                ? new Chunk(start)
                {
                    End = SubmissionKeys.EndOfCount(row.RowKey),
                    ETag = row.ETag,
                    Counts = JsonSerializer.Deserialize<Dictionary<string, int>>(row.GetString(CountsColumn)!)!,
                }
                : null;

        public TableEntity ToEntity(string partition) =>
            new(partition, SubmissionKeys.CountUpTo(End)) { [StartColumn] = Start, [CountsColumn] = ToString() };

        public override string ToString() => JsonSerializer.Serialize(Counts);

        public bool Holds(string timelineKey) =>
            string.CompareOrdinal(timelineKey, Start) >= 0 && string.CompareOrdinal(timelineKey, End) < 0;

        /// <summary>A row of the timeline; null for a deleted one, which counts for nothing but is there.</summary>
        public void Add(string? state)
        {
            Rows++;
            if (state is not null)
            {
                Counts[state] = Counts.GetValueOrDefault(state) + 1;
            }
        }

        public void Add(Chunk older)
        {
            Rows += older.Rows;
            SubmissionCounts.Add(Counts, older.Counts);
        }
    }
}
