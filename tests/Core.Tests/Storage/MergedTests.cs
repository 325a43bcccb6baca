using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

public sealed class MergedTests
{
    [Fact]
    public async Task Sequences_are_merged_in_the_order_of_their_keys_and_disposed()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var keys = Enumerable.Range(0, random.Next(60)).Select(_ => random.Next().ToString("x8")).Distinct().ToList();
            var open = 0;
            var parts = Enumerable.Range(0, random.Next(1, 9)).Select(_ => new List<string>()).ToList();
            keys.ForEach(key => parts[random.Next(parts.Count)].Add(key));
            var wanted = random.Next(2) == 0 ? keys.Count : random.Next(keys.Count + 1);

            var found = await Merged
                .ByKey([.. parts.Select(part => ListAsync(part.Order(StringComparer.Ordinal)))], key => key, CancellationToken.None)
                .Take(wanted)
                .ToListAsync();

            Assert.Equal(keys.Order(StringComparer.Ordinal).Take(wanted), found);
            Assert.Equal(0, open);

            async IAsyncEnumerable<string> ListAsync(IEnumerable<string> part)
            {
                open++;
                try
                {
                    foreach (var key in part)
                    {
                        await Task.CompletedTask;
                        yield return key;
                    }
                }
                finally
                {
                    open--;
                }
            }
        }
    }

    [Fact]
    public async Task A_sequence_that_fails_fails_the_whole_and_others_are_disposed()
    {
        var disposed = false;
        await Assert.ThrowsAsync<TimeoutException>(async () =>
            await Merged.ByKey([FailAsync(), OneAsync()], key => key, CancellationToken.None).ToListAsync()
        );
        Assert.True(disposed);

        async IAsyncEnumerable<string> OneAsync()
        {
            try
            {
                await Task.Yield();
                yield return "a";
                yield return "c";
            }
            finally
            {
                disposed = true;
            }
        }

        static async IAsyncEnumerable<string> FailAsync()
        {
            await Task.Yield();
            yield return "b";
            throw new TimeoutException();
        }
    }
}
