namespace ServerlessRosa.Core.Entities;

/// <summary>Merges an update into an entity when the update is based on an earlier version (OR-238 to OR-241).</summary>
public static class EntityMerge
{
    /// <summary>
    /// The entity with one more version: the latest one, overwritten with what <paramref name="change"/> received; a blank label keeps the
    /// previous one. Changes since <paramref name="basis"/> are a conflict: hard when they set a property of this change to another value,
    /// otherwise soft.
    /// </summary>
    /// <param name="change">Its number, data, base version and conflicting properties are set here.</param>
    /// <param name="interrupted">
    /// Whether other changes came between the updates of an offline branch, although the basis is the latest version.
    /// </param>
    public static DatasetEntity Apply(DatasetEntity entity, EntityVersion basis, EntityVersion change, bool interrupted)
    {
        var latest = entity.Current;
        var received = EntityVersion.ReceivedOf(change.Received!, change.Label);
        var unknown = basis.Number != latest.Number;
        var conflicting = unknown
            ? received.Keys.Where(name => Value(latest, name) != Value(basis, name) && received[name] != Value(latest, name)).ToList()
            : null;
        var data = new Dictionary<string, string>(latest.Data);
        foreach (var (name, value) in change.Received!)
        {
            data[name] = value;
        }
        return entity with
        {
            Current = change with
            {
                Number = latest.Number + 1,
                Label = change.Label.Length > 0 ? change.Label : latest.Label,
                Data = data,
                Received = received,
                BaseVersion = basis.Number,
                ConflictingProperties = conflicting,
            },
            UpdatedAt = change.CreatedAt,
            Conflict =
                entity.Conflict == EntityConflict.Hard || conflicting?.Count > 0 ? EntityConflict.Hard
                : unknown || interrupted ? EntityConflict.Soft
                : entity.Conflict,
        };
    }

    /// <summary>Null for a property that the version lacks.</summary>
    internal static string? ValueOf(EntityVersion version, string name) =>
        name == EntityVersion.LabelName ? version.Label : version.Data.GetValueOrDefault(name);

    private static string Value(EntityVersion version, string name) =>
        name == EntityVersion.LabelName ? version.Label : version.Data.GetValueOrDefault(name, "");
}
