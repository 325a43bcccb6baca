using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Entities;

/// <summary>The UUID of an entity, in lower case. Phones may write `uuid:` before it.</summary>
public readonly record struct EntityId
{
    private const string Prefix = "uuid:";

    private EntityId(string value) => Value = value;

    public string Value { get; }

    /// <summary>Any UUID: for looking up. Refuses what is none with 400.11 (OR-145).</summary>
    public static EntityId Parse(string? text) => TryParse(text) ?? throw Problem.InvalidDataType(text ?? "", "uuid").AsException();

    /// <summary>A random UUID, as a new entity needs one. Refuses another with 400.11.</summary>
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

/// <summary>An entity of a dataset: what it says now, and since when it is there.</summary>
public sealed record DatasetEntity(EntityId Id, ActorId? Creator, DateTimeOffset CreatedAt, EntityVersion Current)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>One of <see cref="EntityConflict"/>, until somebody resolves it; null when no two changes met.</summary>
    public string? Conflict { get; init; }
}

/// <summary>How an update met others that it did not know of.</summary>
public static class EntityConflict
{
    /// <summary>They changed other properties.</summary>
    public const string Soft = "soft";

    /// <summary>They changed a property that it changes too, to another value.</summary>
    public const string Hard = "hard";
}

/// <summary>One version of an entity, counted from 1. A property that it doesn't have is empty.</summary>
public sealed record EntityVersion(
    int Number,
    string Label,
    IReadOnlyDictionary<string, string> Data,
    ActorId? Creator,
    DateTimeOffset CreatedAt
)
{
    public const int MaxCharacters = 100_000;

    public string? UserAgent { get; init; }

    /// <summary>The submission that made it; null for one made through the management API.</summary>
    public EntitySource? Source { get; init; }

    /// <summary>The version that the update was made on.</summary>
    public int? BaseVersion { get; init; }

    /// <summary>The updates that a phone made one after the other while it was offline share a branch, and count from where it started
    /// (OR-238 to OR-241).</summary>
    public string? Branch { get; init; }

    public int? BranchBaseVersion { get; init; }

    public int? TrunkVersion { get; init; }

    /// <summary>What came in, of all that <see cref="Data"/> says.</summary>
    public IReadOnlyDictionary<string, string>? Received { get; init; }

    public IReadOnlyList<string>? ConflictingProperties { get; init; }

    /// <summary>Refuses a version that a row of a table could not hold with 400.13: the row has what came in and what came out of
    /// it.</summary>
    public EntityVersion RequireSize() =>
        Label.Length + Data.Sum(property => property.Key.Length + property.Value.Length) <= MaxCharacters
            ? this
            : throw Problem.ValueTooLong("entity", MaxCharacters).AsException();
}

/// <summary>A submission as a source of changes: however often it is edited, it makes each of them once. <see cref="Hash"/> is that of
/// its root instance id.</summary>
public sealed record EntityOrigin(ProjectId Project, int Form, string Hash);

/// <summary>What became of a submission: which of its instances was looked at last, whether any has changed an entity, and whether one
/// waits for approval.</summary>
public sealed record EntityOutcome(string InstanceId, bool Applied, bool Waits);

/// <summary>The instance of a form that an entity's version comes from.</summary>
public sealed record EntitySource(string XmlFormId, string InstanceId);
