using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Where the timeline can be divided.</summary>
public sealed partial class SubmissionCounts
{
    private const int Page = 1000;

    // The rows that are missing from the last page of a part are at most a fifth of the others.
    private const int MostMissing = 5;
    private const int BytesOfChunk = 300;

    /// <summary>
    /// Places in the timeline, in order, between which submissions fill whole pages or nearly so: some of the starts of counted chunks.
    /// They are known when something of the space was counted lately; else there are none. No operation.
    /// </summary>
    internal IReadOnlyList<string> BoundsOf(SubmissionSpace space) =>
        SubmissionKeys.Partitions(space) is [var only] ? [.. Divide(KnownChunks(only))] : [];

    // The newest chunk, and what came after it, are the first part.
    private static IEnumerable<string> Divide(IEnumerable<(string Start, int Rows)> chunks)
    {
        var rows = Page;
        foreach (var (start, more) in chunks.Skip(1))
        {
            var pages = (rows + Page - 1) / Page;
            if (MostMissing * ((pages * Page) - rows) <= rows)
            {
                yield return start;
                rows = 0;
            }
            rows += more;
        }
    }

    private void Remember(string partition, IEnumerable<Chunk> chunks)
    {
        var all = chunks
            .Select(chunk => (chunk.Start, Rows: chunk.Counts.Values.Sum()))
            .UnionBy(KnownChunks(partition), chunk => chunk.Start)
            .OrderBy(chunk => chunk.Start, StringComparer.Ordinal)
            .ToList();
        if (all.Count > 1)
        {
            cache.Set(("chunks", partition), all, size: BytesOfChunk * all.Count);
        }
    }

    private List<(string Start, int Rows)> KnownChunks(string partition) =>
        cache.TryGet(("chunks", partition), out List<(string, int)>? chunks) ? chunks! : [];
}
