using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Workers;
using Xunit;

namespace ServerlessRosa.Core.Tests.Fixtures;

/// <summary>When phones need the locations of their domain again (CC-042, CC-043).</summary>
public sealed class DomainDataTests
{
    private static readonly DateTimeOffset Noon = new(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, true)]
    [InlineData("2024-05-01T11:59:00Z", true)]
    [InlineData("2024-05-01T12:01:00Z", true)]
    [InlineData("2024-05-01T12:03:00Z", false)]
    public void Locations_are_sent_to_phones_that_have_not_seen_the_last_change(string? lastSync, bool sent)
    {
        var since = lastSync is null
            ? (DateTimeOffset?)null
            : DateTimeOffset.Parse(lastSync, System.Globalization.CultureInfo.InvariantCulture);
        var early = Noon.AddDays(-1);
        Assert.Equal(sent, Data(typeAt: Noon, locationAt: early).LocationsChangedFor(User(early), since));
        Assert.Equal(sent, Data(typeAt: early, locationAt: Noon).LocationsChangedFor(User(early), since));
        Assert.Equal(sent, Data(typeAt: early, locationAt: early).LocationsChangedFor(User(Noon), since));
    }

    [Fact]
    public void A_domain_without_locations_never_sends_any() =>
        Assert.False(new DomainData([], LocationTree.Empty, []).LocationsChangedFor(User(Noon), null));

    private static DomainData Data(DateTimeOffset typeAt, DateTimeOffset locationAt) =>
        new(
            [],
            new LocationTree(
                [new LocationType("state", "State", null) { ModifiedAt = typeAt }],
                [new Location("s-1", "Kano", "kano", "state", null) { ModifiedAt = locationAt }]
            ),
            []
        );

    private static DomainUser User(DateTimeOffset movedAt)
    {
        var id = new ProjectId(1);
        var worker = new MobileWorker(id, "jason", new OwnerId("u-1"), new ActorId(1), new DateOnly(2024, 1, 1))
        {
            LocationsChangedAt = movedAt,
        };
        return DomainUser.Of(new Project(id, "Demo", null, "demo", null, Noon, null), worker);
    }
}
