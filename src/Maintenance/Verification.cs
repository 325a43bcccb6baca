using System.Collections.Concurrent;
using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// One run of `verify`: asks its checks about many things, several at a time, and counts and reports what doesn't hold. What looks
/// wrong is read again a while later, and only what is then wrong in the same way is reported: a request that was between two writes
/// has made the second one by then.
/// </summary>
internal sealed class Verification(VerifyOptions options, Action<Difference> report, TimeProvider clock)
{
    private const int AtOnce = 128;
    private const int MaxSuspects = 1000;
    private readonly ConcurrentDictionary<string, long> _looked = new();
    private int _differences;
    private int _notes;

    /// <summary>The time in which `Reconcile` completes the work that a request recorded and left.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    public VerifyOptions Options => options;

    public bool ReadsContent => options.ReadsContent;

    public DateTimeOffset Now => clock.GetUtcNow();

    public Verified Result => new(_differences, _notes, new SortedDictionary<string, long>(_looked));

    /// <summary>Checks each row. Returns how many there were. A row that can't be made sense of is a difference of its own.</summary>
    public async Task<long> EachAsync<T>(
        string things,
        ProjectId? project,
        IAsyncEnumerable<StoredRow<T>> rows,
        Func<StoredRow<T>, T, CancellationToken, IAsyncEnumerable<Difference>> check,
        CancellationToken cancellationToken
    )
    {
        var suspects = new List<Suspect<T>>();
        long count = 0;
        await foreach (var some in rows.Chunk(AtOnce).WithCancellation(cancellationToken))
        {
            var found = await InParallel.EachAsync(some, (row, stop) => FindAsync(project, row, check, stop), cancellationToken);
            suspects.AddRange(
                some.Zip(found).Where(one => one.Second.Count > 0).Select(one => new Suspect<T>(one.First.ReadAgainAsync, one.Second))
            );
            count += some.Length;
            if (suspects.Count >= MaxSuspects)
            {
                await LookAgainAsync(project, suspects, check, cancellationToken);
                suspects.Clear();
            }
        }
        await LookAgainAsync(project, suspects, check, cancellationToken);
        Count(things, count);
        return count;
    }

    /// <summary>Checks something that is not about one row.</summary>
    public async Task OnceAsync(Func<CancellationToken, IAsyncEnumerable<Difference>> check, CancellationToken cancellationToken)
    {
        var found = await check(cancellationToken).ToListAsync(cancellationToken);
        if (found.Count > 0)
        {
            await Task.Delay(options.Settles, clock, cancellationToken);
            Report(found.Intersect(await check(cancellationToken).ToListAsync(cancellationToken)));
        }
    }

    public void Count(string things, long count) => _looked.AddOrUpdate(things, count, (_, before) => before + count);

    public void Report(Difference difference) => Report([difference]);

    private void Report(IEnumerable<Difference> differences)
    {
        foreach (var difference in differences)
        {
            _ = difference.IsNote ? _notes++ : _differences++;
            report(difference);
        }
    }

    private async Task LookAgainAsync<T>(
        ProjectId? project,
        List<Suspect<T>> suspects,
        Func<StoredRow<T>, T, CancellationToken, IAsyncEnumerable<Difference>> check,
        CancellationToken cancellationToken
    )
    {
        if (suspects.Count == 0)
        {
            return;
        }
        await Task.Delay(options.Settles, clock, cancellationToken);
        foreach (
            var still in await InParallel.EachAsync(
                suspects,
                async (suspect, stop) =>
                    await suspect.ReadAgainAsync(stop) is { } now
                        ? suspect.Found.Intersect(await FindAsync(project, now, check, stop)).ToList()
                        : [],
                cancellationToken
            )
        )
        {
            Report(still);
        }
    }

    private static async Task<IReadOnlyList<Difference>> FindAsync<T>(
        ProjectId? project,
        StoredRow<T> row,
        Func<StoredRow<T>, T, CancellationToken, IAsyncEnumerable<Difference>> check,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await check(row, row.Read(), cancellationToken).ToListAsync(cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or RequestFailedException or OutOfMemoryException))
        {
            return [new Difference("unreadable", project, row.ToString(), $"it cannot be made sense of: {e.GetType().Name}: {e.Message}")];
        }
    }

    private sealed record Suspect<T>(Func<CancellationToken, Task<StoredRow<T>?>> ReadAgainAsync, IReadOnlyList<Difference> Found);
}
