using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Workers;

/// <summary>Table `workers`: a row per username, which is the truth, and a row per user id, which names the username that it belongs
/// to.</summary>
public sealed class WorkersTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.WorkersTable);

    /// <summary>Deleted ones too. One operation.</summary>
    internal async Task<MobileWorker?> FindAsync(ProjectId project, string username, CancellationToken cancellationToken)
    {
        var (partition, row) = WorkerKeys.Worker(project, username);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? ToWorker(found.Value!, project) : null;
    }

    /// <summary>The worker for whom this user id was reserved, to be confirmed by the worker's own row. One operation.</summary>
    internal async Task<(ProjectId Project, string Username)?> FindClaimAsync(OwnerId userId, CancellationToken cancellationToken)
    {
        var (partition, row) = WorkerKeys.UserId(userId);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue
            ? (new ProjectId(found.Value!.GetInt32(Column.Project)!.Value), found.Value.GetString(Column.Username)!)
            : null;
    }

    /// <summary>False when another worker has the user id.</summary>
    internal Task<bool> ClaimAsync(MobileWorker worker, CancellationToken cancellationToken)
    {
        var (partition, row) = WorkerKeys.UserId(worker.UserId);
        var claim = new TableEntity(partition, row) { [Column.Project] = worker.Project.Value, [Column.Username] = worker.Username };
        return ConditionalWrite.RunAsync(
            async () =>
            {
                var held = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                if (held.HasValue && !await IsLeftOverAsync(held.Value!, worker.UserId, cancellationToken))
                {
                    return false;
                }
                await (
                    held.HasValue
                        ? _table.UpdateEntityAsync(claim, held.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                        : _table.AddEntityAsync(claim, cancellationToken)
                );
                return true;
            },
            cancellationToken
        );
    }

    // Left by an interrupted creation: its worker was never written, and it is too old for a running request.
    private async Task<bool> IsLeftOverAsync(TableEntity claim, OwnerId userId, CancellationToken cancellationToken) =>
        claim.Timestamp < DateTimeOffset.UtcNow.AddMinutes(-2)
        && (
            await FindAsync(new ProjectId(claim.GetInt32(Column.Project)!.Value), claim.GetString(Column.Username)!, cancellationToken)
        )?.UserId != userId;

    internal async Task ReleaseAsync(OwnerId userId, CancellationToken cancellationToken)
    {
        var (partition, row) = WorkerKeys.UserId(userId);
        await _table.DeleteEntityAsync(partition, row, ETag.All, cancellationToken);
    }

    /// <summary>Takes the place of a deleted worker of the same name. False when the username is taken. Two operations.</summary>
    internal Task<bool> TryAddAsync(MobileWorker worker, CancellationToken cancellationToken)
    {
        var (partition, row) = WorkerKeys.Worker(worker.Project, worker.Username);
        return ConditionalWrite.RunAsync(
            async () =>
            {
                var held = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                if (held.HasValue && ToWorker(held.Value!, worker.Project).DeletedAt is null)
                {
                    return false;
                }
                await (
                    held.HasValue
                        ? _table.UpdateEntityAsync(ToEntity(worker), held.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                        : _table.AddEntityAsync(ToEntity(worker), cancellationToken)
                );
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Replaces a worker that is not deleted by what <paramref name="change"/> makes of it, which must be pure. Null when
    /// there is none with this user id.</summary>
    internal Task<MobileWorker?> ChangeAsync(
        ProjectId project,
        string username,
        OwnerId userId,
        Func<MobileWorker, MobileWorker> change,
        CancellationToken cancellationToken
    )
    {
        var (partition, row) = WorkerKeys.Worker(project, username);
        return ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                if (!found.HasValue || ToWorker(found.Value!, project) is not { DeletedAt: null } current || current.UserId != userId)
                {
                    return null;
                }
                var next = change(current);
                await _table.UpdateEntityAsync(ToEntity(next), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                return next;
            },
            cancellationToken
        );
    }

    /// <summary>Deleted ones too, in no order. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<MobileWorker> ListAsync(ProjectId project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableKey.PartitionPrefix(WorkerKeys.PartitionsOf(project));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return ToWorker(entity, project);
        }
    }

    /// <summary>The same for who checks them.</summary>
    internal IAsyncEnumerable<StoredRow<MobileWorker>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            TableKey.PartitionPrefix(WorkerKeys.PartitionsOf(project)),
            null,
            entity => ToWorker(entity, project),
            cancellationToken
        );

    private static TableEntity ToEntity(MobileWorker worker)
    {
        var (partition, row) = WorkerKeys.Worker(worker.Project, worker.Username);
        var entity = new TableEntity(partition, row)
        {
            [Column.Username] = worker.Username,
            [Column.UserId] = worker.UserId.Value,
            [Column.Actor] = worker.Actor.Value,
            [Column.PasswordHash] = worker.PasswordHash,
            [Column.IsActive] = worker.IsActive,
            [Column.DeletedAt] = worker.DeletedAt,
            [Column.LocationsChangedAt] = worker.LocationsChangedAt,
        };
        SpilledText.Set(
            entity,
            Column.Profile,
            JsonSerializer.Serialize(
                new Profile(
                    worker.JoinedOn,
                    worker.FirstName,
                    worker.LastName,
                    worker.Email,
                    worker.Language,
                    worker.PhoneNumbers,
                    worker.UserData,
                    worker.Locations,
                    worker.PrimaryLocation
                )
            )
        );
        return entity;
    }

    private static MobileWorker ToWorker(TableEntity entity, ProjectId project)
    {
        var profile = JsonSerializer.Deserialize<Profile>(SpilledText.Get(entity, Column.Profile)!)!;
        return new MobileWorker(
            project,
            entity.GetString(Column.Username)!,
            new OwnerId(entity.GetString(Column.UserId)!),
            new ActorId(entity.GetInt32(Column.Actor)!.Value),
            profile.JoinedOn
        )
        {
            FirstName = profile.FirstName,
            LastName = profile.LastName,
            Email = profile.Email,
            Language = profile.Language,
            PhoneNumbers = profile.PhoneNumbers,
            UserData = profile.UserData,
            Locations = profile.Locations,
            PrimaryLocation = profile.PrimaryLocation,
            LocationsChangedAt = entity.GetDateTimeOffset(Column.LocationsChangedAt)!.Value,
            IsActive = entity.GetBoolean(Column.IsActive)!.Value,
            DeletedAt = entity.GetDateTimeOffset(Column.DeletedAt),
            PasswordHash = entity.GetString(Column.PasswordHash),
        };
    }

    private sealed record Profile(
        DateOnly JoinedOn,
        string FirstName,
        string LastName,
        string Email,
        string Language,
        IReadOnlyList<string> PhoneNumbers,
        IReadOnlyDictionary<string, string> UserData,
        IReadOnlyList<string> Locations,
        string? PrimaryLocation
    );

    private static class Column
    {
        public const string Project = "Project";
        public const string Username = "Username";
        public const string UserId = "UserId";
        public const string Actor = "Actor";
        public const string PasswordHash = "PasswordHash";
        public const string IsActive = "IsActive";
        public const string DeletedAt = "DeletedAt";
        public const string LocationsChangedAt = "LocationsChangedAt";
        public const string Profile = "Profile";
    }
}
