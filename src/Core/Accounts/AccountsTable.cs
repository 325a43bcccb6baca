using System.Collections.ObjectModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Table `accounts`: actors with their grants, sessions, and the reservations that keep e-mail addresses unique.</summary>
public sealed partial class AccountsTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.AccountsTable);

    /// <summary>Reserves a new actor number. Two operations; gaps are possible.</summary>
    internal Task<ActorId> NextIdAsync(CancellationToken cancellationToken) =>
        Sequences.NextAsync(_table, AccountKeys.Sequence.Partition, AccountKeys.Sequence.Row, id => new ActorId(id), cancellationToken);

    /// <summary>The highest number that an actor has. One operation.</summary>
    internal Task<int> FindLastIdAsync(CancellationToken cancellationToken) =>
        Sequences.FindLastAsync(_table, AccountKeys.Sequence.Partition, AccountKeys.Sequence.Row, cancellationToken);

    /// <summary>Marks this number, and all lower ones, as used. One or two operations.</summary>
    internal Task ReserveIdAsync(int id, CancellationToken cancellationToken) =>
        Sequences.ReserveAsync(_table, AccountKeys.Sequence.Partition, AccountKeys.Sequence.Row, id, cancellationToken);

    /// <summary>One operation.</summary>
    internal async Task<Actor?> FindAsync(ProjectId? project, ActorId id, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            AccountKeys.Partition(project, id),
            AccountKeys.Actor(id),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToActor(found.Value!, project) : null;
    }

    /// <summary>The actor with the ETag that <see cref="TryReplaceAsync"/> takes. One operation.</summary>
    internal async Task<(Actor Actor, ETag Version)?> FindVersionAsync(ProjectId? project, ActorId id, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            AccountKeys.Partition(project, id),
            AccountKeys.Actor(id),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? (ToActor(found.Value!, project), found.Value!.ETag) : null;
    }

    /// <summary>False when the actor has changed since <paramref name="version"/>.</summary>
    internal Task<bool> TryReplaceAsync(Actor actor, ETag version, CancellationToken cancellationToken) =>
        SucceedsAsync(_table.UpdateEntityAsync(ToEntity(actor), version, TableUpdateMode.Replace, cancellationToken));

    internal async Task AddAsync(Actor actor, CancellationToken cancellationToken) =>
        await _table.AddEntityAsync(ToEntity(actor), cancellationToken);

    /// <summary>
    /// Replaces the actor by the result of <paramref name="change"/>, which must be pure; a null result changes nothing. Returns null when
    /// there is no such actor.
    /// </summary>
    internal Task<Actor?> ChangeAsync(ProjectId? project, ActorId id, Func<Actor, Actor?> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                    AccountKeys.Partition(project, id),
                    AccountKeys.Actor(id),
                    cancellationToken: cancellationToken
                );
                if (!found.HasValue)
                {
                    return null;
                }
                var current = ToActor(found.Value!, project);
                if (change(current) is not { } next)
                {
                    return current;
                }
                await _table.UpdateEntityAsync(ToEntity(next), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                return next;
            },
            cancellationToken
        );

    /// <summary>Returns false when there is none.</summary>
    internal async Task<bool> RemoveAsync(ProjectId? project, ActorId id, CancellationToken cancellationToken)
    {
        var response = await _table.DeleteEntityAsync(
            AccountKeys.Partition(project, id),
            AccountKeys.Actor(id),
            ETag.All,
            cancellationToken
        );
        return response.Status != 404;
    }

    /// <summary>
    /// A project's app users and public links, or all web users including deleted ones, in no particular order. One operation per 1,000.
    /// </summary>
    internal async IAsyncEnumerable<Actor> ListAsync(ProjectId? project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableKey.PartitionPrefix(AccountKeys.PartitionsOf(project));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            if (entity.ContainsKey(Column.Kind))
            {
                yield return ToActor(entity, project);
            }
        }
    }

    /// <summary>The same rows for verification, without sessions. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<Actor>> ScanAsync(ProjectId? project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            $"{TableKey.PartitionPrefix(AccountKeys.PartitionsOf(project))} and {Column.Kind} ge ''",
            null,
            entity => ToActor(entity, project),
            cancellationToken
        );

    /// <summary>The list of administrators and its ETag; null when there has never been one. One operation.</summary>
    internal async Task<(IReadOnlyList<ActorId> Listed, ETag? Version)> FindAdministratorsAsync(CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Administrators;
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        if (!found.HasValue)
        {
            return ([], null);
        }
        var ids = (SpilledText.Get(found.Value!, Column.Administrators) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return ([.. ids.Select(id => new ActorId(int.Parse(id, CultureInfo.InvariantCulture)))], found.Value!.ETag);
    }

    /// <summary>False when the list has changed since <paramref name="version"/>. One operation.</summary>
    internal async Task<bool> TryListAdministratorsAsync(IEnumerable<ActorId> listed, ETag? version, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Administrators;
        var next = new TableEntity(partition, row);
        SpilledText.Set(next, Column.Administrators, string.Join(' ', listed));
        return await SucceedsAsync(
            version is { } tag
                ? _table.UpdateEntityAsync(next, tag, TableUpdateMode.Replace, cancellationToken)
                : _table.AddEntityAsync(next, cancellationToken)
        );
    }

    private static async Task<bool> SucceedsAsync(Task<Response> write)
    {
        try
        {
            await write;
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return false;
        }
    }

    private static TableEntity ToEntity(Actor actor)
    {
        var entity = new TableEntity(AccountKeys.Partition(actor.Project, actor.Id), AccountKeys.Actor(actor.Id))
        {
            [Column.Kind] = actor.Kind.ToString(),
            [Column.DisplayName] = actor.DisplayName,
            [Column.CreatedAt] = actor.CreatedAt,
            [Column.UpdatedAt] = actor.UpdatedAt,
            [Column.DeletedAt] = actor.DeletedAt,
            [Column.CreatedBy] = actor.CreatedBy?.Value,
            [Column.Email] = actor.Email,
            [Column.LastLoginAt] = actor.LastLoginAt,
            [Column.Form] = actor.Form,
            [Column.Once] = actor.Once,
            [Column.KeyHash] = actor.KeyHash,
            [Column.ProtectedKey] = actor.ProtectedKey,
            [Column.PasswordHash] = actor.PasswordHash,
            [Column.Properties] = actor.Properties.Count == 0 ? null : JsonSerializer.Serialize(actor.Properties),
            [Column.ResetHash] = actor.ResetHash,
            [Column.ResetExpiresAt] = actor.ResetExpiresAt,
        };
        SpilledText.Set(entity, Column.Grants, actor.Grants.ToString());
        return entity;
    }

    private static Actor ToActor(TableEntity entity, ProjectId? project) =>
        new(
            new ActorId(int.Parse(entity.RowKey, CultureInfo.InvariantCulture)),
            Enum.Parse<ActorKind>(entity.GetString(Column.Kind)!),
            entity.GetString(Column.DisplayName)!,
            Grants.Parse(SpilledText.Get(entity, Column.Grants)),
            entity.GetDateTimeOffset(Column.CreatedAt)!.Value
        )
        {
            Project = project,
            UpdatedAt = entity.GetDateTimeOffset(Column.UpdatedAt),
            DeletedAt = entity.GetDateTimeOffset(Column.DeletedAt),
            CreatedBy = entity.GetInt32(Column.CreatedBy) is { } creator ? new ActorId(creator) : null,
            Email = entity.GetString(Column.Email),
            LastLoginAt = entity.GetDateTimeOffset(Column.LastLoginAt),
            Form = entity.GetInt32(Column.Form),
            Once = entity.GetBoolean(Column.Once),
            KeyHash = entity.GetString(Column.KeyHash),
            ProtectedKey = entity.GetString(Column.ProtectedKey),
            PasswordHash = entity.GetString(Column.PasswordHash),
            Properties = entity.GetString(Column.Properties) is { } properties
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(properties)!
                : ReadOnlyDictionary<string, string>.Empty,
            ResetHash = entity.GetString(Column.ResetHash),
            ResetExpiresAt = entity.GetDateTimeOffset(Column.ResetExpiresAt),
        };

    private static class Column
    {
        public const string Actor = "Actor";
        public const string Kind = "Kind";
        public const string DisplayName = "DisplayName";
        public const string Grants = "Grants";
        public const string Properties = "Properties";
        public const string CreatedAt = "CreatedAt";
        public const string UpdatedAt = "UpdatedAt";
        public const string DeletedAt = "DeletedAt";
        public const string CreatedBy = "CreatedBy";
        public const string Administrators = "Administrators";
        public const string Email = "Email";
        public const string LastLoginAt = "LastLoginAt";
        public const string Form = "Form";
        public const string Once = "Once";
        public const string KeyHash = "KeyHash";
        public const string ProtectedKey = "ProtectedKey";
        public const string PasswordHash = "PasswordHash";
        public const string ResetHash = "ResetHash";
        public const string ResetExpiresAt = "ResetExpiresAt";
        public const string Csrf = "Csrf";
        public const string ExpiresAt = "ExpiresAt";
    }
}
