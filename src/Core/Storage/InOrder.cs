using System.Runtime.CompilerServices;

namespace ServerlessRosa.Core.Storage;

/// <summary>Reads the ranges of a list at the same time, in the order of the list.</summary>
internal static class InOrder
{
    /// <summary>How many ranges are read ahead of the one that is processed.</summary>
    public const int Most = 3;

    /// <summary>
    /// The items of the ranges, one after the other. While one is processed, the first pages of the next ranges are fetched: of one range
    /// at first, and of more for who keeps reading. No more than <see cref="Most"/> and two pages are in memory.
    /// </summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        IEnumerable<IAsyncEnumerable<IReadOnlyList<T>>> ranges,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var rest = ranges.GetEnumerator();
        var open = new Queue<ReadAhead<IReadOnlyList<T>>>();
        var ahead = 1;
        try
        {
            while (true)
            {
                while (open.Count <= ahead && rest.MoveNext())
                {
                    var next = new ReadAhead<IReadOnlyList<T>>(rest.Current, isWanted: true);
                    open.Enqueue(next);
                    next.Begin();
                }
                if (!open.TryPeek(out var current))
                {
                    yield break;
                }
                if (!await current.MoveNextAsync())
                {
                    await open.Dequeue().DisposeAsync();
                    continue;
                }
                foreach (var item in current.Current)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return item;
                }
                ahead = Math.Min(ahead + 1, Most);
            }
        }
        finally
        {
            foreach (var one in open)
            {
                await one.DisposeAsync();
            }
        }
    }
}
