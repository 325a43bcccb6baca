using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Damages rows and blobs behind the server's back, and mends them.</summary>
public sealed class StorageDamage(string connectionString)
{
    private readonly TableServiceClient _tables = new(connectionString);
    private readonly BlobServiceClient _blobs = new(connectionString);
    private readonly Stack<Func<Task>> _undo = new();

    /// <summary>The first row that a filter and a condition find.</summary>
    public async Task<TableEntity> FindAsync(string table, string filter, Func<TableEntity, bool>? condition = null)
    {
        await foreach (var row in _tables.GetTableClient(table).QueryAsync<TableEntity>(filter))
        {
            if (condition?.Invoke(row) ?? true)
            {
                return row;
            }
        }
        throw new InvalidOperationException($"There is no row in {table} with {filter}.");
    }

    public async Task RemoveAsync(string table, string filter, Func<TableEntity, bool>? condition = null)
    {
        var row = await FindAsync(table, filter, condition);
        await _tables.GetTableClient(table).DeleteEntityAsync(row.PartitionKey, row.RowKey);
        _undo.Push(() => WriteAsync(table, row));
    }

    public async Task ChangeAsync(string table, string filter, Action<TableEntity> change, Func<TableEntity, bool>? condition = null)
    {
        var row = await FindAsync(table, filter, condition);
        var damaged = new TableEntity(row.Where(property => !property.Key.StartsWith("odata", StringComparison.Ordinal)).ToDictionary());
        change(damaged);
        await WriteAsync(table, damaged);
        _undo.Push(() => WriteAsync(table, row));
    }

    public async Task AddAsync(string table, TableEntity row)
    {
        await WriteAsync(table, row);
        _undo.Push(() => _tables.GetTableClient(table).DeleteEntityAsync(row.PartitionKey, row.RowKey));
    }

    /// <summary>With other bytes, or, when that is null, without any.</summary>
    public async Task DamageBlobAsync(string container, string name, byte[]? bytes = null)
    {
        var blob = _blobs.GetBlobContainerClient(container).GetBlobClient(name);
        var content = (await blob.DownloadContentAsync()).Value;
        await blob.DeleteAsync();
        if (bytes is not null)
        {
            await blob.UploadAsync(BinaryData.FromBytes(bytes));
        }
        _undo.Push(() =>
            blob.UploadAsync(
                content.Content,
                new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = content.Details.ContentType } }
            )
        );
    }

    public async Task AddBlobAsync(string container, string name)
    {
        var blob = _blobs.GetBlobContainerClient(container).GetBlobClient(name);
        await blob.UploadAsync(BinaryData.FromString("x"), overwrite: true);
        _undo.Push(() => blob.DeleteAsync());
    }

    public async Task UndoAsync()
    {
        while (_undo.TryPop(out var undo))
        {
            await undo();
        }
    }

    private async Task WriteAsync(string table, TableEntity row)
    {
        row.ETag = ETag.All;
        await _tables.GetTableClient(table).UpsertEntityAsync(row, TableUpdateMode.Replace);
    }
}
