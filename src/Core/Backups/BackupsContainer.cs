using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Backups;

/// <summary>
/// Container `backups`: `{snapshot}/{table}/{index}.jsonl.gz` for each piece, and `{snapshot}/manifest.json` when it is complete. No blob
/// ever changes.
/// </summary>
public sealed class BackupsContainer(StorageAccount storage)
{
    private const string Rows = "rows";
    private const string Sha256 = "sha256";
    private const string Last = "last";
    private readonly BlobContainerClient _container = storage.Container(StorageNames.BackupsContainer);

    /// <summary>All snapshots, incomplete ones too, oldest first. One operation per 5,000.</summary>
    internal async Task<IReadOnlyList<BackupId>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<BackupId>();
        await foreach (
            var one in _container.GetBlobsByHierarchyAsync(
                BlobTraits.None,
                BlobStates.None,
                "/",
                prefix: null,
                cancellationToken: cancellationToken
            )
        )
        {
            if (one.IsPrefix && BackupId.TryParse(one.Prefix.TrimEnd('/')) is { } id)
            {
                found.Add(id);
            }
        }
        return [.. found.OrderBy(id => id.Value, StringComparer.Ordinal)];
    }

    /// <summary>Null when there is no such snapshot or it is incomplete. One operation.</summary>
    internal async Task<BackupManifest?> FindManifestAsync(BackupId id, CancellationToken cancellationToken) =>
        await StreamedBlob.ReadAsync(_container, BackupKeys.Manifest(id), cancellationToken) is { } bytes
            ? JsonSerializer.Deserialize<BackupManifest>(bytes)
            : null;

    /// <summary>Null when none is complete. One operation, and one for each snapshot up to the newest complete one.</summary>
    internal async Task<BackupManifest?> FindNewestAsync(CancellationToken cancellationToken)
    {
        foreach (var id in (await ListAsync(cancellationToken)).Reverse())
        {
            if (await FindManifestAsync(id, cancellationToken) is { } manifest)
            {
                return manifest;
            }
        }
        return null;
    }

    /// <summary>One operation.</summary>
    internal Task PutManifestAsync(BackupId id, BackupManifest manifest, CancellationToken cancellationToken) =>
        StreamedBlob.PutAsync(
            _container,
            BackupKeys.Manifest(id),
            JsonSerializer.SerializeToUtf8Bytes(manifest),
            "application/json",
            cancellationToken
        );

    /// <summary>The pieces of a snapshot that are written, by table and index. One operation per 5,000.</summary>
    internal async Task<IReadOnlyList<BackupPiece>> ListPiecesAsync(BackupId id, CancellationToken cancellationToken)
    {
        var pieces = new List<BackupPiece>();
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, BackupKeys.Folder(id), cancellationToken))
        {
            if (blob.Name.Split('/') is [_, var table, var file])
            {
                pieces.Add(ToPiece(table, int.Parse(file.Split('.')[0], CultureInfo.InvariantCulture), blob.Metadata));
            }
        }
        return pieces;
    }

    /// <summary>Writes a piece if absent, and returns the existing one otherwise. One operation, or two.</summary>
    internal async Task<BackupPiece> PutPieceAsync(
        BackupId id,
        string table,
        int index,
        int rows,
        RowPosition? last,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        var metadata = new Dictionary<string, string>
        {
            [Rows] = rows.ToString(CultureInfo.InvariantCulture),
            [Sha256] = Convert.ToHexStringLower(SHA256.HashData(content.Span)),
        };
        if (last is not null)
        {
            metadata[Last] = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(last));
        }
        var name = BackupKeys.Piece(id, table, index);
        if (await StreamedBlob.PutAsync(_container, name, content, "application/gzip", cancellationToken, metadata) is null)
        {
            // A concurrent run wrote this piece: use it.
            var found = await _container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: cancellationToken);
            return ToPiece(table, index, found.Value.Metadata);
        }
        return ToPiece(table, index, metadata);
    }

    /// <summary>Null if the blob does not exist. One operation.</summary>
    internal Task<byte[]?> ReadPieceAsync(BackupId id, BackupPiece piece, CancellationToken cancellationToken) =>
        StreamedBlob.ReadAsync(_container, BackupKeys.Piece(id, piece.Table, piece.Index), cancellationToken);

    /// <summary>
    /// Deletes a snapshot, its manifest first, so that an interrupted deletion leaves an incomplete snapshot. One operation per 5,000 blobs
    /// and one for each.
    /// </summary>
    internal async Task DeleteAsync(BackupId id, CancellationToken cancellationToken)
    {
        await _container.GetBlobClient(BackupKeys.Manifest(id)).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        await StreamedBlob.DeleteAllAsync(_container, BackupKeys.Folder(id), cancellationToken);
    }

    private static BackupPiece ToPiece(string table, int index, IDictionary<string, string> metadata) =>
        new(table, index, int.Parse(metadata[Rows], CultureInfo.InvariantCulture), metadata[Sha256])
        {
            Last = metadata.TryGetValue(Last, out var last)
                ? JsonSerializer.Deserialize<RowPosition>(Convert.FromBase64String(last))
                : null,
        };
}
