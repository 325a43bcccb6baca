using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Stock: ledger blocks of forms (CC-156), the balances that phones get (CC-157), and products (CC-044).</summary>
public sealed class LedgerTests
{
    private const string Xmlns = "xmlns:l='http://commcarehq.org/ledger/v1'";

    [Fact, Clause("CC-156"), Clause("CC-157"), Clause("CC-015"), Clause("CC-116")]
    public async Task Balances_and_transfers_are_kept_and_restored_before_their_case()
    {
        var desk = await CaseDesk.OpenAsync();
        var (store, clinic) = (NewId("store"), NewId("clinic"));
        await desk.SubmitAsync(
            Balance(store, "stock", Entry("ors", 10), Entry("zinc", 4)),
            $"<l:balance {Xmlns} entity-id='{clinic}' date='2020-01-01T10:00:00Z'>"
                + "<l:entry id='ors'><l:value section-id='stock' quantity='1'/><l:value section-id='used' quantity='7'/></l:entry>"
                + "<l:entry id='zinc'><l:value section-id='used' quantity=''/></l:entry></l:balance>",
            desk.Create(store, "Store"),
            desk.Create(clinic, "Clinic")
        );
        await desk.SubmitAsync(Transfer($"src='{store}' dest='{clinic}' type='issue'", "stock", Entry("ors", "3.0")));
        await desk.SubmitAsync(Transfer($"src='{clinic}'", "stock", Entry("ors", 5)), Balance(store, "stock", Entry("zinc", -2)));
        Assert.Equal(["stock/ors=7", "stock/zinc=-2"], await OfAsync(desk, store));
        Assert.Equal(["stock/ors=-1", "used/ors=7"], await OfAsync(desk, clinic));

        var phone = new DomainPhone(desk.Domain, desk.Worker);
        var restore = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone, "items=true"));
        Assert.Equal(restore.Root.Elements().Count(), int.Parse(restore.Root.Attribute("items")!.Value));
        Assert.Equal(3, restore.Balances.Count);
        await phone.SyncAsync();
        Assert.Equal(("7", "-1"), (On(phone, store, "stock/ors"), On(phone, clinic, "stock/ors")));
        Assert.Equal("", await phone.SyncAsync());

        // The phone's own change is not repeated to it; that of another is, and only for its case.
        await phone.SubmitAsync(new PhoneBlock(store) { Stock = [new("stock", "ors", 2, true)] });
        Assert.Equal("", await phone.SyncAsync());
        await desk.SubmitAsync(Transfer($"dest='{store}'", "stock", Entry("ors", 1)));
        Assert.Equal(store, await phone.SyncAsync());
        Assert.Equal("10", On(phone, store, "stock/ors"));
        Assert.Equal(["stock"], phone.Last!.Balances.Select(balance => balance.Attribute("section-id")!.Value));
        (await CaseTables.ReadAsync(desk.Domain.Programme.Id)).ShouldAgree();
        await desk.Domain.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("CC-156"), Clause("CC-157"), Clause("CC-094"), Clause("CC-154"), Clause("OR-220")]
    public async Task Balances_follow_edits_deletions_and_late_forms()
    {
        var desk = await CaseDesk.OpenAsync();
        var (store, form) = (NewId("store"), Guid.NewGuid().ToString());
        var created = await desk.SubmitAsync(desk.Create(store, "Store"));
        (await desk.PostAsync(desk.Form(form, Balance(store, "stock", Entry("ors", 10), Entry("zinc", 4))))).ShouldBeSuccess();
        await desk.SubmitAsync(Transfer($"src='{store}'", "stock", Entry("ors", 3)));
        var phone = new DomainPhone(desk.Domain, desk.Worker);
        await phone.SyncAsync();

        (await desk.PostAsync(desk.Form(form, Balance(store, "stock", Entry("ors", 20))))).ShouldBeSuccess();
        Assert.Equal(["stock/ors=17", "stock/zinc=0"], await OfAsync(desk, store));
        Assert.Equal(store, await phone.SyncAsync());
        Assert.Equal(("17", "0"), (On(phone, store, "stock/ors"), On(phone, store, "stock/zinc")));

        // A balance that was counted before the transfer, and arrives after it.
        await desk.SubmitAsync(BalanceAt("2020-01-01T00:00:00Z", store, "stock", Entry("zinc", 6)));
        await desk.SubmitAsync(BalanceAt("2019-01-01T00:00:00Z", store, "stock", Entry("zinc", 9), Entry("ors", 9)));
        Assert.Equal(["stock/ors=17", "stock/zinc=6"], await OfAsync(desk, store));

        var submissions = $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions";
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{form}")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(["stock/ors=6", "stock/zinc=6"], await OfAsync(desk, store));

        // Without a case block there is no case. A form of ODK Collect may move stock too.
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{created}")).ShouldBe(HttpStatusCode.OK);
        (await desk.FindCaseAsync(store)).ShouldBe(HttpStatusCode.NotFound);
        (await desk.Domain.Admin.PostAsync($"{submissions}/{created}/restore")).ShouldBe(HttpStatusCode.OK);
        var programme = desk.Domain.Programme;
        var trees = await programme.PublishAsync();
        var xml = Samples
            .Submission(trees, Samples.NewInstanceId())
            .Replace("<species>", Transfer($"dest='{store}'", "stock", Entry("ors", 4)) + "<species>", StringComparison.Ordinal);
        (await (await programme.AppUserAsync(trees)).PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(
            HttpStatusCode.Created
        );
        Assert.Equal(["stock/ors=10", "stock/zinc=6"], await OfAsync(desk, store));
        await programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("CC-156"), Clause("CC-080"), Clause("CC-090"), Clause("CC-095")]
    public async Task A_ledger_block_that_cannot_be_applied_fails_the_whole_form()
    {
        var desk = await CaseDesk.OpenAsync();
        var (store, nowhere) = (NewId("store"), NewId("nowhere"));
        await desk.SubmitAsync(desk.Create(store, "Store"));
        foreach (
            var (block, error) in new[]
            {
                (Balance(nowhere, "stock", Entry("ors", 1)), $"IllegalCaseId: Ledger transaction references invalid Case ID \"{nowhere}\""),
                (Balance("", "stock", Entry("ors", 1)), "IllegalCaseId: Ledger transaction references invalid Case ID"),
                (
                    Transfer("type='x'", "stock", Entry("ors", 1)),
                    "IllegalCaseId: Can't specify a transaction block with no src or dest case"
                ),
                (Balance(store, "stock", Entry("", 1)), "MissingProductId: Product IDs must be set for all ledger updates!"),
                (
                    Balance(store, "stock", Entry("ors", "a few")),
                    "CaseValueError: The quantity a few of the ledger entry ors is not an integer."
                ),
                (Balance(store, "stock", Entry("ors", "1.5")), "CaseValueError: The quantity 1.5"),
                (Balance(store, "stock", Entry("ors", "2147483648")), "CaseValueError: The quantity 2147483648"),
                (Balance(store, "", Entry("ors", 1)), "CaseValueError: The ledger entry ors has no section-id."),
                (
                    BalanceAt("yesterday", store, "stock", Entry("ors", 1)),
                    "PhoneDateValueError: The date yesterday of a balance is not a date."
                ),
            }
        )
        {
            var answer = await desk.PostAsync(
                desk.Form(Guid.NewGuid().ToString(), Balance(store, "stock", Entry("ors", 9)), Update(store, "<n0:x>1</n0:x>"), block),
                desk.Worker.Phone.With("X-OpenRosa-Version", "3.0")
            );
            answer.ShouldBeMessage(422, "processing_failure", error);
        }
        Assert.Empty(await OfAsync(desk, store));
        Assert.False((await desk.CaseAsync(store)).GetProperty("properties").TryGetProperty("x", out _));

        // As with all errors of blocks, the form is kept and works once its case is there.
        var early = desk.Form(Guid.NewGuid().ToString(), Balance(nowhere, "stock", Entry("ors", 1)));
        (await desk.PostAsync(early)).ShouldBeMessage(201, "submit_error");
        await desk.SubmitAsync(desk.Create(nowhere));
        var again = (await desk.PostAsync(early)).ShouldBeSuccess();
        Assert.Equal(["stock/ors=1"], await OfAsync(desk, nowhere));
        (await desk.PostAsync(early)).ShouldBeSuccess();
        Assert.Equal(["stock/ors=1"], await OfAsync(desk, nowhere));

        // Warm, at most as documented for forms with two cases: 5 + 2c, with room for a retry.
        var moved = await desk.PostAsync(
            desk.Form(Guid.NewGuid().ToString(), Transfer($"src='{store}' dest='{nowhere}'", "stock", Entry("ors", 1)))
        );
        Assert.InRange(moved.ShouldBeSuccess().StorageOperations, 1, 5 + (2 * 2) + 2);
    }

    [Fact, Clause("CC-044"), Clause("CC-144")]
    public async Task Products_are_a_fixture_that_is_sent_when_it_changed()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        Assert.DoesNotContain(RestoreDocument.Of(await domain.RestoreAsync(worker.Phone)).Fixtures, IsProducts);
        var zinc = await domain.CreateAsync("product", new { name = "Zinc", code = "ZN" });
        var ors = await domain.CreateAsync(
            "product",
            new
            {
                id = Samples.Unique("ors"),
                name = "ORS & more",
                unit = "sachet",
                cost = 0.2,
                product_data = new Dictionary<string, string> { ["shelf life"] = "24" },
            }
        );
        var full = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, "items=true"));
        Assert.Equal(full.Root.Elements().Count(), int.Parse(full.Root.Attribute("items")!.Value));
        var products = full.Fixtures.Single(IsProducts);
        Assert.Equal(worker.Id, products.Attribute("user_id")!.Value);
        Assert.Equal([ors, zinc], products.Elements().Single().Elements().Select(product => product.Attribute("id")!.Value));
        var first = products.Descendants(RestoreDocument.Response + "product").First();
        Assert.Equal(
            "name=ORS & more unit=sachet code= description= category= program_id= cost=0.2 product_data=24",
            string.Join(' ', first.Elements().Select(element => $"{element.Name.LocalName}={element.Value}"))
        );
        Assert.Equal("shelf_life", first.Elements().Last().Elements().Single().Name.LocalName);

        (await domain.PutAsync($"product/{zinc}/", new { name = "Zinc", is_archived = true })).ShouldBe(HttpStatusCode.OK);
        (await domain.Admin.DeleteAsync(domain.Api($"product/{ors}/"))).ShouldBe(HttpStatusCode.NoContent);
        (await domain.Admin.GetAsync(domain.Api($"product/{ors}/"))).ShouldBe(HttpStatusCode.NotFound);
        (await domain.Admin.PostJsonAsync(domain.Api("product/"), new { id = zinc, name = "Other" })).ShouldBe(HttpStatusCode.BadRequest);
        (await domain.Admin.PostJsonAsync(domain.Api("product/"), new { code = "X" })).ShouldBe(HttpStatusCode.BadRequest);
        var listed = (await domain.Admin.GetAsync(domain.At("/api/product/v1/"))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.True(Assert.Single(listed.GetProperty("objects").EnumerateArray()).GetProperty("is_archived").GetBoolean());
        var since = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, $"since={full.Token}"));
        Assert.Single(since.Fixtures.Single(IsProducts).Elements().Single().Elements());
        await domain.Programme.ShouldBeConsistentAsync();
    }

    private static bool IsProducts(XElement fixture) => (string?)fixture.Attribute("id") == "commtrack:products";

    private static string Balance(string id, string section, params string[] entries) => BalanceAt(null, id, section, entries);

    private static string BalanceAt(string? date, string id, string section, params string[] entries) =>
        $"<l:balance {Xmlns} entity-id='{id}' date='{date ?? DateTime.UtcNow.ToString("O")}' section-id='{section}'>"
        + $"{string.Concat(entries)}</l:balance>";

    private static string Transfer(string between, string section, params string[] entries) =>
        $"<l:transfer {Xmlns} {between} date='{DateTime.UtcNow:O}' section-id='{section}'>{string.Concat(entries)}</l:transfer>";

    private static string Entry(string id, object quantity) => $"<l:entry id='{id}' quantity='{quantity}'/>";

    private static string On(DomainPhone phone, string id, string balance) =>
        phone.Simulated.Cases[id].Stock[balance].ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<IEnumerable<string>> OfAsync(CaseDesk desk, string id)
    {
        var answer = await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/ledger/v1/{id}/"));
        return
        [
            .. answer
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("objects")
                .EnumerateArray()
                .Select(one => $"{one.Text("section_id")}/{one.Text("entry_id")}={one.GetProperty("quantity").GetInt32()}"),
        ];
    }
}
