using System.Text;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using Xunit;

namespace ServerlessRosa.Core.Tests.Cases;

public sealed class CaseChangesTests
{
    private static readonly DateTimeOffset Received = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    [Clause("CC-058")]
    [Clause("CC-059")]
    public void A_create_sets_type_name_owner_and_who_opened_it_when()
    {
        var made = After(Create(owner: "u7", date: "2019-05-01T10:00:00Z", user: "u2"));
        Assert.Equal(
            ("patient", "Amina", "u7", "u2", "u2", 1),
            (made.Type, made.Name, made.Owner.Value, made.OpenedBy, made.ModifiedBy, made.Version)
        );
        Assert.Equal((new DateTimeOffset(2019, 5, 1, 10, 0, 0, TimeSpan.Zero), false), (made.OpenedOn!.Value, made.Closed));
        Assert.Equal("u2", After(Create(owner: null, user: "u2")).Owner.Value);
        Assert.Equal("u1", After(Create(owner: "", user: null)).Owner.Value);
        Assert.Equal(Received, After(Create(owner: null, date: null)).ModifiedOn);
    }

    [Fact]
    [Clause("CC-060")]
    [Clause("CC-068")]
    public void A_second_create_updates_and_neither_reopens_nor_moves_the_date()
    {
        var closed = After(Create(), Block("<close/>", "2019-06-01"));
        var again = CaseChanges.Apply(closed, closed.Project, closed.Id, Form(Create(name: "Bello", date: "2019-07-01")), Context("f2"));
        Assert.Equal(
            ("Bello", true, closed.OpenedOn, closed.ClosedOn, 2),
            (again.Name, again.Closed, again.OpenedOn, again.ClosedOn, again.Version)
        );
    }

    [Fact]
    [Clause("CC-061")]
    public void An_update_before_the_create_in_the_document_is_applied_after_it()
    {
        var made = After(Block("<update><case_name>Last</case_name><x>1</x></update>"), Create(name: "First"));
        Assert.Equal(("Last", "1", "patient"), (made.Name, made.Properties["x"], made.Type));
    }

    [Fact]
    [Clause("CC-062")]
    [Clause("CC-063")]
    public void An_update_of_an_unknown_case_creates_a_stub_and_the_last_value_counts()
    {
        var shell = After(Block("<update><x>1</x><x>2</x></update>"));
        Assert.Equal(("", "", "2", "u1"), (shell.Type, shell.Name, shell.Properties["x"], shell.Owner.Value));
    }

    [Fact]
    [Clause("CC-064")]
    [Clause("CC-065")]
    public void Empty_values_overwrite_custom_properties_only()
    {
        var made = After(Create(), Block("<update><case_name/><case_type/><owner_id/><external_id>e</external_id><x>1</x></update>"));
        var after = CaseChanges.Apply(
            made,
            made.Project,
            made.Id,
            Form(Block("<update><external_id/><name/><x/></update>")),
            Context("f2")
        );
        Assert.Equal(
            ("Amina", "patient", "u7", "e", ""),
            (after.Name, after.Type, after.Owner.Value, after.ExternalId, after.Properties["x"])
        );
    }

    [Fact]
    public void Fixed_names_are_never_custom_and_two_of_them_have_another_name()
    {
        var made = After(
            Block(
                """
                <update><case_id>z</case_id><date_modified>z</date_modified><case_type>t</case_type><name>N</name>
                <date_opened>2019-01-02</date_opened>
                <supply_point_location_id>z</supply_point_location_id><user_id>z</user_id><hq_user_id>h</hq_user_id><status>s</status>
                </update>
                """
            )
        );
        Assert.Equal(new Dictionary<string, string> { ["hq_user_id"] = "h", ["status"] = "s" }, made.Properties);
        Assert.Equal(("t", "N", "h", "u1"), (made.Type, made.Name, made.ExternalId, made.ModifiedBy));
        Assert.Equal(new DateTimeOffset(2019, 1, 2, 0, 0, 0, TimeSpan.Zero), made.OpenedOn);
    }

    [Fact]
    [Clause("CC-067")]
    [Clause("CC-069")]
    [Clause("CC-082")]
    public void Closing_is_permanent_older_forms_move_no_date_back_and_an_empty_block_is_a_change()
    {
        var closed = After(Create(date: "2019-05-01"), Block("<close/>", "2019-06-01T00:00:00Z", "u3"));
        Assert.Equal(
            (true, "u3", new DateTimeOffset(2019, 6, 1, 0, 0, 0, TimeSpan.Zero)),
            (closed.Closed, closed.ClosedBy, closed.ClosedOn!.Value)
        );
        var later = CaseChanges.Apply(
            closed,
            closed.Project,
            closed.Id,
            Form(Block("<update><x>1</x></update>", "2018-01-01")),
            Context("f2")
        );
        Assert.Equal((true, closed.ModifiedOn, "1", 2), (later.Closed, later.ModifiedOn, later.Properties["x"], later.Version));
        var touched = CaseChanges.Apply(later, later.Project, later.Id, Form(Block("", "2021-01-01")), Context("f3"));
        Assert.Equal((3, new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero)), (touched.Version, touched.ModifiedOn));
        Assert.Equal(["f1", "f2", "f3"], touched.Transactions.Select(one => one.Form.Instance.Value));
    }

    [Fact]
    [Clause("CC-072")]
    public void An_index_is_set_replaced_by_identifier_and_removed_to_a_tombstone()
    {
        const string First = "<index><parent case_type='a'>p</parent><host case_type='b' relationship='extension'>h</host></index>";
        var made = After(Block(First));
        Assert.Equal(
            [new("parent", Id("p"), "a", CaseRelationship.Child), new("host", Id("h"), "b", CaseRelationship.Extension)],
            made.Indices
        );
        var changed = CaseChanges.Apply(
            made,
            made.Project,
            made.Id,
            Form(Block("<index><parent case_type='c' relationship='extension'>q</parent><host/><never/></index>")),
            Context("f2")
        );
        Assert.Equal(
            [new("parent", Id("q"), "c", CaseRelationship.Extension), new("host", null, "b", CaseRelationship.Extension)],
            changed.Indices
        );
    }

    [Fact]
    public void A_deleted_case_keeps_its_changes_and_comes_back_when_it_is_created()
    {
        var deleted = After(Create(), Block("<update><x>1</x></update>")) with { Deleted = true, Transactions = [] };
        var changed = CaseChanges.Apply(deleted, deleted.Project, deleted.Id, Form(Block("<update><y>1</y></update>")), Context("f2"));
        Assert.True(changed.Deleted);
        Assert.Equal(["x", "y"], changed.Properties.Keys);
        var back = CaseChanges.Apply(deleted, deleted.Project, deleted.Id, Form(Create(name: "New")), Context("f2"));
        Assert.Equal((false, "New", 0, 2), (back.Deleted, back.Name, back.Properties.Count, back.Version));
    }

    [Fact]
    public void Effects_are_what_the_phone_itself_does_in_document_order()
    {
        var blocks = Form(
            Block("<update><owner_id/></update>"),
            Create(owner: null),
            Block("<close/><index><parent case_type='a'/></index>")
        );
        var made = CaseChanges.Apply(null, new ProjectId(1), Id("c"), blocks, Context("f1"));
        var effects = CaseChanges.Effects(blocks, Context("f1"), _ => made);
        Assert.Equal(
            [(false, "", false, 1), (true, "u1", false, 1), (false, null, true, 1)],
            effects.Select(one => (one.Creates, one.Owner?.Value, one.Closes, one.Version!.Value))
        );
        Assert.Null(Assert.Single(effects[2].Indices).Target);
        Assert.All(CaseChanges.Effects(blocks, Context("f2"), _ => made), one => Assert.Null(one.Version));
        Assert.All(CaseChanges.Effects(blocks, Context("f1") with { SyncToken = "other" }, _ => made), one => Assert.Null(one.Version));
    }

    private static Case After(params string[] blocks) => CaseChanges.Apply(null, new ProjectId(1), Id("c"), Form(blocks), Context("f1"));

    private static string Create(string name = "Amina", string? owner = "u7", string? date = "2019-05-01", string? user = null) =>
        Block(
            "<create><case_type>patient</case_type>"
                + $"<case_name>{name}</case_name>{(owner is null ? "" : $"<owner_id>{owner}</owner_id>")}</create>",
            date,
            user
        );

    private static string Block(string actions, string? date = null, string? user = null) =>
        $"<case case_id='c'{(date is null ? "" : $" date_modified='{date}'")}{(user is null ? "" : $" user_id='{user}'")}>{actions}</case>";

    private static CaseBlocks Form(params string[] blocks) =>
        CaseBlockReader.Read(
            Encoding.UTF8.GetBytes(
                $"<data xmlns='http://example.org/visit'>{string.Concat(blocks)}<meta><userID>u1</userID></meta></data>"
            ),
            true
        );

    private static CaseChangeContext Context(string instance) =>
        new(new CaseForm(1, InstanceId.Parse(instance), InstanceId.Parse(instance), "hash"), Received, null);

    private static CaseId Id(string text) => CaseId.TryParse(text, out var id) ? id : throw new InvalidOperationException();
}
