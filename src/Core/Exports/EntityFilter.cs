using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>The properties that `$filter` and `$orderby` of entities may use.</summary>
internal static class EntityField
{
    public const string CreatedAt = "__system/createdAt";
    private const string DeletedAt = "__system/deletedAt";

    /// <summary>Refuses another name with 501.5.</summary>
    public static Func<EntityHead, object?> Read(string name) =>
        name switch
        {
            "__id" => entity => entity.Id.Value,
            CreatedAt => entity => Milliseconds(entity.CreatedAt),
            "__system/updatedAt" => entity => entity.UpdatedAt is { } time ? Milliseconds(time) : null,
            DeletedAt => entity => entity.DeletedAt is { } time ? Milliseconds(time) : null,
            "__system/creatorId" => entity => entity.Creator is { } creator ? (double)creator.Value : null,
            "__system/conflict" => entity => entity.Conflict,
            _ => throw Problem.UnsupportedODataField(name).AsException(),
        };

    public static bool IsDeletedAt(string name) => name == DeletedAt;

    private static DateTimeOffset Milliseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}

/// <summary>`$filter` of entities.</summary>
public sealed class EntityFilter : RowFilter<EntityHead>
{
    private static readonly EntityHead Example = new(EntityId.New(), new ActorId(1), DateTimeOffset.UnixEpoch, "")
    {
        UpdatedAt = DateTimeOffset.UnixEpoch,
        DeletedAt = DateTimeOffset.UnixEpoch,
        Conflict = EntityConflict.Soft,
    };

    private EntityFilter(string text, DateTimeOffset now)
        : base(text, now, Example, EntityField.Read, EntityField.IsDeletedAt) { }

    /// <summary>Refuses as <see cref="RowFilter{T}"/> does.</summary>
    public static EntityFilter Parse(string text, DateTimeOffset now) => new(text, now);
}

/// <summary>`$orderby` of entities.</summary>
public sealed class EntityOrder : RowOrder<EntityHead>
{
    private EntityOrder(string text)
        : base(text, EntityField.Read, EntityField.CreatedAt) { }

    /// <summary>Refuses as <see cref="RowOrder{T}"/> does.</summary>
    public static EntityOrder Parse(string text) => new(text);
}

/// <summary>Which entities of a dataset are wanted: `$filter` and `$search`.</summary>
public sealed record EntitySelection(EntityFilter? Filter, string? Search)
{
    /// <summary>All entities that are not deleted.</summary>
    public static EntitySelection All { get; } = new(null, null);

    public bool IsAll => Filter is null && Search is null;

    /// <summary>Deleted entities are included only if the filter refers to deletion.</summary>
    public bool Takes(EntityHead entity) =>
        (entity.DeletedAt is null || Filter is { AsksForDeleted: true }) && Filter?.Matches(entity) != false;

    /// <summary>Whether the text is part of the id, the label or a value, ignoring case.</summary>
    public bool Takes(DatasetEntity entity) =>
        Takes(entity.Head)
        && (
            Search is not { Length: > 0 } text
            || Contains(entity.Id.Value, text)
            || Contains(entity.Current.Label, text)
            || entity.Current.Data.Values.Any(value => Contains(value, text))
        );

    private static bool Contains(string value, string text) => value.Contains(text, StringComparison.OrdinalIgnoreCase);
}
