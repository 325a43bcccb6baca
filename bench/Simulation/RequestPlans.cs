using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// The storage operations of each request as docs/architecture.md#budgets counts them (a test compares the numbers), with their keys, and
/// the processor time that docs/performance.md measured, of worker and host.
/// </summary>
public sealed class RequestPlans(AppSettings app, TrafficSettings traffic)
{
    public const string HeadName = "HEAD submission";
    public const string FormListName = "form list";
    public const string ManifestName = "manifest";
    public const string SubmissionName = "submission";
    public const string CaseFormName = "form with cases";
    public const string RestoreName = "restore";

    private const int Spread = 8; // accounts and workers of a project
    private const int IntentPartitions = 16;
    private const int CasePartitions = 256;
    private const int Page = 1_000;
    private const int XmlBytes = 1_400;
    private const int SyncBytesPerCase = 50;
    private const double Unchanging = 1_800; // the form list is cached for so long, and checked by its head

    public RequestPlan Head(int account) => new(HeadName, 0.0009, []) { Cold = [Account(account)] };

    /// <summary>Of fewer than 1,000 forms.</summary>
    public RequestPlan FormList(int account) =>
        new(FormListName, 0.002, [Read(StorageNames.FormsTable, 0)])
        {
            Cold = [Account(account), new(new(OperationKind.QueryPage, StorageNames.FormsTable, 0, Entities: 10), 1, Unchanging)],
        };

    public RequestPlan Manifest(int account) =>
        new(ManifestName, 0.0017, [Read(StorageNames.FormsTable, 0)])
        {
            Cold = [Account(account), new(new(OperationKind.QueryPage, StorageNames.FormMediaTable, 0, Entities: 10), 0, Unchanging)],
        };

    public RequestPlan Submission(int account, Random random)
    {
        var shard = random.Next(app.Shards);
        var file = new StorageOperation(OperationKind.BlobPut, StorageNames.SubmissionsContainer, 0, Bytes: traffic.FileBytes);
        return new(
            SubmissionName,
            app.SubmissionCpuSeconds + (0.0016 * traffic.Files),
            [.. Enumerable.Repeat(file, traffic.Files), Xml, .. Claims(shard, random), Commit(shard)]
        )
        {
            Cold = [Account(account), Form, Events],
            UploadedBytes = XmlBytes + (traffic.Files * traffic.FileBytes),
        };
    }

    /// <summary>A CommCare form that changes cases of one owner.</summary>
    public RequestPlan CaseForm(int worker, int owner, int cases, Random random)
    {
        var changed = Enumerable.Range(0, cases).Select(_ => random.Next(CasePartitions)).ToList();
        var intent = Write(StorageNames.IntentsTable, random.Next(IntentPartitions));
        return new(
            CaseFormName,
            0.005,
            [
                Xml,
                .. changed.Select(at => Read(StorageNames.CasesTable, at)),
                intent,
                Commit(random.Next(app.Shards)),
                .. changed.Select(at => Write(StorageNames.CasesTable, at)),
                new(OperationKind.TableBatch, StorageNames.CaseOwnersTable, owner, Entities: cases),
                intent,
            ]
        )
        {
            Cold = [Domain, Worker(worker), Form],
            UploadedBytes = XmlBytes,
        };
    }

    /// <summary>All cases of one owner, without cases of others.</summary>
    public RequestPlan Restore(int worker, int owner, int cases)
    {
        var pages = (cases + Page - 1) / Page;
        return new(
            RestoreName,
            0.043 * pages,
            [
                .. Enumerable
                    .Range(0, pages)
                    .Select(i => new StorageOperation(
                        OperationKind.QueryPage,
                        StorageNames.CaseOwnersTable,
                        owner,
                        Entities: Math.Min(Page, cases - (i * Page))
                    )),
                new(OperationKind.BlobPut, StorageNames.SyncsContainer, 0, Bytes: SyncBytesPerCase * cases),
                Write(StorageNames.SyncsTable, StorageOperation.OwnPartition),
            ]
        )
        {
            Cold = [Domain, Worker(worker)],
        };
    }

    private static StorageOperation Xml => new(OperationKind.BlobPut, StorageNames.SubmissionsContainer, 0, Bytes: XmlBytes);

    private CachedRead Form => new(Read(StorageNames.FormsTable, 0), 0, app.CacheSeconds);

    private CachedRead Events => new(Read(StorageNames.WebhooksTable, 0), 0, app.CacheSeconds);

    private CachedRead Domain => new(Read(StorageNames.ProjectsTable, 0), 0, app.CacheSeconds);

    private CachedRead Account(int account) => new(Read(StorageNames.AccountsTable, account % Spread), account, app.CacheSeconds);

    private CachedRead Worker(int worker) => new(Read(StorageNames.WorkersTable, worker % Spread), worker, app.CacheSeconds);

    // The instance's row and the timeline's.
    private static StorageOperation Commit(int shard) =>
        new(OperationKind.TableBatch, StorageNames.SubmissionsTable, shard, Entities: 2, Bytes: 2_000);

    // Before more shards take effect: a read of the shard that will be the submission's, and a claim there (ADR 33).
    private IEnumerable<StorageOperation> Claims(int shard, Random random) =>
        app
            .GrowingTo.Select(count => shard + (app.Shards * random.Next(count / app.Shards)))
            .Where(next => next != shard)
            .SelectMany(next => new[] { Read(StorageNames.SubmissionsTable, next), Write(StorageNames.SubmissionsTable, next) });

    private static StorageOperation Read(string table, int partition) => new(OperationKind.PointRead, table, partition);

    private static StorageOperation Write(string table, int partition) => new(OperationKind.TableWrite, table, partition, Bytes: 1_000);
}
