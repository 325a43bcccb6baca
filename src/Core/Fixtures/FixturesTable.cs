using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The parts of a domain's fixtures; each has its own version.</summary>
internal enum FixtureKind
{
    Groups,
    Tables,
    Locations,
    Products,
}

/// <summary>The versions of a domain's fixtures; null for a part that never existed.</summary>
internal sealed record FixtureHead(string? Groups, string? Tables, string? Locations, string? Products);

/// <summary>The version of a part, null before its first change, and the head's own.</summary>
internal readonly record struct FixtureVersion(string? Part, ETag Head);

/// <summary>One row of a change.</summary>
internal readonly record struct FixtureWrite(TableTransactionActionType Type, string Row, object? Data, ETag Version)
{
    public static FixtureWrite Add(string row, object data) => new(TableTransactionActionType.Add, row, data, default);

    public static FixtureWrite Replace(string row, object data, ETag version) =>
        new(TableTransactionActionType.UpdateReplace, row, data, version);

    /// <summary>Changes the version of the row only; fails if the row was deleted.</summary>
    public static FixtureWrite Touch(string row) => new(TableTransactionActionType.UpdateMerge, row, null, ETag.All);

    public static FixtureWrite Delete(string row, ETag version) => new(TableTransactionActionType.Delete, row, null, version);
}

/// <summary>
/// Table `fixtures`: what phones of a domain get besides cases, each item as JSON in a row, and a head with the current versions.
/// </summary>
public sealed class FixturesTable(StorageAccount storage)
{
    private const string Data = "Data";
    private const string Version = "Version";
    private const int MaxAttempts = 20;
    private readonly TableClient _table = storage.Table(StorageNames.FixturesTable);

    /// <summary>One operation.</summary>
    internal async Task<FixtureHead> ReadHeadAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            FixtureKeys.Partition(project),
            FixtureKeys.Head,
            cancellationToken: cancellationToken
        );
        string? Of(FixtureKind kind) => found.HasValue ? found.Value!.GetString(kind.ToString()) : null;
        return new FixtureHead(Of(FixtureKind.Groups), Of(FixtureKind.Tables), Of(FixtureKind.Locations), Of(FixtureKind.Products));
    }

    /// <summary>One operation.</summary>
    internal async Task<(T Value, ETag Version)?> FindAsync<T>(ProjectId project, string row, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            FixtureKeys.Partition(project),
            row,
            cancellationToken: cancellationToken
        );
        return found.HasValue ? (Read<T>(found.Value!), found.Value!.ETag) : null;
    }

    /// <summary>The lookup tables, by tag, without their rows. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<LookupTable>> ListTablesAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var tables = new List<LookupTable>();
        var filter = TableKey.Prefix(FixtureKeys.Partition(project), FixtureKeys.Tables);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            tables.Add(Read<LookupTable>(entity) with { RowsVersion = entity.GetString(Version)! });
        }
        return [.. tables.OrderBy(table => table.Tag, StringComparer.Ordinal)];
    }

    /// <summary>In the order of their keys. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<T> ListAsync<T>(
        ProjectId project,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(FixtureKeys.Partition(project), prefix);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return Read<T>(entity);
        }
    }

    /// <summary>The same for who checks them.</summary>
    internal IAsyncEnumerable<StoredRow<T>> ScanAsync<T>(ProjectId project, string prefix, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableKey.Prefix(FixtureKeys.Partition(project), prefix), null, Read<T>, cancellationToken);

    /// <summary>
    /// Writes at most 99 rows and a new version in the head as one batch. Fails with 409 for an existing row, 412 for another version, 404
    /// for a deleted row. Returns the version of the last row. One operation.
    /// </summary>
    internal async Task<ETag> WriteAsync(
        ProjectId project,
        FixtureKind kind,
        IEnumerable<FixtureWrite> writes,
        CancellationToken cancellationToken
    )
    {
        var partition = FixtureKeys.Partition(project);
        var batch = writes.Select(write => new TableTransactionAction(write.Type, ToEntity(partition, write), write.Version)).ToList();

        // Any other version will do, so that changes don't wait for each other.
        batch.Add(
            new(TableTransactionActionType.UpsertMerge, new TableEntity(partition, FixtureKeys.Head) { [kind.ToString()] = NewVersion() })
        );
        var answers = (await _table.SubmitTransactionAsync(batch, cancellationToken)).Value;
        return answers[^2].Headers.ETag ?? default;
    }

    /// <summary>The same; null where a condition does not hold and nothing was written.</summary>
    internal async Task<ETag?> TryWriteAsync(
        ProjectId project,
        FixtureKind kind,
        IEnumerable<FixtureWrite> writes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await WriteAsync(project, kind, writes, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>To be read before what a change depends on. One operation.</summary>
    internal async Task<FixtureVersion> ReadVersionAsync(ProjectId project, FixtureKind kind, CancellationToken cancellationToken)
    {
        var head = await _table.GetEntityIfExistsAsync<TableEntity>(
            FixtureKeys.Partition(project),
            FixtureKeys.Head,
            cancellationToken: cancellationToken
        );
        return head.HasValue ? new FixtureVersion(head.Value!.GetString(kind.ToString()), head.Value.ETag) : default;
    }

    /// <summary>
    /// Writes at most 99 rows as one batch if nothing of that kind was changed since <paramref name="version"/> was read; null otherwise.
    /// Returns the new version. One operation, and two more each time that another kind was changed meanwhile.
    /// </summary>
    internal async Task<FixtureVersion?> TryWriteAsync(
        ProjectId project,
        FixtureKind kind,
        IReadOnlyCollection<FixtureWrite> writes,
        FixtureVersion version,
        CancellationToken cancellationToken
    )
    {
        var partition = FixtureKeys.Partition(project);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var head = new TableEntity(partition, FixtureKeys.Head) { [kind.ToString()] = NewVersion() };
            var batch = writes.Select(write => new TableTransactionAction(write.Type, ToEntity(partition, write), write.Version)).ToList();
            batch.Add(
                version.Head == default
                    ? new(TableTransactionActionType.Add, head)
                    : new(TableTransactionActionType.UpdateMerge, head, version.Head)
            );
            try
            {
                var answers = (await _table.SubmitTransactionAsync(batch, cancellationToken)).Value;
                return new FixtureVersion(head.GetString(kind.ToString()), answers[^1].Headers.ETag!.Value);
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
            {
                // Another part may have been changed, which does not matter here.
                var current = await ReadVersionAsync(project, kind, cancellationToken);
                if (current.Part != version.Part)
                {
                    return null;
                }
                version = current;
            }
        }
        return null;
    }

    /// <summary>Deletes all rows of a deleted lookup table. One operation per 1,000 found and one per 100 deleted.</summary>
    internal async Task DeleteRowsAsync(ProjectId project, string table, CancellationToken cancellationToken)
    {
        var partition = FixtureKeys.Partition(project);
        await foreach (
            var page in _table
                .QueryAsync<TableEntity>(TableKey.Prefix(partition, FixtureKeys.RowsOf(table)), cancellationToken: cancellationToken)
                .AsPages()
        )
        {
            await TableRows.DeleteAsync(
                _table,
                page.Values.SelectMany(row => new[] { row.RowKey, FixtureKeys.RowId(Read<LookupRow>(row).Id) })
                    .Select(key => new TableEntity(partition, key)),
                cancellationToken
            );
        }
    }

    /// <summary>An upper bound of the characters that the data of a row has in a batch, of which storage takes 4 MiB.</summary>
    internal static int SizeOf(object data)
    {
        // It is JSON inside of JSON: a quote takes six characters there, and a backslash two.
        var text = JsonSerializer.Serialize(data, data.GetType());
        return text.Length + (5 * text.Count(letter => letter == '"')) + text.Count(letter => letter == '\\');
    }

    private static string NewVersion() => Guid.NewGuid().ToString("N");

    private static TableEntity ToEntity(string partition, FixtureWrite write)
    {
        var entity = new TableEntity(partition, write.Row) { [Version] = NewVersion() };
        if (write.Data is { } data)
        {
            SpilledText.Set(entity, Data, JsonSerializer.Serialize(data, data.GetType()));
        }
        return entity;
    }

    private static T Read<T>(TableEntity entity) => JsonSerializer.Deserialize<T>(SpilledText.Get(entity, Data)!)!;
}
