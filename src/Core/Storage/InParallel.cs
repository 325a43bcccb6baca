namespace ServerlessRosa.Core.Storage;

/// <summary>Runs several storage operations at a time, limited so that one request does not starve others.</summary>
internal static class InParallel
{
    public const int Most = 16;

    /// <summary>Processes all items, <see cref="Most"/> at a time; results are in the order of the items.</summary>
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
