using System.Net;
using System.Net.Http.Json;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Phones search for cases that they don't have, and claim them (CC-151, CC-152).</summary>
public sealed class CaseSearchTests
{
    [Fact, Clause("CC-151")]
    public async Task Cases_are_found_by_type_and_values_of_the_address_or_of_a_form()
    {
        var (domain, owner, finder) = await StartAsync();
        var (lucy, bello, closed) = (Id(), Id(), Id());
        await SubmitWithoutPhoneAsync(
            domain,
            Patient(lucy, owner, "kano"),
            Patient(bello, owner, "lagos") with
            {
                Indices = [new("parent", lucy, false), new("host", lucy, true)],
            },
            Patient(closed, owner, "kano") with
            {
                Closes = true,
            }
        );

        var all = Found(await SearchAsync(domain, finder, "?case_type=patient"));
        Assert.Equal(new[] { lucy, bello }.Order(), all.Select(one => one.Attribute("case_id")!.Value).Order());
        var one = Assert.Single(Found(await SearchAsync(domain, finder, "?case_type=patient&village=lagos&village=abuja&case_name=Amina")));
        ShouldBePatient(one, bello, owner.Worker.Id, lucy);

        using var form = new FormUrlEncodedContent([
            new("case_type", "patient"),
            new("village", "kano"),
            new("include_closed", "True"),
            new("x_commcare_tag_module_name", "any"),
        ]);
        var posted = (await finder.Worker.Phone.PostAsync(domain.At("/phone/search/app1/"), form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            new[] { (lucy, "open"), (closed, "closed") }.Order(),
            Found(posted).Select(found => (found.Attribute("case_id")!.Value, found.Attribute("status")!.Value)).Order()
        );
        Assert.Equal("text/xml; charset=utf-8", posted.Header("Content-Type"));

        Assert.Empty(Found(await SearchAsync(domain, finder, "?case_type=household")));
        Assert.Empty(Found(await SearchAsync(domain, finder, $"?case_type=patient&owner_id={finder.Worker.Id}")));
        Assert.Equal(
            2,
            Found(await SearchAsync(domain, finder, $"?case_type=patient&owner_id={finder.Worker.Id}&owner_id={owner.Worker.Id}")).Count
        );
    }

    [Fact, Clause("CC-151")]
    public async Task Several_types_hidden_owners_ranges_and_an_order_are_honoured_and_other_instructions_refused()
    {
        var (domain, owner, finder) = await StartAsync();
        var (lucy, bello) = (Id(), Id());
        await SubmitWithoutPhoneAsync(domain, Patient(lucy, owner, "kano"), Patient(bello, owner, "lagos"));

        async Task<IEnumerable<string>> FindAsync(string query) =>
            Found(await SearchAsync(domain, finder, query)).Select(one => one.Attribute("case_id")!.Value);
        Assert.Equal(2, (await FindAsync("?case_type=household&case_type=patient")).Count());
        Assert.Empty(await FindAsync($"?case_type=patient&commcare_blacklisted_owner_ids=x%20{owner.Worker.Id}"));
        Assert.Equal([lucy, bello], await FindAsync("?case_type=patient&commcare_sort=village"));
        Assert.Equal([bello, lucy], await FindAsync("?case_type=patient&commcare_sort=-village:exact"));
        var today = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(2, (await FindAsync($"?case_type=patient&last_modified=__range__2000-01-01__{today}")).Count());
        Assert.Empty(await FindAsync("?case_type=patient&last_modified=__range__2000-01-01__2000-01-02"));
        foreach (var unknown in new[] { "x_commcare_data_registry=any", "commcare_sort=village:odd", "parent/name=x", "@odd=1" })
        {
            (await finder.Worker.Phone.GetAsync(domain.At($"/phone/search/?case_type=patient&{unknown}"))).ShouldBe(
                HttpStatusCode.NotImplemented
            );
        }
    }

    [Fact, Clause("CC-151")]
    public async Task A_search_without_type_or_with_an_unknown_function_is_refused()
    {
        var (domain, _, finder) = await StartAsync();
        Assert.Contains(
            "Search request must specify case type",
            (await finder.Worker.Phone.GetAsync(domain.At("/phone/search/?village=kano"))).ShouldBe(HttpStatusCode.BadRequest).Text,
            StringComparison.Ordinal
        );
        (await finder.Worker.Phone.GetAsync(domain.At("/phone/search/?case_type=patient&_xpath_query=true()"))).ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await finder.Worker.Phone.GetAsync(domain.At("/phone/search/?case_type=patient&_xpath_query_2=a=1"))).ShouldBe(
            HttpStatusCode.NotImplemented
        );
        using var long_ = new FormUrlEncodedContent([new("case_type", "patient"), new("village", new string('x', 100_000))]);
        (await finder.Worker.Phone.PostAsync(domain.At("/phone/search/"), long_)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact, Clause("CC-151"), Clause("CC-152")]
    public async Task Workers_search_and_claim_only_when_the_project_allows_it()
    {
        var domain = await Domain.StartAsync();
        var (owner, finder) = (await DomainPhone.StartAsync(domain), await DomainPhone.StartAsync(domain));
        var id = Id();
        await SubmitWithoutPhoneAsync(domain, Patient(id, owner, "kano"));

        (await finder.Worker.Phone.GetAsync(domain.At("/phone/search/?case_type=patient"))).ShouldBe(HttpStatusCode.Forbidden);
        (await ClaimAsync(domain, finder.Worker.Phone, id)).ShouldBe(HttpStatusCode.Forbidden);
        Assert.Equal("", await finder.SyncAsync());
        Assert.Single(Found(await SearchAsync(domain, domain.Admin, "?case_type=patient")));
    }

    [Fact, Clause("CC-152")]
    public async Task A_claimed_case_comes_with_the_next_sync_and_is_claimed_once()
    {
        var (domain, owner, finder) = await StartAsync();
        var id = Id();
        await SubmitWithoutPhoneAsync(domain, Patient(id, owner, "kano"));

        (await ClaimAsync(domain, finder.Worker.Phone, id)).ShouldBe(HttpStatusCode.Created);
        (await ClaimAsync(domain, finder.Worker.Phone, id)).ShouldBe(HttpStatusCode.NoContent);
        await finder.SyncAsync();
        Assert.Contains(id, finder.Simulated.Cases.Keys);
        Assert.Equal(2, finder.Simulated.Cases.Count);
        var claim = finder.Simulated.Cases.Keys.Single(key => key != id);

        // The claim is closed, and made again.
        await finder.SubmitAsync(new PhoneBlock(claim) { Closes = true });
        await finder.SyncAsync();
        Assert.Empty(finder.Simulated.Cases);
        (await ClaimAsync(domain, finder.Worker.Phone, id)).ShouldBe(HttpStatusCode.Created);
        await finder.SyncAsync();
        Assert.Contains(id, finder.Simulated.Cases.Keys);
    }

    [Fact, Clause("CC-152")]
    public async Task A_claim_needs_a_case_and_the_right_to_act_for_another_worker()
    {
        var (domain, owner, finder) = await StartAsync();
        var id = Id();
        await SubmitWithoutPhoneAsync(domain, Patient(id, owner, "kano"));

        Assert.Contains(
            "A case_id is required",
            (await ClaimAsync(domain, finder.Worker.Phone, "")).ShouldBe(HttpStatusCode.BadRequest).Text,
            StringComparison.Ordinal
        );
        (await ClaimAsync(domain, finder.Worker.Phone, "never")).ShouldBe(HttpStatusCode.Gone);
        (await ClaimAsync(domain, finder.Worker.Phone, id, owner.Worker.Username)).ShouldBe(HttpStatusCode.Unauthorized);
        (await ClaimAsync(domain, domain.Admin, id, finder.Worker.Username)).ShouldBe(HttpStatusCode.Created);
        await finder.SyncAsync();
        Assert.Contains(id, finder.Simulated.Cases.Keys);
    }

    private static void ShouldBePatient(XElement one, string id, string owner, string parent)
    {
        Assert.Equal(
            (id, "patient", owner, "open"),
            (
                one.Attribute("case_id")!.Value,
                one.Attribute("case_type")!.Value,
                one.Attribute("owner_id")!.Value,
                one.Attribute("status")!.Value
            )
        );
        Assert.Equal(("Amina", "lagos"), (one.Element("case_name")!.Value, one.Element("village")!.Value));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", one.Element("last_modified")!.Value);
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", one.Element("date_opened")!.Value);
        Assert.Equal(
            [("parent", null, parent), ("host", "extension", parent)],
            one.Element("index")!
                .Elements()
                .Select(index => (index.Name.LocalName, index.Attribute("relationship")?.Value, index.Value))
                .OrderByDescending(index => index.LocalName)
        );
    }

    internal static async Task<(Domain Domain, DomainPhone Owner, DomainPhone Finder)> StartAsync()
    {
        var domain = await Domain.StartAsync();
        (
            await domain.Admin.SendAsync(
                HttpMethod.Patch,
                $"/projects/{domain.Programme.Id}",
                JsonContent.Create(new { caseSearch = true })
            )
        ).ShouldBe(HttpStatusCode.OK);
        return (domain, await DomainPhone.StartAsync(domain), await DomainPhone.StartAsync(domain));
    }

    internal static PhoneBlock Patient(string id, DomainPhone owner, string village) =>
        Create(id, owner) with
        {
            Properties = new Dictionary<string, string> { ["village"] = village },
        };

    internal static async Task<Answer> SearchAsync(Domain domain, DomainPhone phone, string query) =>
        await SearchAsync(domain, phone.Worker.Phone, query);

    private static async Task<Answer> SearchAsync(Domain domain, Api client, string query) =>
        (await client.GetAsync(domain.At($"/phone/search/{query}"))).ShouldBe(HttpStatusCode.OK);

    private static async Task<Answer> ClaimAsync(Domain domain, Api client, string id, string? loginAs = null)
    {
        using var form = new MultipartFormDataContent { { new StringContent("1"), "buffer" }, { new StringContent(id), "case_id" } };
        if (loginAs is not null)
        {
            form.Add(new StringContent(loginAs), "commcare_login_as");
        }
        return await client.PostAsync(domain.At("/phone/claim-case/"), form);
    }

    internal static List<XElement> Found(Answer answer)
    {
        var root = XDocument.Parse(answer.Text).Root!;
        Assert.Equal(("results", "case"), (root.Name.ToString(), root.Attribute("id")!.Value));
        return [.. root.Elements("case")];
    }
}
