using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ServerlessRosa.Core.Storage;

/// <summary>The storage account of this deployment. Gives store classes their table, container or queue by name.</summary>
public sealed class StorageAccount : IHostedService
{
    private readonly TableServiceClient _tables;
    private readonly BlobServiceClient _blobs;
    private readonly QueueServiceClient _queues;
    private readonly bool _createMissing;

    public StorageAccount(IOptions<StorageOptions> options)
    {
        var tableOptions = Configured(new TableClientOptions());
        tableOptions.AddPolicy(QueriedRows.Policy, HttpPipelinePosition.PerRetry);
        tableOptions.AddPolicy(ClientPipeline.Policy, HttpPipelinePosition.PerCall);
        var blobOptions = Configured(new BlobClientOptions());
        blobOptions.AddPolicy(ClientPipeline.Policy, HttpPipelinePosition.PerCall);
        var queueOptions = Configured(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        if (options.Value.ConnectionString is { Length: > 0 } connectionString)
        {
            _tables = new TableServiceClient(connectionString, tableOptions);
            _blobs = new BlobServiceClient(connectionString, blobOptions);
            _queues = new QueueServiceClient(connectionString, queueOptions);
            _createMissing = true;
        }
        else
        {
            var account = options.Value.AccountName;
            var identity = new DefaultAzureCredential();
            _tables = new TableServiceClient(new Uri($"https://{account}.table.core.windows.net"), identity, tableOptions);
            _blobs = new BlobServiceClient(new Uri($"https://{account}.blob.core.windows.net"), identity, blobOptions);
            _queues = new QueueServiceClient(new Uri($"https://{account}.queue.core.windows.net"), identity, queueOptions);
        }
        var tables = ClientPipeline.Of(tableOptions, () => _tables.GetProperties());
        (Transactions, Points) = (new TableTransactions(tables, _tables.Uri), new TablePoints(tables, _tables.Uri));
        NewBlobs = new NewBlobs(ClientPipeline.Of(blobOptions, () => _blobs.GetProperties()));
    }

    internal TableTransactions Transactions { get; }

    internal TablePoints Points { get; }

    internal NewBlobs NewBlobs { get; }

    internal TableClient Table(string name) => _tables.GetTableClient(name);

    internal BlobContainerClient Container(string name) => _blobs.GetBlobContainerClient(name);

    internal QueueClient Queue(string name) => _queues.GetQueueClient(name);

    /// <summary>Reads a row that may be missing. One operation.</summary>
    internal Task ReadTableAsync(CancellationToken cancellationToken) =>
        Table(StorageNames.ProjectsTable).GetEntityIfExistsAsync<TableEntity>("health", "health", cancellationToken: cancellationToken);

    /// <summary>Reads the properties of a container. One operation.</summary>
    internal Task ReadContainerAsync(CancellationToken cancellationToken) =>
        Container(StorageNames.FormsContainer).GetPropertiesAsync(cancellationToken: cancellationToken);

    /// <summary>
    /// In a development account, creates missing tables, containers and queues; a deployment creates them itself. Three operations, and
    /// one for each that is missing.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_createMissing)
        {
            return;
        }
        await Task.WhenAll(
            CreateTablesAsync(cancellationToken),
            CreateContainersAsync(cancellationToken),
            CreateQueuesAsync(cancellationToken)
        );
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CreateTablesAsync(CancellationToken cancellationToken)
    {
        var there = await _tables
            .QueryAsync(cancellationToken: cancellationToken)
            .Select(table => table.Name)
            .ToHashSetAsync(StringComparer.OrdinalIgnoreCase, cancellationToken);
        await Task.WhenAll(
            StorageNames
                .Tables.Where(name => !there.Contains(name))
                .Select(name => _tables.CreateTableIfNotExistsAsync(name, cancellationToken))
        );
    }

    private async Task CreateContainersAsync(CancellationToken cancellationToken)
    {
        var there = await _blobs
            .GetBlobContainersAsync(cancellationToken: cancellationToken)
            .Select(container => container.Name)
            .ToHashSetAsync(cancellationToken: cancellationToken);
        await Task.WhenAll(
            StorageNames
                .Containers.Where(name => !there.Contains(name))
                .Select(name => Container(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken))
        );
    }

    private async Task CreateQueuesAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(StorageNames.Queues.Select(name => Queue(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken)));

    private static T Configured<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 3;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(3);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.IsLoggingEnabled = false;
        options.AddPolicy(StorageOperations.Policy, HttpPipelinePosition.PerRetry);
        options.AddPolicy(new WholeRefusals(), HttpPipelinePosition.PerRetry);
        return options;
    }
}
