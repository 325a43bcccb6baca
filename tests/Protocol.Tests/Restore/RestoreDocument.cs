using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>A restore as strictly as the strictest phone reads it (CC-153): direct children only, and one bad block
/// spoils all of it.</summary>
internal sealed partial class RestoreDocument
{
    public static readonly XNamespace Response = "http://openrosa.org/http/response";
    public static readonly XNamespace Sync = "http://commcarehq.org/sync";
    public static readonly XNamespace Registration = "http://openrosa.org/user/registration";
    public static readonly XNamespace CaseXml = "http://commcarehq.org/case/transaction/v2";
    public static readonly XNamespace Ledger = "http://commcarehq.org/ledger/v1";
    private static readonly XName[] BlockParts = [CaseXml + "create", CaseXml + "update", CaseXml + "index", CaseXml + "close"];
    private static readonly XName[] Fixed = [CaseXml + "case_type", CaseXml + "case_name", CaseXml + "owner_id"];

    private RestoreDocument(Answer answer)
    {
        Assert.Equal("text/xml; charset=utf-8", answer.Header("Content-Type"));
        Assert.False(answer.Bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble));
        Text = answer.Text;
        Root = XDocument.Parse(Text, LoadOptions.PreserveWhitespace).Root!;
        Assert.Equal(Response + "OpenRosaResponse", Root.Name);
        var children = Root.Elements().ToList();
        Assert.Equal([Response + "message", Sync + "Sync", Registration + "Registration"], children.Take(3).Select(child => child.Name));
        Assert.Equal("ota_restore_success", children[0].Attribute("nature")!.Value);
        Token = TokenShape().Match(children[1].Elements().First().Value).Value;
        Assert.Equal((Sync + "restore_id", children[1].Value), (children[1].Elements().First().Name, Token));
        Fixtures = [.. children.Skip(3).TakeWhile(child => child.Name != CaseXml + "case" && child.Name != Ledger + "balance")];
        Assert.All(
            Fixtures,
            fixture => Assert.True(fixture.Name.LocalName is "fixture" or "schema", $"{fixture.Name} stands among the fixtures.")
        );
        Balances = [.. children.Where(child => child.Name == Ledger + "balance")];
        CaseElements = [.. children.Skip(3 + Fixtures.Count).Except(Balances)];
        Blocks = [.. CaseElements.Select(Block)];
        var groups = Assert.Single(Fixtures, fixture => (string?)fixture.Attribute("id") == "user-groups");
        Groups = [.. Assert.Single(groups.Elements()).Elements().Select(group => group.Attribute("id")!.Value)];
    }

    public string Text { get; }

    public XElement Root { get; }

    public string Token { get; }

    public IReadOnlyList<XElement> Fixtures { get; }

    public IReadOnlyList<XElement> CaseElements { get; }

    public IReadOnlyList<XElement> Balances { get; }

    public IReadOnlyList<PhoneBlock> Blocks { get; }

    public HashSet<string> Groups { get; }

    public string Message => Root.Element(Response + "message")!.Value;

    public IReadOnlyList<XElement> User => [.. Root.Element(Registration + "Registration")!.Elements()];

    /// <summary>What a comment at the end says, in tests: the headers have left by then.</summary>
    public int StorageOperations => int.Parse(Operations().Match(Text).Groups[1].Value, CultureInfo.InvariantCulture);

    public static RestoreDocument Of(Answer answer) => new(answer.ShouldBe(HttpStatusCode.OK));

    public XElement Case(string id) => CaseElements.Single(element => element.Attribute("case_id")!.Value == id);

    /// <summary>`A B`: what the blocks are about, and whether they create (`+`) or close (`x`).</summary>
    public string Summary() =>
        string.Join(
            ' ',
            Blocks.Select(block => $"{(block.Creates ? "+" : "")}{block.Id}{(block.Closes ? "x" : "")}").Order(StringComparer.Ordinal)
        );

    // What stands right before the case.
    private static IEnumerable<PhoneStock> StockOf(XElement element) =>
        element
            .ElementsBeforeSelf()
            .Reverse()
            .TakeWhile(before => before.Name == Ledger + "balance")
            .SelectMany(balance =>
            {
                Assert.Equal(element.Attribute("case_id")!.Value, balance.Attribute("entity-id")!.Value);
                Assert.Matches(Modified(), balance.Attribute("date")!.Value);
                Assert.NotEmpty(balance.Elements());
                return balance
                    .Elements(Ledger + "entry")
                    .Select(entry => new PhoneStock(
                        balance.Attribute("section-id")!.Value,
                        entry.Attribute("id")!.Value,
                        int.Parse(entry.Attribute("quantity")!.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
                        false
                    ));
            });

    private static PhoneBlock Block(XElement element)
    {
        Assert.Equal(CaseXml + "case", element.Name);
        Assert.All(element.Elements(), part => Assert.Contains(part.Name, BlockParts));
        var id = element.Attribute("case_id")!.Value;
        Assert.NotEmpty(id);
        Assert.Matches(Modified(), element.Attribute("date_modified")!.Value);
        Assert.NotNull(element.Attribute("user_id"));
        var (create, update) = (element.Element(CaseXml + "create"), element.Element(CaseXml + "update"));
        var holder = create ?? update;
        Assert.NotNull(holder);
        Assert.Equal(Fixed, holder.Elements().Take(3).Select(child => child.Name));
        Assert.True(create is null || create.Elements().Count() == 3);
        Assert.NotEmpty(holder.Element(CaseXml + "owner_id")!.Value);
        Assert.All(holder.Elements().Take(3), child => Assert.InRange(child.Value.Length, 0, 255));
        Assert.All(
            element.Descendants().Where(property => property.Parent!.Name != CaseXml + "case"),
            property => Assert.False(property.HasElements && property.Parent!.Name != CaseXml + "case")
        );
        return new PhoneBlock(id)
        {
            Creates = create is not null,
            Owner = holder.Element(CaseXml + "owner_id")!.Value,
            Properties = (update?.Elements() ?? [])
                .Where(property => !Fixed.Contains(property.Name))
                .ToDictionary(property => property.Name.LocalName, property => property.Value),
            Indices = [.. (element.Element(CaseXml + "index")?.Elements() ?? []).Select(Index)],
            Closes = element.Element(CaseXml + "close") is not null,
            Stock = [.. StockOf(element)],
        };
    }

    private static PhoneIndex Index(XElement element)
    {
        Assert.NotNull(element.Attribute("case_type"));
        var relationship = element.Attribute("relationship")?.Value;
        Assert.True(relationship is null or "extension");
        return new PhoneIndex(element.Name.LocalName, element.Value.Length == 0 ? null : element.Value, relationship is not null);
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+$")]
    private static partial Regex TokenShape();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
    private static partial Regex Modified();

    [GeneratedRegex("<!-- storage operations: ([0-9]+) -->")]
    private static partial Regex Operations();
}

internal static class RestoreCalls
{
    /// <summary>A restore of the worker. <paramref name="query"/> holds further parameters: `since=..&amp;state=..`.</summary>
    public static Task<Answer> RestoreAsync(this Domain domain, Api phone, string query = "", Server? server = null) =>
        phone.GetAsync(domain.At($"/phone/restore/?version=2.0{(query.Length > 0 ? "&" : "")}{query}", server));

    /// <summary>A refusal that a phone cures with a restore from the start.</summary>
    public static void ShouldStartOver(this Answer answer, string fragment)
    {
        var root = XDocument.Parse(answer.ShouldBe(HttpStatusCode.PreconditionFailed).Text).Root!;
        var message = Assert.Single(root.Elements());
        Assert.Equal(("ota_restore_error", RestoreDocument.Response + "message"), (message.Attribute("nature")!.Value, message.Name));
        Assert.Contains(fragment, message.Value, StringComparison.Ordinal);
        Assert.Equal("text/xml; charset=utf-8", answer.Header("Content-Type"));
    }
}
