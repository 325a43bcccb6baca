using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ServerlessRosa.Core.Storage;
using static ServerlessRosa.Bench.FloorRows;

namespace ServerlessRosa.Bench;

/// <summary>
/// The storage operations of a request without the app: the same kinds in the same order, on rows and blobs of similar shape, in the app's
/// own tables and containers, whose growth slows the emulator down. This is the lower bound for any server on this storage.
/// </summary>
internal sealed class Floor
{
    private const string ExportPartition = "bench-floor-export";
    private const string OwnerPartition = "bench-floor-owner";
    private const int MaxRowsInBatch = 100;
    private const int Page = 250;
    private const string HeadRow = "head";
    private const int Block = 4 << 20;
    private static readonly string KnownInstance = InstanceRow("known");
    private static readonly BinaryData SubmissionXml = BinaryData.FromString(Samples.Submission(Samples.NewInstanceId()));

    private readonly Counter _counter = new();
    private readonly TableClient _forms;
    private readonly TableClient _submissions;
    private readonly TableClient _intents;
    private readonly TableClient _cases;
    private readonly TableClient _caseOwners;
    private readonly TableClient _syncs;
    private readonly BlobContainerClient _files;
    private readonly BlobContainerClient _snapshots;

    private readonly int _rows;

    private Floor(string connectionString, int rows)
    {
        _rows = rows;
        var tables = new TableServiceClient(connectionString, Configured(new TableClientOptions()));
        _forms = tables.GetTableClient(StorageNames.FormsTable);
        _submissions = tables.GetTableClient(StorageNames.SubmissionsTable);
        _intents = tables.GetTableClient(StorageNames.IntentsTable);
        _cases = tables.GetTableClient(StorageNames.CasesTable);
        _caseOwners = tables.GetTableClient(StorageNames.CaseOwnersTable);
        _syncs = tables.GetTableClient(StorageNames.SyncsTable);
        var blobs = new BlobServiceClient(connectionString, Configured(new BlobClientOptions()));
        _files = blobs.GetBlobContainerClient(StorageNames.SubmissionsContainer);
        _snapshots = blobs.GetBlobContainerClient(StorageNames.SyncsContainer);
    }

    public long Operations => _counter.Count;

    public static async Task<Floor> OpenAsync(string connectionString, BenchOptions options, CancellationToken cancellationToken)
    {
        var floor = new Floor(connectionString, options.Rows);
        await floor._forms.AddEntityAsync(
            new TableEntity(Partition, HeadRow) { ["Version"] = Guid.NewGuid().ToString("N") },
            cancellationToken
        );
        await floor._forms.AddEntityAsync(Form(), cancellationToken);
        await floor._submissions.AddEntityAsync(Instance(KnownInstance, "known", "", files: 0), cancellationToken);
        if (Workloads.NeedExport(options))
            await AddAllAsync(
                floor._submissions,
                Enumerable.Range(0, options.Rows).Select(i => Timeline(InstanceRow($"{i}"), $"{i}", 0, ExportPartition)),
                cancellationToken
            );
        if (Workloads.NeedPhone(options))
            await AddAllAsync(
                floor._caseOwners,
                Enumerable.Range(0, options.Rows).Select(i => Case(OwnerPartition, Hash($"{i}"))),
                cancellationToken
            );
        return floor;
    }

    /// <summary>formList: checks whether a cached list is current.</summary>
    public Task ReadHeadAsync(CancellationToken cancellationToken) =>
        _forms.GetEntityAsync<TableEntity>(Partition, HeadRow, cancellationToken: cancellationToken);

    /// <summary>Manifest and form XML: reads the current form.</summary>
    public Task ReadFormAsync(CancellationToken cancellationToken) =>
        _forms.GetEntityAsync<TableEntity>(Partition, FormRow, cancellationToken: cancellationToken);

    /// <summary>A duplicate of a submission.</summary>
    public Task ReadInstanceAsync(CancellationToken cancellationToken) =>
        _submissions.GetEntityAsync<TableEntity>(Partition, KnownInstance, cancellationToken: cancellationToken);

    /// <summary>A submission: its files one after the other, its XML, and the batch of its two rows.</summary>
    public async Task SubmitAsync(IReadOnlyList<int> sizes, CancellationToken cancellationToken)
    {
        var id = Samples.NewInstanceId();
        var folder = $"bench/{Hash(id)}/{Hash("xml")}";
        foreach (var size in sizes)
            await StoreAsync($"{folder}/media/{Guid.NewGuid():N}", Samples.File(size), cancellationToken);
        await _files
            .GetBlobClient($"{folder}/submission.xml")
            .UploadAsync(
                SubmissionXml,
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "text/xml" },
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken
            );

        var timeline = string.Create(
            CultureInfo.InvariantCulture,
            $"t|{DateTimeOffset.MaxValue.UtcTicks - DateTimeOffset.UtcNow.UtcTicks:D19}|{Hash(id)}"
        );
        await _submissions.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, Instance(InstanceRow(id), id, timeline, sizes.Count)),
                new(TableTransactionActionType.Add, Timeline(timeline, id, sizes.Count)),
            ],
            cancellationToken
        );
    }

    /// <summary>
    /// A form with a new case: the submission, with an intent before it and the intent's removal after it; and the case: looked up, added,
    /// and copied for its owner.
    /// </summary>
    public async Task SubmitCaseAsync(CancellationToken cancellationToken)
    {
        var id = Hash(Samples.NewInstanceId());
        await _intents.AddEntityAsync(new TableEntity(Partition, id) { ["Work"] = "cases" }, cancellationToken);
        await SubmitAsync([], cancellationToken);
        await _cases.GetEntityIfExistsAsync<TableEntity>(Partition, id, cancellationToken: cancellationToken);
        await _cases.AddEntityAsync(Case(Partition, id), cancellationToken);
        await _caseOwners.AddEntityAsync(Case(Partition, id), cancellationToken);
        await _intents.DeleteEntityAsync(Partition, id, cancellationToken: cancellationToken);
    }

    /// <summary>A restore: the owner's cases, and the sync log with its blob.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await ReadAllAsync(_caseOwners, OwnerPartition, cancellationToken);
        var token = Guid.NewGuid().ToString("N");
        await _snapshots.GetBlobClient($"bench/{token}").UploadAsync(BinaryData.FromBytes(Samples.File(50 * _rows)), cancellationToken);
        await _syncs.AddEntityAsync(
            new TableEntity(Partition, token)
            {
                ["Date"] = DateTimeOffset.UtcNow,
                ["Blob"] = token,
                ["Owners"] = new byte[100],
            },
            cancellationToken
        );
    }

    /// <summary>An export: the form, what the ETag is made of, and all rows of the timeline.</summary>
    public async Task ExportAsync(CancellationToken cancellationToken)
    {
        await ReadFormAsync(cancellationToken);
        await ReadVersionsAsync(cancellationToken);
        await ReadAllAsync(_submissions, ExportPartition, cancellationToken);
    }

    /// <summary>A page of 250 with a count: the form, what the ETag is made of, the page, the stored counts, and the rows since
    /// then.</summary>
    public async Task ReadPageAsync(CancellationToken cancellationToken)
    {
        await ReadFormAsync(cancellationToken);
        await ReadVersionsAsync(cancellationToken);
        await foreach (
            var _ in _submissions
                .QueryAsync<TableEntity>(row => row.PartitionKey == ExportPartition, Page, cancellationToken: cancellationToken)
                .Take(Page)
        ) { }
        await ReadAllAsync(_submissions, "bench-floor-nothing", cancellationToken);
        await ReadAllAsync(_submissions, ExportPartition, cancellationToken, "RowKey");
    }

    // The stored counts, and the versions of the rows since then.
    private async Task ReadVersionsAsync(CancellationToken cancellationToken)
    {
        await ReadAllAsync(_submissions, "bench-floor-nothing", cancellationToken);
        await ReadAllAsync(_submissions, ExportPartition, cancellationToken, "RowKey", "Timestamp");
    }

    private static async Task ReadAllAsync(
        TableClient table,
        string partition,
        CancellationToken cancellationToken,
        params string[] columns
    )
    {
        await foreach (
            var _ in table.QueryAsync<TableEntity>(
                row => row.PartitionKey == partition,
                select: columns.Length > 0 ? columns : null,
                cancellationToken: cancellationToken
            )
        ) { }
    }

    private static async Task AddAllAsync(TableClient table, IEnumerable<TableEntity> rows, CancellationToken cancellationToken)
    {
        // In order, as the app's are: the emulator sorts a whole partition for each page that it answers with.
        foreach (var batch in rows.OrderBy(row => row.RowKey, StringComparer.Ordinal).Chunk(MaxRowsInBatch))
            await table.SubmitTransactionAsync(
                batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)),
                cancellationToken
            );
    }

    private async Task StoreAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var blob = _files.GetBlockBlobClient(name);
        var headers = new BlobHttpHeaders { ContentType = "image/jpeg" };
        if (content.Length <= Block)
        {
            using var whole = BinaryData.FromBytes(content).ToStream();
            await blob.UploadAsync(whole, new BlobUploadOptions { HttpHeaders = headers }, cancellationToken);
            return;
        }
        var ids = new List<string>();
        for (var at = 0; at < content.Length; at += Block)
        {
            ids.Add(Convert.ToBase64String(BitConverter.GetBytes(ids.Count)));
            using var part = BinaryData.FromBytes(content.Slice(at, Math.Min(Block, content.Length - at))).ToStream();
            await blob.StageBlockAsync(ids[^1], part, cancellationToken: cancellationToken);
        }
        await blob.CommitBlockListAsync(ids, new CommitBlockListOptions { HttpHeaders = headers }, cancellationToken);
    }

    private T Configured<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 0; // failures must be noticed
        options.Diagnostics.IsTelemetryEnabled = false;
        options.AddPolicy(_counter, HttpPipelinePosition.PerRetry);
        return options;
    }

    private sealed class Counter : HttpPipelineSynchronousPolicy
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref _count);
    }
}
