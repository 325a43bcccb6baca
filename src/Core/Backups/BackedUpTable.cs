using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Backups;

/// <summary>A table whose rows go into snapshots as they are: in which order, how they are read, and how a piece of them is made.</summary>
internal static class BackedUpTable
{
    // An app's clock may differ from that of storage by so much.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The tables that cannot be rebuilt from other data. A table comes after those whose rows depend on it, since rows may be written
    /// meanwhile: updates that wait before entities, entities before their datasets.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        StorageNames.SyncsTable,
        StorageNames.EntityBacklogTable,
        StorageNames.EntitiesTable,
        StorageNames.DatasetsTable,
        StorageNames.FixturesTable,
        StorageNames.WorkersTable,
        StorageNames.AccountsTable,
        StorageNames.AuditsTable,
        StorageNames.SettingsTable,
        StorageNames.ProjectsTable,
        StorageNames.EncryptionKeysTable,
        StorageNames.WebhooksTable,
    ];

    /// <summary>The rows after a position, by key, a page at a time. One operation per page, and one more after a position.</summary>
    public static async IAsyncEnumerable<Page<TableEntity>> ReadAsync(
        TableClient table,
        RowPosition? after,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Two ranges, since storage answers a filter with "or" by reading the whole table.
        string?[] filters = after is null
            ? [null]
            :
            [
                TableClient.CreateQueryFilter($"PartitionKey eq {after.Partition} and RowKey gt {after.Row}"),
                TableClient.CreateQueryFilter($"PartitionKey gt {after.Partition}"),
            ];
        foreach (var filter in filters)
        {
            await foreach (var page in table.QueryAsync<TableEntity>(filter, pageSize, cancellationToken: cancellationToken).AsPages())
            {
                yield return page;
            }
        }
    }

    /// <summary>
    /// Whether a row belongs in a snapshot begun at that time. The mark that a submission's entities are done comes after the entities;
    /// of a mark written during the snapshot, the entities may be missing. Without the mark, a restore looks at the submission
    /// again.
    /// </summary>
    public static bool Belongs(string table, TableEntity row, DateTimeOffset begunAt) =>
        table != StorageNames.EntitiesTable || !EntityKeys.IsOfSubmissions(row.PartitionKey) || row.Timestamp < begunAt - Skew;

    /// <summary>The rows of a piece.</summary>
    public static IEnumerable<TableEntity> Unpack(byte[] piece)
    {
        using var lines = new StreamReader(new GZipStream(new MemoryStream(piece), CompressionMode.Decompress), Encoding.UTF8);
        while (lines.ReadLine() is { } line)
        {
            yield return RowText.Read(line);
        }
    }
}

/// <summary>A piece in the making: lines of JSON, compressed.</summary>
internal sealed class BackupPieceWriter : IDisposable
{
    private readonly MemoryStream _compressed = new();
    private readonly StreamWriter _lines;

    public BackupPieceWriter() => _lines = new StreamWriter(new GZipStream(_compressed, CompressionLevel.Optimal, leaveOpen: true));

    public int Rows { get; private set; }

    /// <summary>The size of the uncompressed text.</summary>
    public long Characters { get; private set; }

    public void Add(TableEntity row)
    {
        var line = RowText.Write(row);
        _lines.Write(line);
        _lines.Write('\n');
        Rows++;
        Characters += line.Length + 1;
    }

    /// <summary>Ends the piece.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        _lines.Dispose();
        return _compressed.GetBuffer().AsMemory(0, (int)_compressed.Length);
    }

    public void Dispose()
    {
        _lines.Dispose();
        _compressed.Dispose();
    }
}
