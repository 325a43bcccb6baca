using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Audits;

/// <summary>Table `audits`: one partition per day, newest first in both keys, so that the latest entries are read without
/// sorting.</summary>
public sealed class AuditsTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.AuditsTable);

    internal async Task AddAsync(AuditEntry entry, CancellationToken cancellationToken, string? partition = null)
    {
        var row = new TableEntity(partition ?? AuditKeys.Day(entry.LoggedAt), AuditKeys.NewEntry(entry.LoggedAt))
        {
            [nameof(AuditEntry.Actor)] = entry.Actor?.Value,
            [nameof(AuditEntry.Action)] = entry.Action,
            [nameof(AuditEntry.Actee)] = entry.Actee,
            [nameof(AuditEntry.LoggedAt)] = entry.LoggedAt,
        };
        if (entry.Notes is { } notes)
        {
            SpilledText.Set(row, nameof(AuditEntry.Notes), notes);
        }
        if (entry.Details is { } details)
        {
            SpilledText.Set(row, nameof(AuditEntry.Details), details);
        }
        await _table.AddEntityAsync(row, cancellationToken);
    }

    /// <summary>The entries of the days that the filter's times cover, newest first.</summary>
    internal async IAsyncEnumerable<AuditEntry> ListAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var newest = AuditKeys.Day(filter.End ?? DateTimeOffset.MaxValue);
        var oldest = AuditKeys.Day(filter.Start ?? DateTimeOffset.MinValue);
        var query = TableClient.CreateQueryFilter($"PartitionKey ge {newest} and PartitionKey le {oldest}");
        await foreach (var row in _table.QueryAsync<TableEntity>(query, cancellationToken: cancellationToken))
        {
            yield return ToEntry(row);
        }
    }

    /// <summary>The entries of one partition.</summary>
    internal async IAsyncEnumerable<AuditEntry> ListPartitionAsync(
        string partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var query = TableClient.CreateQueryFilter($"PartitionKey eq {partition}");
        await foreach (var row in _table.QueryAsync<TableEntity>(query, cancellationToken: cancellationToken))
        {
            yield return ToEntry(row);
        }
    }

    private static AuditEntry ToEntry(TableEntity row) =>
        new(
            row.GetInt32(nameof(AuditEntry.Actor)) is { } actor ? new ActorId(actor) : null,
            row.GetString(nameof(AuditEntry.Action))!,
            row.GetString(nameof(AuditEntry.Actee))!,
            SpilledText.Get(row, nameof(AuditEntry.Details)),
            row.GetDateTimeOffset(nameof(AuditEntry.LoggedAt))!.Value
        )
        {
            Notes = SpilledText.Get(row, nameof(AuditEntry.Notes)),
        };
}
