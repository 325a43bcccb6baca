using System.Text.Json;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

public sealed partial class EntitiesTable
{
    private static TableEntity ToPlace(Dataset dataset, DatasetEntity entity) =>
        new(EntityKeys.Entities(dataset), EntityKeys.Entity(entity.Id))
        {
            [Column.TimelineKey] = EntityKeys.Timeline(entity.CreatedAt, entity.Id),
            [Column.Creator] = entity.Creator?.Value,
            [Column.Deleted] = entity.DeletedAt is not null,
        };

    private static TableEntity ToRow(Dataset dataset, DatasetEntity entity)
    {
        var row = new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Timeline(entity.CreatedAt, entity.Id))
        {
            [Column.Id] = entity.Id.Value,
            [Column.Creator] = entity.Creator?.Value,
            [Column.CreatedAt] = entity.CreatedAt,
            [Column.UpdatedAt] = entity.UpdatedAt,
            [Column.DeletedAt] = entity.DeletedAt,
            [Column.Conflict] = entity.Conflict,
            [Column.ResolvedVersion] = entity.ResolvedVersion,
        };
        SpilledText.SetPacked(row, Column.Version, JsonSerializer.Serialize(entity.Current with { Received = null }));
        return row;
    }

    private static TableEntity ToVersionRow(Dataset dataset, DatasetEntity entity)
    {
        var row = new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Version(entity.Id, entity.Current.Number));
        SpilledText.SetPacked(row, Column.Version, JsonSerializer.Serialize(entity.Current));
        return row;
    }

    private static EntityOutcome ToOutcome(TableEntity row) =>
        new(row.GetString(Column.InstanceId)!, row.GetBoolean(Column.Applied)!.Value, row.GetBoolean(Column.Waits)!.Value)
        {
            WaitsFor = row.GetString(Column.WaitsFor)?.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        };

    private static TableEntity ToEventRow(Dataset dataset, EntityId id, EntityEvent happened) =>
        new(EntityKeys.Entities(dataset), EntityKeys.NewEvent(id, happened.At))
        {
            [Column.Action] = happened.Action,
            [Column.Creator] = happened.Actor?.Value,
            [Column.CreatedAt] = happened.At,
            [Column.Notes] = happened.Notes,
        };

    private static EntityEvent ToEvent(TableEntity row) =>
        new(
            row.GetString(Column.Action)!,
            ToActor(row, Column.Creator),
            row.GetDateTimeOffset(Column.CreatedAt)!.Value,
            row.GetString(Column.Notes)
        );

    private static EntityStanding ToStanding(TableEntity place) =>
        new(
            EntityId.Parse(place.RowKey[EntityKeys.EntityPrefix.Length..]),
            ToActor(place, Column.Creator),
            place.GetBoolean(Column.Deleted)!.Value
        );

    private static readonly string[] HeadColumns =
    [
        "RowKey",
        Column.Id,
        Column.Creator,
        Column.CreatedAt,
        Column.UpdatedAt,
        Column.DeletedAt,
        Column.Conflict,
    ];

    private static EntityHead ToHead(TableEntity row) =>
        new(
            EntityId.Parse(row.GetString(Column.Id)),
            ToActor(row, Column.Creator),
            row.GetDateTimeOffset(Column.CreatedAt)!.Value,
            row.RowKey
        )
        {
            UpdatedAt = row.GetDateTimeOffset(Column.UpdatedAt),
            DeletedAt = row.GetDateTimeOffset(Column.DeletedAt),
            Conflict = row.GetString(Column.Conflict),
        };

    private static DatasetEntity ToDatasetEntity(TableEntity entity) => ToDatasetEntity(new EntityValues(entity));

    private static DatasetEntity ToDatasetEntity(IRowValues row) =>
        new(
            EntityId.Parse(row.GetString(Column.Id)),
            ToActor(row, Column.Creator),
            row.GetDateTimeOffset(Column.CreatedAt)!.Value,
            ToVersion(row)
        )
        {
            UpdatedAt = row.GetDateTimeOffset(Column.UpdatedAt),
            DeletedAt = row.GetDateTimeOffset(Column.DeletedAt),
            Conflict = row.GetString(Column.Conflict),
            ResolvedVersion = row.GetInt32(Column.ResolvedVersion),
        };

    private static EntityVersion ToVersion(TableEntity entity) => ToVersion(new EntityValues(entity));

    private static EntityVersion ToVersion(IRowValues row)
    {
        var version = JsonSerializer.Deserialize<EntityVersion>(Deflated.Unpack(SpilledText.GetPackedBytes(row, Column.Version)!))!;

        // Older versions did not count the label among what a creation received.
        return version is { Number: 1, Received: { } received } && !received.ContainsKey(EntityVersion.LabelName)
            ? version with
            {
                Received = EntityVersion.ReceivedOf(received, version.Label),
            }
            : version;
    }

    private static ActorId? ToActor(TableEntity entity, string column) => ToActor(new EntityValues(entity), column);

    private static ActorId? ToActor(IRowValues row, string column) => row.GetInt32(column) is { } actor ? new ActorId(actor) : null;

    private static class Column
    {
        public const string Stamp = "Stamp";
        public const string Id = "EntityId";
        public const string TimelineKey = "TimelineKey";
        public const string Creator = "Creator";
        public const string CreatedAt = "CreatedAt";
        public const string UpdatedAt = "UpdatedAt";
        public const string Deleted = "Deleted";
        public const string DeletedAt = "DeletedAt";
        public const string Conflict = "Conflict";
        public const string Version = "Version";
        public const string InstanceId = "InstanceId";
        public const string Applied = "Applied";
        public const string Waits = "Waits";
        public const string WaitsFor = "WaitsFor";
        public const string Form = "Form";
        public const string Bulk = "Bulk";
        public const string Project = "Project";
        public const string Dataset = "Dataset";
        public const string Action = "Action";
        public const string Notes = "Notes";
        public const string ResolvedVersion = "ResolvedVersion";
    }
}
