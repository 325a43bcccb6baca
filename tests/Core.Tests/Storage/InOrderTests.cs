using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

public sealed class InOrderTests
{
    private readonly List<int> _begun = [];
    private int _running;
    private int _mostRunning;
    private int _disposed;

    [Fact]
    public async Task Ranges_are_read_at_once_and_their_items_come_in_order()
    {
        int[] pages = [2, 1, 0, 3, 1, 1, 1, 1, 1, 1];

        var items = await InOrder.ReadAsync(pages.Select((count, i) => RangeAsync(i, count)), CancellationToken.None).ToListAsync();

        Assert.Equal(pages.SelectMany((count, i) => Enumerable.Range(0, 3 * count).Select(item => (1000 * i) + item)), items);
        Assert.InRange(_mostRunning, 3, InOrder.Most + 1);
        Assert.Equal(pages.Length, _disposed);
    }

    [Fact]
    public async Task Who_stops_early_has_read_little_ahead_and_leaves_nothing_running()
    {
        await foreach (var _ in InOrder.ReadAsync(Enumerable.Range(0, 10).Select(i => RangeAsync(i, 1)), CancellationToken.None))
        {
            break;
        }

        Assert.Equal([0, 1], _begun);
        Assert.Equal((0, 2), (_running, _disposed));
    }

    [Fact]
    public async Task A_range_that_fails_ends_the_list_after_the_items_before_it()
    {
        var read = new List<int>();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var item in InOrder.ReadAsync([RangeAsync(0, 2), RangeAsync(1, -1), RangeAsync(2, 1)], CancellationToken.None))
            {
                read.Add(item);
            }
        });

        Assert.Equal([0, 1, 2, 3, 4, 5], read);
        Assert.Equal((0, _begun.Count), (_running, _disposed));
    }

    // Later ranges answer sooner.
    private async IAsyncEnumerable<IReadOnlyList<int>> RangeAsync(
        int number,
        int pages,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        try
        {
            lock (_begun)
            {
                _begun.Add(number);
            }
            for (var page = 0; page == 0 || page < pages; page++)
            {
                _mostRunning = Math.Max(_mostRunning, Interlocked.Increment(ref _running));
                await Task.Delay(30 - (2 * number), cancellationToken);
                Interlocked.Decrement(ref _running);
                if (pages < 0)
                {
                    throw new IOException();
                }
                if (pages > 0)
                {
                    yield return [.. Enumerable.Range((1000 * number) + (3 * page), 3)];
                }
            }
        }
        finally
        {
            Interlocked.Increment(ref _disposed);
        }
    }
}
