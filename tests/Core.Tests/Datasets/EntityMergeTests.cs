using ServerlessRosa.Core.Entities;
using Xunit;

namespace ServerlessRosa.Core.Tests.Datasets;

public sealed class EntityMergeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_change_of_the_latest_version_is_no_conflict()
    {
        var merged = EntityMerge.Apply(
            Entity(Version(2, "Ann", ("age", "30"), ("town", "Bonn"))),
            Version(2, "Ann", ("age", "30"), ("town", "Bonn")),
            Change("", ("age", "31")),
            interrupted: false
        );
        Assert.Null(merged.Conflict);
        Assert.Equal((3, "Ann", 2), (merged.Current.Number, merged.Current.Label, merged.Current.BaseVersion));
        Assert.Equal(new Dictionary<string, string> { ["age"] = "31", ["town"] = "Bonn" }, merged.Current.Data);
        Assert.Equal(new Dictionary<string, string> { ["age"] = "31" }, merged.Current.Received);
        Assert.Null(merged.Current.ConflictingProperties);
    }

    [Theory]
    [InlineData("age", "32", EntityConflict.Hard)]
    [InlineData("age", "31", EntityConflict.Soft)]
    [InlineData("town", "Kiel", EntityConflict.Soft)]
    [InlineData("colour", "red", EntityConflict.Soft)]
    public void A_change_of_an_older_version_is_hard_when_it_differs_where_others_changed_something(
        string property,
        string value,
        string conflict
    )
    {
        var latest = Version(3, "Ann", ("age", "31"), ("town", "Bonn"));
        var merged = EntityMerge.Apply(
            Entity(latest),
            Version(1, "Ann", ("age", "30"), ("town", "Bonn")),
            Change("", (property, value)),
            interrupted: false
        );
        Assert.Equal(conflict, merged.Conflict);
        Assert.Equal(value, merged.Current.Data[property]);
        Assert.Equal(conflict == EntityConflict.Hard ? [property] : [], merged.Current.ConflictingProperties!);
    }

    [Fact]
    public void A_label_can_be_in_conflict_too()
    {
        var merged = EntityMerge.Apply(Entity(Version(2, "Anna")), Version(1, "Ann"), Change("Anne"), interrupted: false);
        Assert.Equal((EntityConflict.Hard, "Anne"), (merged.Conflict, merged.Current.Label));
        Assert.Equal(["label"], merged.Current.ConflictingProperties!);
    }

    [Fact]
    public void A_hard_conflict_stays_until_it_is_resolved_and_an_interrupted_branch_is_a_soft_one()
    {
        var latest = Version(2, "Ann");
        Assert.Equal(
            EntityConflict.Hard,
            EntityMerge
                .Apply(Entity(latest) with { Conflict = EntityConflict.Hard }, Version(1, "Ann"), Change(""), interrupted: false)
                .Conflict
        );
        Assert.Equal(
            EntityConflict.Soft,
            EntityMerge.Apply(Entity(latest) with { Conflict = EntityConflict.Soft }, latest, Change(""), interrupted: false).Conflict
        );
        Assert.Equal(EntityConflict.Soft, EntityMerge.Apply(Entity(latest), latest, Change(""), interrupted: true).Conflict);
    }

    private static DatasetEntity Entity(EntityVersion current) => new(EntityId.New(), null, Now, current);

    private static EntityVersion Version(int number, string label, params (string Name, string Value)[] data) =>
        new(number, label, data.ToDictionary(property => property.Name, property => property.Value), null, Now);

    private static EntityVersion Change(string label, params (string Name, string Value)[] received) =>
        new(0, label, new Dictionary<string, string>(), null, Now)
        {
            Received = received.ToDictionary(property => property.Name, property => property.Value),
        };
}
