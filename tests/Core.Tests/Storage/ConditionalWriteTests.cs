using Azure;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

public sealed class ConditionalWriteTests
{
    [Theory]
    [InlineData(404), InlineData(409), InlineData(412)]
    public async Task A_conflict_is_retried(int status)
    {
        var attempts = 0;
        var result = await ConditionalWrite.RunAsync(
            () => ++attempts < 3 ? throw new RequestFailedException(status, "") : Task.FromResult(attempts),
            CancellationToken.None
        );
        Assert.Equal(3, result);
    }

    [Fact]
    public async Task Another_failure_is_not_retried()
    {
        var attempts = 0;
        await Assert.ThrowsAsync<RequestFailedException>(() =>
            ConditionalWrite.RunAsync<int>(
                () =>
                {
                    attempts++;
                    throw new RequestFailedException(403, "");
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task An_attempt_that_reports_a_conflict_is_repeated_until_it_has_a_result()
    {
        var attempts = 0;
        var result = await ConditionalWrite.RepeatAsync<int>(
            () => Task.FromResult(++attempts < 3 ? Attempt<int>.Conflict : attempts),
            CancellationToken.None
        );
        Assert.Equal(3, result);
    }

    [Fact]
    public async Task Cancellation_ends_the_attempts()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ConditionalWrite.RepeatAsync<int>(
                () =>
                {
                    source.Cancel();
                    return Task.FromResult(Attempt<int>.Conflict);
                },
                source.Token
            )
        );
    }
}
