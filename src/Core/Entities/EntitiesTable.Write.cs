using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

public sealed partial class EntitiesTable
{
    /// <summary>
    /// Adds an entity. False when the id is in use (also by a deleted entity), or the origin has already created it. One operation.
    /// </summary>
    internal Task<bool> AddAsync(Dataset dataset, DatasetEntity entity, EntityOrigin? origin, CancellationToken cancellationToken) =>
        SubmitAsync(
            dataset,
            entity.Creator,
            [
                new(TableTransactionActionType.Add, ToPlace(dataset, entity)),
                new(TableTransactionActionType.Add, ToRow(dataset, entity)),
                new(TableTransactionActionType.Add, ToVersionRow(dataset, entity)),
                .. Applied(dataset, entity, origin),
            ],
            cancellationToken
        );

    /// <summary>
    /// Adds a version to the entity that was read. False when it has changed since, or the origin has already changed it. One operation.
    /// </summary>
    internal Task<bool> AddVersionAsync(
        Dataset dataset,
        StoredEntity before,
        DatasetEntity next,
        EntityOrigin? origin,
        EntityEvent? happened,
        CancellationToken cancellationToken
    ) =>
        SubmitAsync(
            dataset,
            next.Creator,
            [
                new(TableTransactionActionType.UpdateReplace, ToRow(dataset, next), before.ETag),
                new(TableTransactionActionType.Add, ToVersionRow(dataset, next)),
                .. Applied(dataset, next, origin),
                .. Happened(dataset, next, happened),
            ],
            cancellationToken
        );

    /// <summary>Replaces the entity without a new version. False when it has changed since it was read. One operation.</summary>
    internal Task<bool> ReplaceAsync(
        Dataset dataset,
        StoredEntity before,
        DatasetEntity next,
        EntityEvent happened,
        CancellationToken cancellationToken
    ) =>
        SubmitAsync(
            dataset,
            next.Creator,
            [
                new(TableTransactionActionType.UpdateReplace, ToRow(dataset, next), before.ETag),
                new(TableTransactionActionType.UpsertReplace, ToPlace(dataset, next)),
                .. Happened(dataset, next, happened),
            ],
            cancellationToken
        );

    /// <summary>
    /// Whether the origin, which the source describes, has created or changed the entity. One operation, and one more for a mark of another
    /// form or of an older version.
    /// </summary>
    internal async Task<EntityMark> FindMarkAsync(
        Dataset dataset,
        EntityId id,
        EntityOrigin origin,
        EntitySource source,
        CancellationToken cancellationToken
    )
    {
        var mark = await ReadMarkAsync(dataset, id, origin with { IsNamesake = false }, cancellationToken);
        if (mark is null)
        {
            return EntityMark.None;
        }
        // Older versions did not record the form: the entity version that the submission created has it.
        var isOwn = mark.GetInt32(Column.Form) is { } form
            ? form == origin.Form
            : (await ListVersionsAsync(dataset, id, cancellationToken)).Any(version => IsOf(version.Source, origin, source));
        return isOwn || await ReadMarkAsync(dataset, id, origin with { IsNamesake = true }, cancellationToken) is not null
            ? EntityMark.Own
            : EntityMark.OfOtherForm;
    }

    private static bool IsOf(EntitySource? made, EntityOrigin origin, EntitySource source) =>
        made is not null
        && made.XmlFormId == source.XmlFormId
        && (made.InstanceId == source.InstanceId || TableKey.Hash(made.InstanceId) == origin.Hash);

    private async Task<TableEntity?> ReadMarkAsync(Dataset dataset, EntityId id, EntityOrigin origin, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Applied(id, origin),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? found.Value : null;
    }

    /// <summary>Null for a submission that has not been processed yet. One operation.</summary>
    internal async Task<EntityOutcome?> FindOutcomeAsync(EntityOrigin origin, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Submissions(origin),
            EntityKeys.Submission(origin),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToOutcome(found.Value!) : null;
    }

    /// <summary>Overwrites an earlier outcome; applied changes are recorded with the entities themselves. One operation.</summary>
    internal async Task WriteOutcomeAsync(EntityOrigin origin, EntityOutcome outcome, CancellationToken cancellationToken) =>
        await _table.UpsertEntityAsync(
            new TableEntity(EntityKeys.Submissions(origin), EntityKeys.Submission(origin))
            {
                [Column.InstanceId] = outcome.InstanceId,
                [Column.Applied] = outcome.Applied,
                [Column.Waits] = outcome.Waits,
                [Column.WaitsFor] = outcome.WaitsFor is { } datasets ? string.Join(' ', datasets) : null,
            },
            TableUpdateMode.Replace,
            cancellationToken
        );

    /// <summary>The submissions of a project whose entities wait for approval. One operation per 1,000 submissions with entities.</summary>
    internal IAsyncEnumerable<WaitingOutcome> ListWaitingAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var filter = $"{TableKey.PartitionPrefix(EntityKeys.SubmissionsOf(project))} and {Column.Waits} eq true";
        return _table
            .QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken)
            .Select(row => new WaitingOutcome(EntityKeys.FormOf(row.PartitionKey), row.RowKey, ToOutcome(row)));
    }

    private async Task<bool> SubmitAsync(
        Dataset dataset,
        ActorId? creator,
        List<TableTransactionAction> changes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await _table.SubmitTransactionAsync([.. changes, .. Stamps(dataset, creator)], cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    // Stamps are replaced unconditionally: any new value shows that something has changed.
    private static IEnumerable<TableTransactionAction> Stamps(Dataset dataset, ActorId? creator)
    {
        var partition = EntityKeys.Entities(dataset);
        string[] rows = creator is { } id ? [EntityKeys.Head, EntityKeys.HeadOf(id)] : [EntityKeys.Head];
        return rows.Select(row => new TableTransactionAction(
            TableTransactionActionType.UpsertReplace,
            new TableEntity(partition, row) { [Column.Stamp] = DatasetKeys.NewStamp() }
        ));
    }

    private static IEnumerable<TableTransactionAction> Applied(Dataset dataset, DatasetEntity entity, EntityOrigin? origin) =>
        origin is null
            ? []
            :
            [
                new(
                    TableTransactionActionType.Add,
                    new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Applied(entity.Id, origin)) { [Column.Form] = origin.Form }
                ),
            ];

    private static IEnumerable<TableTransactionAction> Happened(Dataset dataset, DatasetEntity entity, EntityEvent? happened) =>
        happened is null ? [] : [new(TableTransactionActionType.Add, ToEventRow(dataset, entity.Id, happened))];
}
