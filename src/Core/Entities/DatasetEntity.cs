using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Entities;

/// <summary>The UUID of an entity in lower case. Phones may prefix it with `uuid:`.</summary>
public readonly record struct EntityId
{
    private const string Prefix = "uuid:";

    private EntityId(string value) => Value = value;

    public string Value { get; }

    /// <summary>Parses any UUID, for look-ups. Refuses other text with 400.11 (OR-145).</summary>
    public static EntityId Parse(string? text) => TryParse(text) ?? throw Problem.InvalidDataType(text ?? "", "uuid").AsException();

    /// <summary>Parses a random (version 4) UUID, as required for a new entity. Refuses other text with 400.11.</summary>
    public static EntityId ParseRandom(string? text) =>
        TryParse(text)
            is { Value: [.., '-', '4', _, _, _, '-', '8' or '9' or 'a' or 'b', _, _, _, '-', _, _, _, _, _, _, _, _, _, _, _, _] } id
            ? id
            : throw Problem.InvalidDataType(text ?? "", "valid version 4 UUID").AsException();

    public static EntityId? TryParse(string? text)
    {
        var digits = text.AsSpan().Trim();
        if (digits.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[Prefix.Length..];
        }
        return Guid.TryParseExact(digits, "D", out var uuid) ? new EntityId(uuid.ToString("D")) : null;
    }

    public static EntityId New() => new(Guid.NewGuid().ToString("D"));

    public override string ToString() => Value;
}

/// <summary>An entity of a dataset with its current version.</summary>
public sealed record DatasetEntity(EntityId Id, ActorId? Creator, DateTimeOffset CreatedAt, EntityVersion Current)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>One of <see cref="EntityConflict"/> until it is resolved; null when there is no conflict.</summary>
    public string? Conflict { get; init; }

    /// <summary>The version that was current when a conflict was last resolved; null when none was.</summary>
    public int? ResolvedVersion { get; init; }

    /// <summary>Whether it was purged; only its id is kept.</summary>
    public bool IsPurged => Current.Number == 0;

    internal static DatasetEntity Purged(EntityId id, ActorId? creator) =>
        new(id, creator, default, new EntityVersion(0, "", new Dictionary<string, string>(), creator, default))
        {
            DeletedAt = DateTimeOffset.UnixEpoch,
        };

    public EntityHead Head =>
        new(Id, Creator, CreatedAt, EntityKeys.Timeline(CreatedAt, Id))
        {
            UpdatedAt = UpdatedAt,
            DeletedAt = DeletedAt,
            Conflict = Conflict,
        };
}

/// <summary>An event of an entity that made no version, such as `entity.delete`, for its audit log.</summary>
public sealed record EntityEvent(string Action, ActorId? Actor, DateTimeOffset At, string? Notes)
{
    public const string Delete = "entity.delete";
    public const string Restore = "entity.restore";
    public const string Resolve = "entity.update.resolve";
    public const string BulkDelete = "entity.bulk.delete";
    public const string BulkRestore = "entity.bulk.restore";
}

/// <summary>The kinds of conflict between an update and changes that it was not based on.</summary>
public static class EntityConflict
{
    /// <summary>The other changes are to other properties.</summary>
    public const string Soft = "soft";

    /// <summary>The other changes set the same property to another value.</summary>
    public const string Hard = "hard";
}

/// <summary>One version of an entity, numbered from 1. A missing property is empty.</summary>
public sealed record EntityVersion(
    int Number,
    string Label,
    IReadOnlyDictionary<string, string> Data,
    ActorId? Creator,
    DateTimeOffset CreatedAt
)
{
    public const int MaxCharacters = 100_000;

    /// <summary>The name of the label among received values; no property has it.</summary>
    public const string LabelName = "label";

    public string? UserAgent { get; init; }

    /// <summary>The submission that made this version; null for the management API.</summary>
    public EntitySource? Source { get; init; }

    /// <summary>The file from which it was created together with others.</summary>
    public EntityBulkSource? Bulk { get; init; }

    /// <summary>The note that the client of the management API sent with it.</summary>
    public string? Notes { get; init; }

    /// <summary>The version that the update is based on.</summary>
    public int? BaseVersion { get; init; }

    /// <summary>
    /// The id shared by the updates that a phone made in sequence while offline; their base versions count from the version the phone
    /// started with (OR-238 to OR-241).
    /// </summary>
    public string? Branch { get; init; }

    public int? BranchBaseVersion { get; init; }

    public int? TrunkVersion { get; init; }

    /// <summary>The values set by the creation or update: properties, and the label as <see cref="LabelName"/>.</summary>
    public IReadOnlyDictionary<string, string>? Received { get; init; }

    /// <summary>Values with a label, as <see cref="Received"/> has them; a blank label is left out.</summary>
    public static IReadOnlyDictionary<string, string> ReceivedOf(IReadOnlyDictionary<string, string> values, string? label) =>
        string.IsNullOrEmpty(label) ? values : new Dictionary<string, string>(values) { [LabelName] = label };

    public IReadOnlyList<string>? ConflictingProperties { get; init; }

    /// <summary>
    /// Refuses with 400.13 a version that is too large for a table row, which stores both the received values and the result.
    /// </summary>
    public EntityVersion RequireSize() =>
        Label.Length + Data.Sum(property => property.Key.Length + property.Value.Length) <= MaxCharacters
            ? this
            : throw Problem.ValueTooLong("entity", MaxCharacters).AsException();
}

/// <summary>
/// A submission as the origin of entity changes: it makes each change once, however often it is edited. <see cref="Hash"/> is the hash of
/// its root instance id.
/// </summary>
public sealed record EntityOrigin(ProjectId Project, int Form, string Hash)
{
    /// <summary>Whether a submission of another form with the same root instance id has changed the entity before.</summary>
    public bool IsNamesake { get; init; }
}

/// <summary>Whether a submission has changed an entity.</summary>
public enum EntityMark
{
    None,
    Own,

    /// <summary>Only a submission of another form with the same instance id has.</summary>
    OfOtherForm,
}

/// <summary>
/// The result of processing a submission: the last processed instance, whether any instance changed an entity, and whether an entity waits
/// for approval.
/// </summary>
public sealed record EntityOutcome(string InstanceId, bool Applied, bool Waits)
{
    /// <summary>The keys of the datasets whose approval is awaited; null in a row of an older version.</summary>
    public IReadOnlyList<string>? WaitsFor { get; init; }
}

/// <summary>A submission whose entities wait for approval: its form, the hash of its root instance id, and the outcome.</summary>
public sealed record WaitingOutcome(int Form, string Hash, EntityOutcome Outcome);

/// <summary>The file that entities were created from in one call: its name, its size in bytes, and their number.</summary>
public sealed record EntityBulkSource(string Name, long? Size, int Count);

/// <summary>An entity without its values, and its place in the timeline.</summary>
public sealed record EntityHead(EntityId Id, ActorId? Creator, DateTimeOffset CreatedAt, string Place)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    public string? Conflict { get; init; }
}

/// <summary>The form and instance that an entity version comes from.</summary>
public sealed record EntitySource(string XmlFormId, string InstanceId);
