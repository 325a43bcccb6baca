using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Syncs;

/// <summary>Table `syncs`: one partition per token, with its log and the journal of forms sent with it.</summary>
public sealed class SyncsTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.SyncsTable);

    /// <summary>The log (null when the token has none) and its journal in the order of the forms. One operation.</summary>
    internal async Task<(SyncLog? Log, ETag ETag, IReadOnlyList<JournalEntry> Journal)> ReadAsync(
        ProjectId project,
        SyncToken token,
        CancellationToken cancellationToken
    )
    {
        (SyncLog? Log, ETag ETag) head = default;
        var journal = new List<JournalEntry>();
        var partition = SyncKeys.Partition(project, token);
        await foreach (
            var entity in _table.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {partition}"),
                cancellationToken: cancellationToken
            )
        )
        {
            if (entity.RowKey == SyncKeys.Log)
            {
                head = (ToLog(entity, project, token), entity.ETag);
            }
            else
            {
                journal.Add(ToEntry(entity));
            }
        }
        return (head.Log, head.ETag, [.. journal.OrderBy(entry => entry.At)]);
    }

    /// <summary>
    /// Records the effects of a form on the phone; must be written before the 201 (CC-138). The same version of a form replaces its entry.
    /// The token need not be valid: an entry without a log is ignored. One operation.
    /// </summary>
    public async Task WriteJournalAsync(ProjectId project, SyncToken token, JournalEntry entry, CancellationToken cancellationToken)
    {
        var entity = new TableEntity(SyncKeys.Partition(project, token), SyncKeys.Form(entry.Instance, entry.XmlHash))
        {
            [Column.Instance] = entry.Instance.Value,
            [Column.XmlHash] = entry.XmlHash,
            [Column.Date] = entry.At,
            [Column.PhoneDate] = entry.Date,
        };
        SpilledText.SetPacked(entity, Column.Effects, JsonSerializer.Serialize(entry.Effects.Select(StoredEffect.Of)));
        await _table.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>False when the token already has a log. One operation.</summary>
    internal async Task<bool> TryAddAsync(SyncLog log, CancellationToken cancellationToken)
    {
        try
        {
            await _table.AddEntityAsync(ToEntity(log), cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>False when the log has changed since it was read with <paramref name="etag"/>. One operation.</summary>
    internal async Task<bool> TryReplaceAsync(SyncLog log, ETag etag, CancellationToken cancellationToken)
    {
        try
        {
            await _table.UpdateEntityAsync(ToEntity(log), etag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }
    }

    /// <summary>All logs of all projects, unordered and without owners. One operation per 1,000 rows of the table.</summary>
    internal async IAsyncEnumerable<SyncLog> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"RowKey eq {SyncKeys.Log}");
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            var parts = entity.PartitionKey.Split('|');
            if (SyncToken.TryParse(parts[^1], out var token))
            {
                yield return ToLog(entity, new ProjectId(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture)), token);
            }
        }
    }

    /// <summary>All logs of a project, for verification. One operation per 1,000 rows.</summary>
    internal IAsyncEnumerable<StoredRow<SyncLog>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            $"{TableKey.PartitionPrefix(SyncKeys.PartitionsOf(project))} and "
                + $"{TableClient.CreateQueryFilter($"RowKey eq {SyncKeys.Log}")}",
            null,
            entity =>
                ToLog(
                    entity,
                    project,
                    SyncToken.TryParse(entity.PartitionKey.Split('|')[^1], out var token)
                        ? token
                        : throw new FormatException("Its partition is that of no token.")
                ),
            cancellationToken
        );

    /// <summary>Deletes journals without a log that are older than any log.</summary>
    internal Task PurgeJournalsBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(_table, TableClient.CreateQueryFilter($"RowKey ne {SyncKeys.Log} and Date lt {time}"), cancellationToken);

    /// <summary>Deletes the journal first: if the log remains, the next purge finds it.</summary>
    internal async Task PurgeAsync(SyncLog log, CancellationToken cancellationToken)
    {
        var partition = SyncKeys.Partition(log.Project, log.Token);
        await TableRows.DeleteAllAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ne {SyncKeys.Log}"),
            cancellationToken
        );
        await _table.DeleteEntityAsync(partition, SyncKeys.Log, ETag.All, cancellationToken);
    }

    private static TableEntity ToEntity(SyncLog log)
    {
        var entity = new TableEntity(SyncKeys.Partition(log.Project, log.Token), SyncKeys.Log)
        {
            [Column.User] = log.User.Value,
            [Column.RequestUser] = log.RequestUser.Value,
            [Column.Date] = log.Date,
            [Column.Previous] = log.Previous?.Value,
            [Column.DeviceId] = log.DeviceId,
            [Column.AppId] = log.AppId,
            [Column.Turn] = log.Turn,
            [Column.Blob] = log.Blob,
        };
        SpilledText.SetPacked(entity, Column.Owners, JsonSerializer.Serialize(log.Owners.Select(owner => owner.Value)));
        return entity;
    }

    private static SyncLog ToLog(TableEntity entity, ProjectId project, SyncToken token) =>
        new(
            project,
            token,
            new OwnerId(entity.GetString(Column.User)),
            new OwnerId(entity.GetString(Column.RequestUser)),
            entity.GetDateTimeOffset(Column.Date)!.Value,
            JsonSerializer
                .Deserialize<List<string>>(SpilledText.GetPacked(entity, Column.Owners)!)!
                .Select(owner => new OwnerId(owner))
                .ToHashSet(),
            entity.GetString(Column.Blob)
        )
        {
            Previous = SyncToken.TryParse(entity.GetString(Column.Previous), out var previous) ? previous : null,
            DeviceId = entity.GetString(Column.DeviceId),
            AppId = entity.GetString(Column.AppId),
            Turn = entity.GetInt32(Column.Turn)!.Value,
        };

    private static JournalEntry ToEntry(TableEntity entity) =>
        new(
            InstanceId.Parse(entity.GetString(Column.Instance)),
            entity.GetString(Column.XmlHash),
            entity.GetDateTimeOffset(Column.Date)!.Value,
            [
                .. JsonSerializer
                    .Deserialize<List<StoredEffect>>(SpilledText.GetPacked(entity, Column.Effects)!)!
                    .Select(effect => effect.ToEffect()),
            ]
        )
        {
            Date = entity.GetDateTimeOffset(Column.PhoneDate),
        };

    private sealed record StoredIndex(string Identifier, string? Target, string CaseType, CaseRelationship Relationship);

    private sealed record StoredEffect(
        string Case,
        bool Creates,
        string? Owner,
        bool Closes,
        IReadOnlyList<StoredIndex> Indices,
        int? Version
    )
    {
        public static StoredEffect Of(CaseEffect effect) =>
            new(
                effect.Case.Value,
                effect.Creates,
                effect.Owner?.Value,
                effect.Closes,
                [
                    .. effect.Indices.Select(index => new StoredIndex(
                        index.Identifier,
                        index.Target?.Value,
                        index.CaseType,
                        index.Relationship
                    )),
                ],
                effect.Version
            );

        public CaseEffect ToEffect() =>
            new(
                CaseId.FromStored(Case),
                Creates,
                Owner is null ? null : new OwnerId(Owner),
                Closes,
                [
                    .. Indices.Select(index => new CaseIndex(
                        index.Identifier,
                        index.Target is null ? null : CaseId.FromStored(index.Target),
                        index.CaseType,
                        index.Relationship
                    )),
                ],
                Version
            );
    }

    private static class Column
    {
        public const string User = "User";
        public const string RequestUser = "RequestUser";
        public const string Date = "Date";
        public const string PhoneDate = "PhoneDate";
        public const string Previous = "Previous";
        public const string DeviceId = "DeviceId";
        public const string AppId = "AppId";
        public const string Owners = "Owners";
        public const string Turn = "Turn";
        public const string Blob = "Blob";
        public const string Instance = "Instance";
        public const string XmlHash = "XmlHash";
        public const string Effects = "Effects";
    }
}
