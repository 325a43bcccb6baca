using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>What a case looks like in a restore (CC-045 to CC-054).</summary>
public sealed class RestoredCaseTests
{
    private static readonly XNamespace Space = RestoreDocument.CaseXml;

    [Fact, Clause("CC-045"), Clause("CC-047"), Clause("CC-048"), Clause("CC-049")]
    public async Task A_case_is_created_with_three_children_and_updated_with_the_rest()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var (host, id) = (Id(), Id());
        var block = $"""
            <case xmlns="{Space}" case_id="{id}" user_id="{phone.Worker.Id}" date_modified="2015-10-29T17:47:03.201-05:30">
            <create><case_type>patient</case_type><case_name>Amina &lt;&amp;&gt;</case_name><owner_id>{phone.Worker.Id}</owner_id></create>
            <update><external_id>HH-7</external_id><date_opened>2015-10-01</date_opened><size>4</size><dob/></update>
            <index><parent case_type="household">{host}</parent><host case_type="clinic" relationship="extension">{host}</host></index>
            </case>
            """;
        await domain.SubmitAsync(
            phone.Worker.Phone,
            null,
            CaseForms.Xml(Id(), phone.Worker.Id, CaseForms.Element(Create(host, phone), phone.Worker.Id), XElement.Parse(block))
        );

        await phone.SyncAsync();

        var element = phone.Last!.Case(id);
        Assert.Equal(
            (phone.Worker.Id, "2015-10-29T23:17:03.201000Z"),
            (element.Attribute("user_id")!.Value, element.Attribute("date_modified")!.Value)
        );
        Assert.Equal([("case_type", "patient"), ("case_name", "Amina <&>"), ("owner_id", phone.Worker.Id)], Children(element, "create"));
        Assert.Equal([("external_id", "HH-7"), ("date_opened", "2015-10-01")], Children(element, "update").Take(2));
        Assert.Equal([("dob", ""), ("size", "4")], Children(element, "update").Skip(2).Order());
        Assert.Equal([("host", host), ("parent", host)], Children(element, "index"));
        var (first, second) = (element.Element(Space + "index")!.Elements().First(), element.Element(Space + "index")!.Elements().Last());
        Assert.Equal(("clinic", "extension"), (first.Attribute("case_type")!.Value, first.Attribute("relationship")!.Value));
        Assert.Equal(("household", null), (second.Attribute("case_type")!.Value, second.Attribute("relationship")?.Value));
        Assert.Null(element.Element(Space + "close"));
    }

    [Fact, Clause("CC-046")]
    public async Task A_case_never_lacks_an_owner()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var id = Id();
        var block =
            $"<case xmlns=\"{Space}\" case_id=\"{id}\" user_id=\"{phone.Worker.Id}\" date_modified=\"2015-10-29\"><create>"
            + "<case_type>t</case_type><case_name>n</case_name><owner_id/></create></case>";
        await domain.SubmitAsync(phone.Worker.Phone, null, CaseForms.Xml(Id(), phone.Worker.Id, XElement.Parse(block)));
        Assert.Equal($"+{id}", await phone.SyncAsync());
        Assert.Contains(("owner_id", phone.Worker.Id), Children(phone.Last!.Case(id), "create"));
    }

    [Fact, Clause("CC-050"), Clause("CC-051"), Clause("CC-118")]
    public async Task Removed_indices_and_cleared_properties_are_sent_empty()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var (parent, id) = (Id(), Id());
        await phone.SubmitAsync(
            Create(parent, phone),
            Create(id, phone) with
            {
                Indices = [new("parent", parent, false)],
                Properties = new Dictionary<string, string> { ["size"] = "4", ["kept"] = "1" },
            }
        );
        await phone.SyncAsync();

        await SubmitWithoutPhoneAsync(
            domain,
            new PhoneBlock(id)
            {
                Indices = [new("parent", null, false)],
                Properties = new Dictionary<string, string> { ["size"] = "" },
            }
        );

        Assert.Equal(id, await phone.SyncAsync());
        var element = phone.Last!.Case(id);
        Assert.Equal([("parent", "")], Children(element, "index"));
        Assert.Equal(["case_type", "case_name", "owner_id"], Children(element, "update").Take(3).Select(child => child.Name));
        Assert.Contains(("size", ""), Children(element, "update"));
        Assert.Contains(("kept", "1"), Children(element, "update"));
        Assert.Null(element.Element(Space + "create"));
    }

    [Theory, Clause("CC-052")]
    [InlineData("<&>\"'")]
    [InlineData("two\nlines\tand a tab")]
    [InlineData("naïve 桜 🌳 \u00a0")]
    [InlineData("]]>")]
    public async Task Values_are_stored_as_sent(string text)
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var id = Id() + "<&>'\"🌳";
        await domain.SubmitAsync(
            phone.Worker.Phone,
            phone.Worker.Id,
            null,
            Create(id, phone) with
            {
                Properties = new Dictionary<string, string> { ["text"] = $"x{text}x" },
            }
        );
        await phone.SyncAsync();
        Assert.Equal($"x{text}x", phone.Simulated.Cases[id].Properties["text"]);
    }

    [Fact, Clause("CC-111"), Clause("CC-112"), Clause("CC-054")]
    public async Task A_closed_parent_comes_with_its_child_and_other_children_do_not()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var (parent, child, other) = (Id(), Id(), Id());
        await SubmitWithoutPhoneAsync(
            domain,
            new PhoneBlock(parent)
            {
                Creates = true,
                Owner = "elsewhere",
                Closes = true,
            },
            new PhoneBlock(child)
            {
                Creates = true,
                Owner = phone.Worker.Id,
                Indices = [new("parent", parent, false)],
            },
            new PhoneBlock(other)
            {
                Creates = true,
                Owner = "elsewhere",
                Indices = [new("parent", parent, false)],
            }
        );
        Assert.Equal(new[] { $"+{child}", $"+{parent}x" }.Order(StringComparer.Ordinal), (await phone.SyncAsync()).Split(' '));

        var fresh = RestoreDocument.Of(await domain.RestoreAsync(phone.Worker.Phone, "items=true"));
        Assert.Equal(phone.Last!.Summary(), fresh.Summary());
        Assert.Equal(
            fresh.Root.Elements().Count(),
            int.Parse(fresh.Root.Attribute("items")!.Value, System.Globalization.CultureInfo.InvariantCulture)
        );
    }

    internal static string Id() => Guid.NewGuid().ToString("N");

    internal static PhoneBlock Create(string id, DomainPhone phone) => new(id) { Creates = true, Owner = phone.Worker.Id };

    /// <summary>A form of a user without phone.</summary>
    internal static Task SubmitWithoutPhoneAsync(Domain domain, params IReadOnlyList<PhoneBlock> blocks) =>
        domain.SubmitAsync(domain.Programme.Admin, "desk", null, blocks);

    private static IEnumerable<(string Name, string Value)> Children(XElement element, string part) =>
        element.Element(Space + part)!.Elements().Select(child => (child.Name.LocalName, child.Value));
}
