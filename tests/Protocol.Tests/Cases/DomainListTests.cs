using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Cases.ReceivedFormListTests;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Lists of cases, people and places in the envelope of CommCare HQ's API (CC-145, CC-146).</summary>
public sealed class DomainListTests
{
    [Fact, Clause("CC-146")]
    public async Task Each_parameter_of_the_list_of_cases_filters_or_is_refused()
    {
        var desk = await CaseDesk.OpenAsync();
        var (old, young) = (CaseDesk.NewId(), CaseDesk.NewId());
        await desk.SubmitAsync(
            CaseDesk.Block(
                old,
                "<n0:create><n0:case_type>patient</n0:case_type><n0:case_name>Old</n0:case_name><n0:owner_id>u1</n0:owner_id></n0:create>"
                    + "<n0:update><n0:external_id>HH-7</n0:external_id><n0:dob>2000-01-01</n0:dob></n0:update><n0:close/>",
                "2010-01-01T10:00:00Z",
                "u7"
            )
        );
        var form = await desk.SubmitAsync(desk.Create(young, "Young", type: "household", more: CaseDesk.Index(old, type: "patient")));
        await Eventually.TrueAsync(async () => (await IdsAsync("")).Count == 2, "both are settled");

        var all = (await ListAsync("")).Json.GetProperty("objects").EnumerateArray().ToList();
        Assert.Equal(
            ("Old", "patient", "HH-7", "u1"),
            (all[0].Property("case_name"), all[0].Property("case_type"), all[0].Property("external_id"), all[0].Property("owner_id"))
        );
        Assert.Equal(
            (old, "u7", "2000-01-01", true),
            (all[0].Text("case_id"), all[0].Text("user_id"), all[0].Property("dob"), all[0].GetProperty("closed").GetBoolean())
        );
        Assert.Equal(old, all[1].GetProperty("indices").GetProperty("parent").Text("case_id"));
        var single = (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/v0.5/case/{young}/"))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal([form], single.GetProperty("xform_ids").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(single.GetProperty("xform_ids").GetRawText(), all[1].GetProperty("xform_ids").GetRawText());
        Assert.Equal(single.Text("server_date_opened"), all[1].Text("server_date_opened"));
        Assert.Equal(all[1].GetProperty("properties").GetRawText(), single.GetProperty("properties").GetRawText());
        (await desk.Domain.Admin.GetAsync(desk.Domain.At("/api/case/v1/unknown/"))).ShouldBe(HttpStatusCode.NotFound);
        foreach (var (query, expected) in CaseQueries(old, young, all[1]))
        {
            Assert.Equal((query, string.Join(' ', expected)), (query, string.Join(' ', await IdsAsync(query))));
        }
        foreach (
            var wrong in new[]
            {
                "case_type=a",
                "xforms__full=true",
                "format=xml",
                "closed=perhaps",
                "order_by=name",
                "date_modified_start=soon",
            }
        )
        {
            Assert.NotEmpty((await ListAsync(wrong)).ShouldBe(HttpStatusCode.BadRequest).Json.Text("error"));
        }

        Task<Answer> ListAsync(string query) => desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/v1/?{query}"));

        async Task<List<string>> IdsAsync(string query) => Ids((await ListAsync(query)).ShouldBe(HttpStatusCode.OK).Json);
    }

    private static (string Query, string[] Expected)[] CaseQueries(string old, string young, JsonElement second) =>
        [
            ("order_by=-indexed_on", [young, old]),
            ("order_by=date_modified", [old, young]),
            ("order_by=-server_date_modified&format=json", [young, old]),
            ("type=household", [young]),
            ("closed=true", [old]),
            ("owner_id=u1", [old]),
            ("user_id=u7", [old]),
            ("name=Young", [young]),
            ("external_id=HH-7", [old]),
            ("date_modified_end=2010-01-01T10:00:00", [old]),
            ("date_modified_start=2010-01-02", [young]),
            ($"server_date_modified_start={second.Text("server_date_modified")}", [young]),
            ("server_date_modified_end=2020-01-01", []),
            ($"indexed_on_start={second.Text("indexed_on")}", [young]),
            ("indexed_on_end=2020-01-01", []),
            ("type.exact=household&name.exact=Young", [young]),
            ("external_id.exact=HH-7&type=household", []),
            ("name.exact=Young&name=Other", []),
            ("server_modified_on_end=2020-01-01", []),
            ("limit=1&offset=1", [young]),
        ];

    [Fact, Clause("CC-145")]
    public async Task Lists_of_people_and_places_take_their_own_parameters_and_refuse_others()
    {
        var domain = await Domain.StartAsync();
        var (ann, bob) = (await domain.WorkerAsync(), await domain.WorkerAsync());
        var group = await domain.CreateAsync("group", new { name = "North", users = new[] { ann.Id } });
        (await domain.Admin.PostAsync(domain.Api($"user/{bob.Id}/deactivate/"))).ShouldBe(HttpStatusCode.Accepted);
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });
        var kano = await domain.CreateAsync(
            "location",
            new
            {
                name = "Kano",
                location_type_code = "state",
                site_code = "kano",
            }
        );
        await domain.CreateAsync(
            "location",
            new
            {
                name = "Lagos",
                location_type_code = "state",
                external_id = "L",
            }
        );

        Assert.Equal([ann.Id], await IdsAsync($"/api/v0.5/user/?group={group}"));
        Assert.Equal([bob.Id], await IdsAsync("/api/v0.5/user/?archived=true"));
        Assert.Equal([ann.Id], await IdsAsync("/api/v0.5/user/"));
        Assert.Equal([ann.Id, bob.Id], (await IdsAsync("/api/user/v1/?archived=all")).OrderBy(id => id == bob.Id));
        (await domain.Admin.GetAsync(domain.At("/api/user/v1/?archived=perhaps"))).ShouldBe(HttpStatusCode.BadRequest);
        Assert.Equal([ann.Id], await IdsAsync("/api/user/v1/?archived=false&limit=0"));
        Assert.Equal([kano], await IdsAsync("/api/v0.5/location/?site_code=kano"));
        Assert.Equal(2, (await IdsAsync("/api/location/v1/?location_type_code=state")).Count);
        var place = (await GetAsync(domain, "/api/v0.5/location/?name=Kano")).Json.GetProperty("objects")[0];
        var type = (await GetAsync(domain, "/api/v0.5/location_type/")).Json.GetProperty("objects")[0];
        Assert.Equal(type.Text("resource_uri"), place.Text("location_type"));
        Assert.Equal(
            place.GetRawText(),
            (await domain.Admin.GetAsync(PathOf(domain, place.Text("resource_uri")))).ShouldBe(HttpStatusCode.OK).Json.GetRawText()
        );
        await CheckWebUsersAsync(domain);
        await ShouldRefuseOthersAsync(domain);

        async Task<List<string>> IdsAsync(string path) => Ids((await GetAsync(domain, path)).Json);
    }

    private static async Task ShouldRefuseOthersAsync(Domain domain)
    {
        foreach (
            var resource in new[]
            {
                "user",
                "web-user",
                "group",
                "lookup_table",
                "lookup_table_item",
                "fixture",
                "location_type",
                "location",
            }
        )
        {
            (await domain.Admin.GetAsync(domain.At($"/api/v0.5/{resource}/?colour=red"))).ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    private static async Task CheckWebUsersAsync(Domain domain)
    {
        var (_, email, _) = await domain.Programme.WebUserAsync("manager");
        var manager = (await GetAsync(domain, $"/api/v0.5/web-user/?web_username={email.ToUpperInvariant()}")).Json.GetProperty("objects")[
            0
        ];
        Assert.Equal((email, "Project Manager"), (manager.Text("username"), manager.Text("role")));
        Assert.Equal(manager.GetRawText(), (await GetAsync(domain, $"/api/web-user/v1/{manager.Text("id")}/")).Json.GetRawText());
        (await domain.Admin.GetAsync(domain.At("/api/web-user/v1/web-user-0/"))).ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<Answer> GetAsync(Domain domain, string path) =>
        (await domain.Admin.GetAsync(domain.At(path))).ShouldBe(HttpStatusCode.OK);
}
