using System.Collections.Concurrent;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>
/// A server on the storage that all share, with <see cref="FaultyStorage"/> between. A test has it alone until it disposes it; then the
/// next one that asks gets it, because starting a server takes seconds.
/// </summary>
public sealed class FaultyServer : IAsyncDisposable
{
    private static readonly ConcurrentBag<FaultyServer> Free = [];

    private FaultyServer(Server server, FaultyStorage storage)
    {
        Server = server;
        Storage = storage;
    }

    public Server Server { get; }

    public FaultyStorage Storage { get; }

    public static async Task<FaultyServer> TakeAsync()
    {
        if (Free.TryTake(out var free))
        {
            return free;
        }
        var storage = await FaultyStorage.StartAsync();
        return new FaultyServer(await Server.StartAsync(storage: storage.ConnectionString), storage);
    }

    public ValueTask DisposeAsync()
    {
        Storage.StopFailing();
        Storage.PageSize = null;
        Free.Add(this);
        return ValueTask.CompletedTask;
    }
}
