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
public sealed class AccountsTable(StorageAccount storage)
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

    /// <summary>
    /// The actor that reserved the address. The caller must compare with the actor's own row: an interrupted sign-up leaves a reservation
    /// without an account. One operation.
    /// </summary>
    internal async Task<ActorId?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Email(email);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? new ActorId(found.Value!.GetInt32(Column.Actor)!.Value) : null;
    }

    /// <summary>
    /// Reserves an address, or returns false when another account has it. A reservation whose account does not have the address is taken
    /// over: at once when that account was deleted, otherwise after two minutes, when no request can still be working on it. An actor's own
    /// reservation is rewritten, so that a concurrent release of it fails.
    /// </summary>
    internal Task<bool> ReserveEmailAsync(string email, ActorId actor, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Email(email);
        var reservation = new TableEntity(partition, row) { [Column.Actor] = actor.Value };
        return ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                if (found.HasValue && !await MayTakeAsync(found.Value!, email, actor, cancellationToken))
                {
                    return false;
                }
                await (
                    found.HasValue
                        ? _table.UpdateEntityAsync(reservation, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                        : _table.AddEntityAsync(reservation, cancellationToken)
                );
                return true;
            },
            cancellationToken
        );
    }

    private async Task<bool> MayTakeAsync(TableEntity reservation, string email, ActorId actor, CancellationToken cancellationToken)
    {
        var holder = new ActorId(reservation.GetInt32(Column.Actor)!.Value);
        return holder == actor
            || await FindAsync(null, holder, cancellationToken) switch
            {
                { DeletedAt: not null } => true,
                { } account when account.Email == AccountKeys.Normalise(email) => false,
                _ => reservation.Timestamp < DateTimeOffset.UtcNow.AddMinutes(-2),
            };
    }

    /// <summary>Releases an address that this actor reserved but does not have.</summary>
    internal async Task ReleaseEmailAsync(string email, ActorId actor, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Email(email);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        if (
            !found.HasValue
            || found.Value!.GetInt32(Column.Actor) != actor.Value
            || (
                await FindAsync(null, actor, cancellationToken) is { DeletedAt: null } account
                && account.Email == AccountKeys.Normalise(email)
            )
        )
        {
            return;
        }
        try
        {
            await _table.DeleteEntityAsync(partition, row, found.Value.ETag, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // A concurrent request reserved it again.
        }
    }

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

    /// <summary>Deletes all sessions of an actor except one, and returns the hashes of the deleted tokens.</summary>
    internal async Task<IReadOnlyList<string>> RemoveSessionsAsync(
        ActorId actor,
        string? exceptTokenHash,
        CancellationToken cancellationToken
    )
    {
        var (partition, prefix) = (AccountKeys.Partition(null, actor), AccountKeys.SessionsOf(actor));
        string[] keys = ["PartitionKey", "RowKey"];
        var removed = new List<string>();
        await foreach (
            var row in _table.QueryAsync<TableEntity>(
                TableKey.Prefix(partition, prefix),
                select: keys,
                cancellationToken: cancellationToken
            )
        )
        {
            var tokenHash = row.RowKey[prefix.Length..];
            if (tokenHash != exceptTokenHash)
            {
                await _table.DeleteEntityAsync(partition, row.RowKey, ETag.All, cancellationToken);
                removed.Add(tokenHash);
            }
        }
        return removed;
    }

    /// <summary>Deletes the sessions that expired before <paramref name="time"/>.</summary>
    internal Task RemoveExpiredSessionsAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var users = TableKey.PartitionPrefix(AccountKeys.PartitionsOf(null));
        return TableRows.DeleteAllAsync(_table, $"{users} and {TableClient.CreateQueryFilter($"ExpiresAt lt {time}")}", cancellationToken);
    }

    internal async Task AddSessionAsync(Session session, CancellationToken cancellationToken) =>
        await _table.AddEntityAsync(
            new TableEntity(AccountKeys.Partition(null, session.Actor), AccountKeys.Session(session.Actor, session.TokenHash))
            {
                [Column.Csrf] = session.Csrf,
                [Column.CreatedAt] = session.CreatedAt,
                [Column.ExpiresAt] = session.ExpiresAt,
            },
            cancellationToken
        );

    /// <summary>One operation.</summary>
    internal async Task<Session?> FindSessionAsync(ActorId actor, string tokenHash, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            AccountKeys.Partition(null, actor),
            AccountKeys.Session(actor, tokenHash),
            cancellationToken: cancellationToken
        );
        return found.HasValue
            ? new Session(
                actor,
                tokenHash,
                found.Value!.GetString(Column.Csrf)!,
                found.Value.GetDateTimeOffset(Column.CreatedAt)!.Value,
                found.Value.GetDateTimeOffset(Column.ExpiresAt)!.Value
            )
            : null;
    }

    /// <summary>Returns false when there is none.</summary>
    internal async Task<bool> RemoveSessionAsync(ActorId actor, string tokenHash, CancellationToken cancellationToken)
    {
        var response = await _table.DeleteEntityAsync(
            AccountKeys.Partition(null, actor),
            AccountKeys.Session(actor, tokenHash),
            ETag.All,
            cancellationToken
        );
        return response.Status != 404;
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
