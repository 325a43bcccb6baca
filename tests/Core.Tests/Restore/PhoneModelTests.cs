using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Syncs;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>The server's model of a phone follows what the phone does.</summary>
public sealed class PhoneModelTests
{
    [Fact]
    public void A_case_that_the_phone_creates_is_on_it()
    {
        var model = ModelWith("");
        model.Apply(Creates("A", CaseSketch.Me, version: 1));
        Assert.Equal("A", Footprint(model));
        Assert.Equal(1, model.Find(CaseSketch.Id("A"))!.Version);
    }

    [Fact]
    public void A_case_created_for_another_owner_is_removed_by_the_next_sync()
    {
        var model = ModelWith("");
        model.Apply(Creates("A", CaseSketch.Other, version: 1));
        Assert.Single(model.Cases);
        Assert.Equal("", Footprint(model));
    }

    [Fact]
    public void Closing_the_last_open_case_also_removes_its_closed_parents()
    {
        var model = ModelWith("C(o) ->c P(ox) ->c G(x)");
        model.Apply(Effect("C") with { Closes = true });
        Assert.Equal("", Footprint(model));
    }

    [Fact]
    public void Forms_build_on_each_other_between_two_purges()
    {
        var model = ModelWith("H(o)");
        model.Apply(Effect("H") with { Closes = true });
        model.Apply(Creates("C", CaseSketch.Me, version: 1) with { Indices = [Index("parent", "H")] });
        Assert.Equal("C H", Footprint(model));
    }

    [Fact]
    public void Owner_and_indices_follow_the_form()
    {
        var model = ModelWith("A(o); B(o) ->c A; C(o)");
        model.Apply(Effect("A") with { Owner = CaseSketch.Other });
        Assert.Equal("A B C", Footprint(model));
        model.Apply(Effect("B") with { Indices = [Index("i0", null)] });
        Assert.Equal("B C", Footprint(model));
        model.Apply(Effect("B") with { Indices = [Index("i0", "A"), Index("host", "C", CaseRelationship.Extension)] });
        Assert.Equal("A B C", Footprint(model));
    }

    [Fact]
    public void Changes_of_a_case_that_the_phone_lacks_are_ignored()
    {
        var model = ModelWith("");
        model.Apply(Effect("A") with { Owner = CaseSketch.Me });
        Assert.Empty(model.Cases);
    }

    [Fact]
    public void The_phone_knows_a_version_only_if_it_knew_the_one_before()
    {
        var model = ModelWith("A(o); B(o)");
        model.Apply(Effect("A") with { Version = 2 });
        model.Apply(Effect("A") with { Version = 2 }); // a second block of the same form
        model.Apply(Effect("B") with { Version = 3 });
        model.Apply(Effect("B") with { Version = 4 });
        Assert.Equal(2, model.Find(CaseSketch.Id("A"))!.Version);
        Assert.Equal(1, model.Find(CaseSketch.Id("B"))!.Version);
    }

    [Fact]
    public void An_existing_case_created_again_by_the_phone_is_not_fully_known_to_it()
    {
        var model = ModelWith("");
        model.Apply(Creates("A", CaseSketch.Me, version: 4));
        Assert.Equal(0, model.Find(CaseSketch.Id("A"))!.Version);
    }

    [Fact]
    public void Sent_cases_replace_owner_indices_and_version_but_reopen_none()
    {
        var model = ModelWith("A(ox) ->c B(o)");
        model.Apply(new CaseState(CaseSketch.Id("A"), CaseSketch.Other, false, [], 7));
        var onPhone = model.Find(CaseSketch.Id("A"))!;
        Assert.True(onPhone.Closed);
        Assert.Equal((CaseSketch.Other, 0, 7), (onPhone.Owner, onPhone.Links.Count, onPhone.Version));
    }

    /// <summary>The example of CC-116 to CC-127 for the phone: the forms that it submits, and the cases that it is sent.</summary>
    [Fact, Clause("CC-115")]
    public void The_example_of_the_specification_gives_these_phone_states()
    {
        HashSet<OwnerId> withGroup = [CaseSketch.Me, new("g")],
            alone = [CaseSketch.Me];
        var model = new PhoneModel([]);
        model.Apply(State("A", CaseSketch.Me, 1));
        model.Apply(State("B", new("g"), 1));
        Step("A B", withGroup);

        model.Apply(Effect("A") with { Version = 2 });
        Step("A B", withGroup);

        model.Apply(Creates("D", CaseSketch.Me, version: 1));
        Step("A B D", withGroup);

        model.Apply(Effect("B") with { Version = 3 });
        model.Apply(State("B", new("g"), 3));
        Step("A B D", withGroup);

        model.Apply(State("C", CaseSketch.Me, 2));
        Step("A B C D", withGroup);

        model.Apply(State("A", CaseSketch.Me, 3) with { Closed = true });
        Step("B C D", withGroup);

        model.Apply(Creates("E", CaseSketch.Me, version: 1) with { Indices = [Index("parent", "D")] });
        model.Apply(Effect("D") with { Closes = true, Version = 2 });
        Step("B C D E", withGroup);

        Step("C D E", alone);
        model.Apply(Effect("E") with { Closes = true, Version = 2 });
        Step("C", alone);

        void Step(string footprint, HashSet<OwnerId> owners)
        {
            Assert.Equal(footprint, CaseSketch.Names(model.Footprint(owners)));
            model.Keep(model.Footprint(owners));
        }
    }

    private static PhoneModel ModelWith(string sketch) => new(CaseSketch.Read(sketch));

    private static string Footprint(PhoneModel model) => CaseSketch.Names(model.Footprint(CaseSketch.Owners));

    private static CaseEffect Effect(string id) => new(CaseSketch.Id(id), false, null, false, [], null);

    private static CaseEffect Creates(string id, OwnerId owner, int version) => new(CaseSketch.Id(id), true, owner, false, [], version);

    private static CaseState State(string id, OwnerId owner, int version) => new(CaseSketch.Id(id), owner, false, [], version);

    private static CaseIndex Index(string identifier, string? target, CaseRelationship relationship = CaseRelationship.Child) =>
        new(identifier, target is null ? null : CaseSketch.Id(target), "type", relationship);
}
