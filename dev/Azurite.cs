using System.Diagnostics;
using System.Globalization;

namespace ServerlessRosa.Dev;

/// <param name="DataFolder">The data folder; null keeps data in memory only.</param>
/// <param name="BlobPort">0 picks a free port.</param>
/// <param name="TablePort">0 picks a free port.</param>
/// <param name="QueuePort">0 picks a free port.</param>
/// <param name="MoreAccounts">So many empty storage accounts beside the first.</param>
public sealed record AzuriteOptions(
    string? DataFolder = null,
    int BlobPort = 0,
    int TablePort = 0,
    int QueuePort = 0,
    int MoreAccounts = 0
);

/// <summary>
/// The storage emulator: a process for blobs, and one for tables and queues, on loopback only. The processes end when this one ends,
/// even after a crash, and write their data to disk. Only if they are killed themselves is data of the last five seconds lost.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    // The documented account of every storage emulator; not a secret.
    private const string Account = "devstoreaccount1";
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Loopback = "127.0.0.1";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly AzuriteOptions _options;
    private readonly Service _blob;
    private readonly Service _table;

    private Azurite(AzuriteOptions options, Service blob, Service table)
    {
        _options = options;
        _blob = blob;
        _table = table;
    }

    public int BlobPort => _blob.Ports[0];

    public int TablePort => _table.Ports[0];

    public int QueuePort => _table.Ports[1];

    public IReadOnlyList<int> ProcessIds => [_blob.Process.Id, _table.Process.Id];

    public string ConnectionString => ConnectionStringOf(0);

    /// <param name="account">0 is the first account; the others count from 1.</param>
    public string ConnectionStringOf(int account) =>
        $"DefaultEndpointsProtocol=http;AccountName={NameOf(account)};AccountKey={AccountKey};"
        + $"BlobEndpoint=http://{Loopback}:{BlobPort}/{NameOf(account)};TableEndpoint=http://{Loopback}:{TablePort}/{NameOf(account)};"
        + $"QueueEndpoint=http://{Loopback}:{QueuePort}/{NameOf(account)};";

    /// <summary>Installs it first if it isn't there, which takes about a minute.</summary>
    /// <exception cref="StartException">It doesn't start, with the reason.</exception>
    public static async Task<Azurite> StartAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        await AzuriteInstall.EnsureAsync(cancellationToken);
        var accounts = string.Join(';', Enumerable.Range(0, 1 + options.MoreAccounts).Select(account => $"{NameOf(account)}:{AccountKey}"));
        var blob = Service.StartAsync([("blob", options.BlobPort)], options.DataFolder, accounts, cancellationToken);
        var table = Service.StartAsync(
            [("table", options.TablePort), ("queue", options.QueuePort)],
            options.DataFolder,
            accounts,
            cancellationToken
        );
        try
        {
            return new Azurite(options, await blob, await table);
        }
        catch
        {
            foreach (var started in new[] { blob, table })
            {
                await ((Task)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (started.IsCompletedSuccessfully)
                    await (await started).Process.DisposeAsync();
            }
            throw;
        }
    }

    /// <summary>Ends it, lets the data folder be changed, and starts another, which is returned, at the same addresses.</summary>
    /// <exception cref="InvalidOperationException">Its data is in memory only.</exception>
    public async Task<Azurite> ChangeDataAsync(Action<string> change, CancellationToken cancellationToken)
    {
        var folder = _options.DataFolder ?? throw new InvalidOperationException("The emulator has no data folder.");
        await DisposeAsync();
        change(folder);
        return await StartAsync(
            _options with
            {
                BlobPort = BlobPort,
                TablePort = TablePort,
                QueuePort = QueuePort,
            },
            cancellationToken
        );
    }

    /// <summary>Stops both services, after which all data is on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_blob.Process.DisposeAsync().AsTask(), _table.Process.DisposeAsync().AsTask());
    }

    /// <summary>Ends both services at once. What they had still to write is lost.</summary>
    public async Task DiscardAsync()
    {
        _blob.Process.Kill();
        _table.Process.Kill();
        await DisposeAsync();
    }

    private static string NameOf(int account) =>
        account == 0 ? Account : string.Create(CultureInfo.InvariantCulture, $"{Account}{account}");

    private sealed record Service(ChildProcess Process, IReadOnlyList<int> Ports)
    {
        private const string Listening = "listening ";

        public static async Task<Service> StartAsync(
            IReadOnlyList<(string Name, int Port)> services,
            string? dataFolder,
            string accounts,
            CancellationToken cancellationToken
        )
        {
            if (dataFolder is not null)
                Directory.CreateDirectory(dataFolder);
            var name = string.Join(',', services.Select(service => service.Name));
            var listening = new TaskCompletionSource<IReadOnlyList<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
            var process = ChildProcess.Start(
                new ProcessStartInfo("node", Arguments(name, services, dataFolder))
                {
                    WorkingDirectory = Repository.DevFolder,
                    Environment = { ["AZURITE_ACCOUNTS"] = accounts },
                },
                "Node.js was not found.",
                line =>
                {
                    if (line.StartsWith(Listening, StringComparison.Ordinal))
                        listening.TrySetResult([
                            .. line[Listening.Length..].Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture)),
                        ]);
                }
            );
            try
            {
                var ended = process.WaitForExitAsync(cancellationToken);
                if (await Task.WhenAny(listening.Task, ended).WaitAsync(StartLimit, cancellationToken) == ended)
                {
                    await ended;
                    throw new StartException($"Azurite's {name} service ended at once.{process.LastWords}");
                }
                return new Service(process, await listening.Task);
            }
            catch (Exception e)
            {
                await process.DisposeAsync();
                if (e is TimeoutException)
                    throw new StartException(
                        $"Azurite's {name} service did not answer within {StartLimit.TotalMinutes} minutes.{process.LastWords}",
                        e
                    );
                throw;
            }
        }

        private static List<string> Arguments(string names, IReadOnlyList<(string Name, int Port)> services, string? dataFolder) =>
            [
                Path.Combine(Repository.DevFolder, "azurite.mjs"),
                names,
                .. services.SelectMany(one =>
                    (string[])[$"--{one.Name}Host", Loopback, $"--{one.Name}Port", one.Port.ToString(CultureInfo.InvariantCulture)]
                ),
                "--silent",
                "--disableTelemetry",
                "--skipApiVersionCheck",
                .. dataFolder is null ? ["--inMemoryPersistence"] : new[] { "--location", Path.GetFullPath(dataFolder) },
            ];
    }
}
