using ServerlessRosa.Dev;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>A server on a storage account of its own, which nobody else has written to.</summary>
public sealed class OwnStorage : IAsyncDisposable
{
    private const int Accounts = 300;

    /// <summary>For all tests that need neither a data folder nor an emulator to end: starting one takes a second.</summary>
    private static readonly Lazy<Task<Azurite>> Emulator = new(() =>
        Azurite.StartAsync(new AzuriteOptions(MoreAccounts: Accounts), CancellationToken.None)
    );
    private static int _accountsGiven;

    /// <summary>Null when the emulator has accounts of other tests too.</summary>
    private Azurite? _emulator;
    private string? _dataFolder;
    private bool _ended;

    private OwnStorage(string connectionString, Server server)
    {
        ConnectionString = connectionString;
        Server = server;
    }

    public Server Server { get; }

    public string ConnectionString { get; }

    public static async Task<OwnStorage> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var connectionString = await NewAccountAsync();
        return new OwnStorage(connectionString, await Server.StartAsync(settings, connectionString));
    }

    /// <summary>With a server that remembers nothing, so that it goes on when a command has changed the storage.</summary>
    public static Task<OwnStorage> StartForgetfulAsync() => StartAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "0" });

    /// <summary>With an emulator that no other test uses.</summary>
    /// <param name="dataFolder">Where the storage keeps its data; null keeps it in memory.</param>
    public static async Task<OwnStorage> StartWithEmulatorAsync(
        IReadOnlyDictionary<string, string>? settings = null,
        string? dataFolder = null
    )
    {
        var emulator = await Azurite.StartAsync(new AzuriteOptions(dataFolder), CancellationToken.None);
        return new OwnStorage(emulator.ConnectionString, await Server.StartAsync(settings, emulator.ConnectionString))
        {
            _emulator = emulator,
            _dataFolder = dataFolder,
        };
    }

    /// <summary>The connection string of an empty account.</summary>
    public static async Task<string> NewAccountAsync()
    {
        var account = Interlocked.Increment(ref _accountsGiven);
        Assert.InRange(account, 1, Accounts);
        return (await Emulator.Value).ConnectionStringOf(account);
    }

    /// <summary>Only where the emulator is its own.</summary>
    public async Task EndStorageAsync()
    {
        Assert.NotNull(_emulator);
        if (!_ended)
        {
            _ended = true;
            await _emulator.DisposeAsync();
        }
    }

    /// <summary>Changes files in the data folder while the emulator does not run; the server goes on with the emulator that follows at
    /// the same address.</summary>
    public async Task ChangeDataAsync(Action<string> change)
    {
        Assert.NotNull(_emulator);
        Assert.NotNull(_dataFolder);
        var (blobPort, tablePort) = (_emulator.BlobPort, _emulator.TablePort);
        await _emulator.DisposeAsync();
        change(_dataFolder);
        _emulator = await Azurite.StartAsync(new AzuriteOptions(_dataFolder, blobPort, tablePort), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Server.App!.Kill();
        if (_emulator is not null)
        {
            await EndStorageAsync();
        }
    }
}
