namespace ServerlessRosa.Core.Entities;

/// <summary>A version of an entity as the management API describes it (OR-239).</summary>
/// <param name="Conflict">One of <see cref="EntityConflict"/> when the version was not based on its predecessor.</param>
/// <param name="BaseDiff">The received values that differ from the version it was based on.</param>
/// <param name="ServerDiff">The received values that differ from its predecessor.</param>
public sealed record DescribedVersion(
    EntityVersion Version,
    bool IsCurrent,
    string? Conflict,
    bool IsResolved,
    IReadOnlyList<string> BaseDiff,
    IReadOnlyList<string> ServerDiff
)
{
    /// <summary>Whether it is the last version before the first unresolved conflict, or the current one when there is none.</summary>
    public bool IsLastGood { get; init; }

    /// <summary>
    /// Whether the version is part of an unresolved conflict: it is the last valid version or newer, or the base of one of those.
    /// </summary>
    public bool IsRelevant { get; init; }
}

/// <summary>Compares the versions of an entity with each other.</summary>
public static class EntityConflicts
{
    /// <param name="versions">All of them, oldest first.</param>
    public static IReadOnlyList<DescribedVersion> Describe(DatasetEntity entity, IReadOnlyList<EntityVersion> versions)
    {
        var described = new List<DescribedVersion>();
        var contiguous = new Dictionary<string, int>();
        foreach (var version in versions)
        {
            var conflict = ConflictOf(version, contiguous);
            var received = version.Received ?? new Dictionary<string, string>();
            described.Add(
                new DescribedVersion(
                    version,
                    version.Number == entity.Current.Number,
                    conflict,
                    // Without a conflict of the entity, all have been resolved.
                    conflict is not null
                        && (entity.Conflict is null || version.Number <= entity.ResolvedVersion),
                    Differences(received, Find(versions, version.BaseVersion)),
                    Differences(received, Find(versions, version.Number > 1 ? version.Number - 1 : null))
                )
            );
        }
        return Mark(described);
    }

    private static List<DescribedVersion> Mark(List<DescribedVersion> described)
    {
        var open = described.Find(one => one is { Conflict: not null, IsResolved: false });
        var lastGood = open is null ? described[^1].Version.Number : open.Version.Number - 1;
        var bases = open is null
            ? []
            : described.Where(one => one.Version.Number > lastGood).Select(one => one.Version.BaseVersion).ToHashSet();
        return
        [
            .. described.Select(one =>
                one with
                {
                    IsLastGood = one.Version.Number == lastGood,
                    IsRelevant = open is not null && (one.Version.Number >= lastGood || bases.Contains(one.Version.Number)),
                }
            ),
        ];
    }

    private static string? ConflictOf(EntityVersion version, Dictionary<string, int> contiguous)
    {
        var followsTrunk =
            version.Branch is not { } branch || version.BaseVersion is not { } basis || Extend(contiguous, branch, version) >= basis;
        return version.BaseVersion is null || (followsTrunk && version.Number == version.BaseVersion + 1) ? null
            : version.ConflictingProperties?.Count > 0 ? EntityConflict.Hard
            : EntityConflict.Soft;
    }

    // The last version of an offline branch before which there was no change from outside it, since the version it started with.
    private static int Extend(Dictionary<string, int> contiguous, string branch, EntityVersion version)
    {
        if (!contiguous.TryGetValue(branch, out var last))
        {
            last =
                version.TrunkVersion is { } trunk ? (version.Number == trunk + 1 ? version.Number : 0)
                : version.Number == 2 ? 2
                : 1;
        }
        else if (version.BaseVersion == last && version.Number == last + 1)
        {
            last = version.Number;
        }
        return contiguous[branch] = last;
    }

    private static EntityVersion? Find(IReadOnlyList<EntityVersion> versions, int? number) =>
        number is null ? null : versions.FirstOrDefault(version => version.Number == number);

    private static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> received, EntityVersion? other) =>
        other is null ? [] : [.. received.Where(value => EntityMerge.ValueOf(other, value.Key) != value.Value).Select(value => value.Key)];
}
