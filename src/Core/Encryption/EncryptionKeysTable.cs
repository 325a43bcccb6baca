using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Encryption;

/// <summary>Table `encryptionKeys`: one partition per project, one row per key. A row never changes.</summary>
public sealed class EncryptionKeysTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.EncryptionKeysTable);

    /// <summary>By number. One operation.</summary>
    internal async Task<IReadOnlyList<EncryptionKey>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var keys = new List<EncryptionKey>();
        await foreach (var row in _table.QueryAsync<TableEntity>(OfProject(project), cancellationToken: cancellationToken))
        {
            keys.Add(ToKey(row, project));
        }
        return keys;
    }

    /// <summary>False when the project has a key of this number. One operation.</summary>
    internal async Task<bool> AddAsync(EncryptionKey key, CancellationToken cancellationToken)
    {
        try
        {
            await _table.AddEntityAsync(ToEntity(key), cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>All keys of a project, for verification. One operation.</summary>
    internal IAsyncEnumerable<StoredRow<EncryptionKey>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, OfProject(project), null, row => ToKey(row, project), cancellationToken);

    /// <summary>A row with its private key in another protection, if it has one.</summary>
    internal static TableEntity Protect(TableEntity row, Func<string, string> protect)
    {
        if (row.GetString(Column.PrivateKey) is { } privateKey)
        {
            row[Column.PrivateKey] = protect(privateKey);
        }
        return row;
    }

    private static string OfProject(ProjectId project) =>
        TableClient.CreateQueryFilter($"PartitionKey eq {EncryptionKeyKeys.Project(project)}");

    private static TableEntity ToEntity(EncryptionKey key) =>
        new(EncryptionKeyKeys.Project(key.Project), EncryptionKeyKeys.Key(key.Number))
        {
            [Column.Number] = key.Number,
            [Column.PublicKey] = key.PublicKey,
            [Column.CreatedAt] = key.CreatedAt,
            [Column.Hint] = key.Hint,
            [Column.PrivateKey] = key.ProtectedPrivateKey,
        };

    private static EncryptionKey ToKey(TableEntity row, ProjectId project) =>
        new(project, row.GetInt32(Column.Number)!.Value, row.GetString(Column.PublicKey)!, row.GetDateTimeOffset(Column.CreatedAt)!.Value)
        {
            Hint = row.GetString(Column.Hint),
            ProtectedPrivateKey = row.GetString(Column.PrivateKey),
        };

    private static class Column
    {
        public const string Number = "Number";
        public const string PublicKey = "PublicKey";
        public const string CreatedAt = "CreatedAt";
        public const string Hint = "Hint";
        public const string PrivateKey = "PrivateKey";
    }
}
