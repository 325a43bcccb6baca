namespace ServerlessRosa.Core.Storage;

/// <summary>Several storage operations at a time, but never so many that one request crowds out the others.</summary>
internal static class InParallel
{
    public const int Most = 16;

    /// <summary>Works on all of them, <see cref="Most"/> at a time; the results come in the order of the items.</summary>
    public static async Task<IReadOnlyList<TResult>> EachAsync<T, TResult>(
        IReadOnlyCollection<T> items,
        Func<T, CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken
    )
    {
        var results = new TResult[items.Count];
        await Parallel.ForEachAsync(
            items.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = Most, CancellationToken = cancellationToken },
            async (item, stop) => results[item.Index] = await work(item.Item, stop)
        );
        return results;
    }
}
