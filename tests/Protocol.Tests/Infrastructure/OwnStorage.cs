using ServerlessRosa.Dev;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>A server on a storage of its own, which nobody else has written to, and which can be ended while the server runs.</summary>
public sealed class OwnStorage : IAsyncDisposable
{
    private readonly Azurite _storage;
    private bool _ended;

    private OwnStorage(Azurite storage, Server server)
    {
        _storage = storage;
        Server = server;
    }

    public Server Server { get; }

    public string ConnectionString => _storage.ConnectionString;

    /// <param name="dataFolder">Where the storage keeps its data; null keeps it in memory.</param>
    public static async Task<OwnStorage> StartAsync(IReadOnlyDictionary<string, string>? settings = null, string? dataFolder = null)
    {
        var storage = await Azurite.StartAsync(new AzuriteOptions(dataFolder), CancellationToken.None);
        return new OwnStorage(storage, await Server.StartAsync(settings, storage.ConnectionString));
    }

    public async Task EndStorageAsync()
    {
        if (!_ended)
        {
            _ended = true;
            await _storage.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Server.App!.Kill();
        await EndStorageAsync();
    }
}
