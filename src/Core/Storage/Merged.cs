using System.Runtime.CompilerServices;

namespace ServerlessRosa.Core.Storage;

internal static class Merged
{
    /// <summary>
    /// The items of several sequences, each in the order of its keys, as one in that order. The first items are fetched at the same time.
    /// One sequence stays as it is.
    /// </summary>
    public static IAsyncEnumerable<T> ByKey<T>(
        IReadOnlyList<IAsyncEnumerable<T>> sequences,
        Func<T, string> key,
        CancellationToken cancellationToken
    ) => sequences is [var only] ? only : MergeAsync(sequences, key, cancellationToken);

    private static async IAsyncEnumerable<T> MergeAsync<T>(
        IReadOnlyList<IAsyncEnumerable<T>> sequences,
        Func<T, string> key,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var all = sequences.Select(sequence => sequence.GetAsyncEnumerator(cancellationToken)).ToList();
        try
        {
            var next = new PriorityQueue<IAsyncEnumerator<T>, string>(StringComparer.Ordinal);
            var found = await StartAsync(all);
            foreach (var one in all.Zip(found).Where(one => one.Second).Select(one => one.First))
            {
                next.Enqueue(one, key(one.Current));
            }
            while (next.TryDequeue(out var first, out _))
            {
                yield return first.Current;
                if (await first.MoveNextAsync())
                {
                    next.Enqueue(first, key(first.Current));
                }
            }
        }
        finally
        {
            foreach (var one in all)
            {
                await one.DisposeAsync();
            }
        }
    }

    // An enumerator must not be disposed while it runs, so all are waited for.
    private static async Task<bool[]> StartAsync<T>(IEnumerable<IAsyncEnumerator<T>> all) =>
        await Task.WhenAll(all.Select(one => one.MoveNextAsync().AsTask()));
}
