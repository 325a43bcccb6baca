namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Waits for work that the server does after its answer, or after a client disconnected.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Asks again and again, and fails when it never comes true.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"It never happened that {what}.");
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
