using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>The administration API of a domain (CC-144 to CC-146): accepted and refused bodies, and lists.</summary>
public sealed class AdministrationTests
{
    [Theory]
    [InlineData("v0.5/lookup_table", "v0.5/lookup_table_item", "v0.5/fixture", "/")]
    [InlineData("lookup_table/v1", "lookup_table_item/v1", "fixture/v1", "")]
    [Clause("CC-144")]
    public async Task Tables_and_rows_are_created_read_changed_and_deleted(string tables, string rows, string fixtures, string end)
    {
        var domain = await Domain.StartAsync();
        string At(string resource, string id = "") => domain.At($"/api/{resource}{(id.Length > 0 ? "/" : "")}{id}{end}");

        var table = (await domain.Admin.PostJsonAsync(At(tables), new { tag = "drug", fields = new[] { new { field_name = "code" } } }))
            .ShouldBe(HttpStatusCode.Created)
            .Json.GetProperty("id")
            .GetString()!;
        Assert.False(
            (await domain.Admin.GetAsync(At(tables, table))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("is_global").GetBoolean()
        );
        var row = (
            await domain.Admin.PostJsonAsync(
                At(rows),
                new
                {
                    data_type_id = table,
                    sort_key = 2,
                    fields = new { code = LookupTableFixtureTests.One("PCM") },
                }
            )
        ).ShouldBe(HttpStatusCode.Created).Json.GetProperty("id").GetString()!;

        var read = (await domain.Admin.GetAsync(At(rows, row))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            "PCM",
            read.GetProperty("fields").GetProperty("code").GetProperty("field_list")[0].GetProperty("field_value").GetString()
        );
        var flat = (await domain.Admin.GetAsync(At(fixtures) + "?fixture_type=drug"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("objects")[0];
        Assert.Equal(
            ("drug", "PCM"),
            (flat.GetProperty("fixture_type").GetString(), flat.GetProperty("fields").GetProperty("code").GetString())
        );
        (await domain.Admin.GetAsync(At(fixtures) + "?fixture_type=other")).ShouldBe(HttpStatusCode.NotFound);

        (await domain.Admin.DeleteAsync(At(rows, row))).ShouldBe(HttpStatusCode.NoContent);
        (await domain.Admin.DeleteAsync(At(rows, row))).ShouldBe(HttpStatusCode.NotFound);
        (await domain.Admin.DeleteAsync(At(tables, table))).ShouldBe(HttpStatusCode.NoContent);
        (await domain.Admin.GetAsync(At(tables, table))).ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("user/", """{"password":"1988"}""")]
    [InlineData("user/", """{"username":"jason"}""")]
    [InlineData("user/", """{"username":"jason","password":""}""")]
    [InlineData("user/", """{"username":"ja son","password":"1988"}""")]
    [InlineData("user/", """{"username":"jason@demo","password":"1988"}""")]
    [InlineData("user/", """{"username":7,"password":"1988"}""")]
    [InlineData("user/", """{"username":"jason","password":"1988","groups":["unheard-of"]}""")]
    [InlineData("user/", """{"username":"jason","password":"1988","user_data":{"a":{}}}""")]
    [InlineData("user/", """{"username":"jason","password":"1988","phone_numbers":"+234"}""")]
    [InlineData("user/", "[]")]
    [InlineData("user/", "{")]
    [InlineData("group/", "{}")]
    [InlineData("group/", """{"name":"North","users":["unheard-of"]}""")]
    [InlineData("group/", """{"name":"North","case_sharing":"yes"}""")]
    [InlineData("lookup_table/", """{"fields":[]}""")]
    [InlineData("lookup_table/", """{"tag":"drug"}""")]
    [InlineData("lookup_table/", """{"tag":"no name","fields":[]}""")]
    [InlineData("lookup_table/", """{"tag":"drug","fields":[{}]}""")]
    [InlineData("lookup_table/", """{"tag":"drug","fields":[{"field_name":"a"},{"field_name":"a"}]}""")]
    [InlineData("lookup_table/", """{"tag":"drug","fields":["a"]}""")]
    [InlineData("lookup_table_item/", """{"fields":{}}""")]
    [InlineData("lookup_table_item/", """{"data_type_id":"unheard-of","fields":{}}""")]
    [InlineData("lookup_table_item/", """{"data_type_id":"unheard-of","fields":{"a":"b"}}""")]
    [InlineData("lookup_table_item/", """{"data_type_id":"unheard-of","fields":{},"sort_key":"first"}""")]
    [InlineData("location_type/", """{"name":"State"}""")]
    [InlineData("location_type/", """{"name":"State","code":"1st"}""")]
    [InlineData("location_type/", """{"name":"State","code":"state","parent":"unheard-of"}""")]
    [InlineData("location/", """{"location_type_code":"state"}""")]
    [InlineData("location/", """{"name":"Kano","location_type_code":"unheard-of"}""")]
    [Clause("CC-144"), Clause("CC-145")]
    public async Task A_missing_or_invalid_member_is_refused_and_nothing_is_stored(string resource, string body)
    {
        var domain = await Domain.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = (await domain.Admin.PostAsync(domain.Api(resource), content)).ShouldBe(HttpStatusCode.BadRequest);
        Assert.NotEmpty(answer.Json.GetProperty("error").GetString()!);
        Assert.StartsWith("application/json", answer.Header("Content-Type"), StringComparison.Ordinal);
        var list = (await domain.Admin.GetAsync(domain.Api(resource))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(0, list.GetProperty("meta").GetProperty("total_count").GetInt32());
    }

    [Fact, Clause("CC-145")]
    public async Task A_name_can_be_used_once_even_by_concurrent_requests()
    {
        var domain = await Domain.StartAsync();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 5)
                .Select(_ => domain.Admin.PostJsonAsync(domain.Api("user/"), new { username = "Jason", password = "1988" }))
        );
        var created = Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created).Json.GetProperty("id").GetString();
        Assert.Equal(4, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest));
        Assert.Equal(
            $"jason@{domain.Name}.commcarehq.org",
            (await domain.Admin.GetAsync(domain.Api($"user/{created}/")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("username")
                .GetString()
        );

        object table = new { tag = "drug", fields = Array.Empty<object>() };
        await domain.CreateAsync("lookup_table", table);
        (await domain.Admin.PostJsonAsync(domain.Api("lookup_table/"), table)).ShouldBe(HttpStatusCode.BadRequest);
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });
        await domain.CreateAsync(
            "location",
            new
            {
                name = "Kano",
                location_type_code = "state",
                site_code = "kano",
            }
        );
        (
            await domain.Admin.PostJsonAsync(
                domain.Api("location/"),
                new
                {
                    name = "Kano",
                    location_type_code = "state",
                    site_code = "KANO",
                }
            )
        ).ShouldBe(HttpStatusCode.BadRequest);

        // Without one, the next is made up.
        var made = await domain.CreateAsync("location", new { name = "Kano", location_type_code = "state" });
        Assert.Equal(
            "kano2",
            (await domain.Admin.GetAsync(domain.Api($"location/{made}/")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("site_code")
                .GetString()
        );
    }

    [Fact, Clause("CC-145")]
    public async Task A_change_of_a_worker_leaves_alone_what_it_does_not_name()
    {
        var domain = await Domain.StartAsync();
        var (north, south) = (
            await domain.CreateAsync("group", new { name = "North" }),
            await domain.CreateAsync("group", new { name = "South" })
        );
        var worker = await domain.WorkerAsync(
            more: new Dictionary<string, object>
            {
                ["first_name"] = "Jason",
                ["groups"] = new[] { north },
                ["user_data"] = new Dictionary<string, object> { ["a"] = "1", ["b"] = "2" },
            }
        );
        var changed = (
            await domain.PutAsync(
                $"user/{worker.Id}/",
                new
                {
                    language = "ha",
                    groups = new[] { south },
                    user_data = new { c = "3" },
                }
            )
        ).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(("Jason", "ha"), (changed.GetProperty("first_name").GetString(), changed.GetProperty("language").GetString()));
        Assert.Equal([south], changed.GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
        Assert.Equal(["c"], changed.GetProperty("user_data").EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            [worker.Id],
            (await domain.Admin.GetAsync(domain.Api($"group/{south}/")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("users")
                .EnumerateArray()
                .Select(user => user.GetString())
        );
        (await worker.Phone.GetAsync(domain.At("/phone/heartbeat/1/"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("CC-144")]
    public async Task Lists_come_in_pages_that_lead_to_each_other()
    {
        var domain = await Domain.StartAsync();
        foreach (var name in new[] { "A", "B", "C", "D", "E" })
        {
            await domain.CreateAsync("group", new { name });
        }
        var (address, names) = (domain.Api("group/?limit=2&format=json"), new List<string>());
        while (address is not null)
        {
            var page = (await domain.Admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(5, page.GetProperty("meta").GetProperty("total_count").GetInt32());
            names.AddRange(page.GetProperty("objects").EnumerateArray().Select(group => group.GetProperty("name").GetString()!));
            address = page.GetProperty("meta").GetProperty("next").GetString() is { } next
                ? domain.Programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority) + next
                : null;
        }
        Assert.Equal(["A", "B", "C", "D", "E"], names);
        (await domain.Admin.GetAsync(domain.Api("group/?limit=two"))).ShouldBe(HttpStatusCode.BadRequest);
    }
}
