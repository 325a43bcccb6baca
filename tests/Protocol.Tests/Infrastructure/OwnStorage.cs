using System.Collections.Concurrent;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
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
    private static readonly ConcurrentBag<OwnStorage> Free = [];
    private static readonly Dictionary<string, string> RemembersNothing = new() { ["Rosa__CacheSeconds"] = "0" };
    private static int _accountsGiven;

    /// <summary>Null when the emulator has accounts of other tests too.</summary>
    private Azurite? _emulator;
    private bool _ended;
    private bool _isTaken;
    private FaultyStorage? _faulty;
    private Server? _faultyServer;

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

    /// <summary>
    /// With a server that remembers nothing, so that it goes on when a command has changed the storage. When the test ends, its storage is
    /// emptied, and another test gets both: a server takes seconds of work to start and to compile what it does.
    /// </summary>
    public static async Task<OwnStorage> TakeAsync()
    {
        if (Free.TryTake(out var free))
        {
            return free;
        }
        var own = await StartAsync(RemembersNothing);
        own._isTaken = true;
        return own;
    }

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
        };
    }

    /// <summary>The connection string of an empty account.</summary>
    public static async Task<string> NewAccountAsync()
    {
        var account = Interlocked.Increment(ref _accountsGiven);
        Assert.InRange(account, 1, Accounts);
        return (await Emulator.Value).ConnectionStringOf(account);
    }

    /// <summary>Another server on this storage, which remembers nothing, with <see cref="FaultyStorage"/> between.</summary>
    public async Task<(Server Server, FaultyStorage Storage)> WithFaultsAsync()
    {
        _faulty ??= await FaultyStorage.StartAsync(ConnectionString);
        _faultyServer ??= await Server.StartAsync(RemembersNothing, _faulty.ConnectionString);
        return (_faultyServer, _faulty);
    }

    /// <summary>Only where the emulator is its own. Its data is lost.</summary>
    public async Task EndStorageAsync()
    {
        Assert.NotNull(_emulator);
        if (!_ended)
        {
            _ended = true;
            await _emulator.DiscardAsync();
        }
    }

    /// <summary>Changes files in the data folder while the emulator does not run; the server goes on with the emulator that follows at
    /// the same address.</summary>
    public async Task ChangeDataAsync(Action<string> change)
    {
        Assert.NotNull(_emulator);
        _emulator = await _emulator.ChangeDataAsync(change, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isTaken && !Server.App!.HasExited)
        {
            _faulty?.StopFailing();
            await EmptyAsync();
            Free.Add(this);
            return;
        }
        Server.App!.Kill();
        if (_emulator is not null)
        {
            await EndStorageAsync();
        }
    }

    /// <summary>Leaves the table without rows.</summary>
    public static async Task DeleteRowsAsync(TableClient table)
    {
        await foreach (var row in table.QueryAsync<TableEntity>(select: ["PartitionKey", "RowKey"]))
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        }
    }

    // All but the key ring, which servers keep for a day.
    private async Task EmptyAsync()
    {
        var tables = new TableServiceClient(ConnectionString);
        await foreach (var table in tables.QueryAsync())
        {
            await DeleteRowsAsync(tables.GetTableClient(table.Name));
        }
        var blobs = new BlobServiceClient(ConnectionString);
        await foreach (var container in blobs.GetBlobContainersAsync())
        {
            var client = blobs.GetBlobContainerClient(container.Name);
            await foreach (var blob in client.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, CancellationToken.None))
            {
                if (container.Name != "keys")
                {
                    await client.DeleteBlobAsync(blob.Name);
                }
            }
        }
    }
}
