namespace ServerlessRosa.Core.Entities;

/// <summary>What becomes of an entity when a change comes in that was made on one of its versions, perhaps not the latest (OR-238 to
/// OR-241).</summary>
public static class EntityMerge
{
    // No property can have this name, so the label can stand among them.
    private const string Label = "label";

    /// <summary>
    /// The entity with one more version: the latest one, overlaid with what <paramref name="change"/> received; a blank label keeps the
    /// one before. Changes that <paramref name="basis"/> did not know of are a conflict: hard when they gave a property another value
    /// than this one does, else soft.
    /// </summary>
    /// <param name="change">Number, data, base version and conflicting properties are filled in here.</param>
    /// <param name="interrupted">Changes of others came in between, although the basis is the latest version (an offline branch).</param>
    public static DatasetEntity Apply(DatasetEntity entity, EntityVersion basis, EntityVersion change, bool interrupted)
    {
        var latest = entity.Current;
        var received = new Dictionary<string, string>(change.Received!);
        if (change.Label.Length > 0)
        {
            received[Label] = change.Label;
        }
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

    private static string Value(EntityVersion version, string name) =>
        name == Label ? version.Label : version.Data.GetValueOrDefault(name, "");
}
