using System.Net;
using System.Net.Http.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>Locations on phones, and the cases that they own (CC-035, CC-036, CC-042, CC-043, CC-107).</summary>
public sealed class LocationFixtureTests
{
    private const string DalaPlace = "<external_id>D-1</external_id><latitude>12.0022</latitude><longitude>8.5</longitude>";
    private const string DalaData = "<location_data><head_count>7</head_count></location_data>";

    [Fact, Clause("CC-042"), Clause("CC-043")]
    public async Task A_worker_receives_the_locations_above_and_below_their_own()
    {
        var (domain, ids) = await TreeAsync();
        var worker = await domain.WorkerAsync(more: At(ids["kano"]));
        var document = await domain.DocumentAsync(worker);
        Assert.Equal("fixture:user-groups schema:locations fixture:locations fixture:commtrack:locations", document.Ids());
        Assert.Equal(
            "<schema id=\"locations\"><indices><index>@country_id</index><index>@district_id</index><index>@id</index>"
                + "<index>@state_id</index><index>@type</index><index>name</index></indices></schema>",
            FixtureReading.Plain(document.Fixtures[1]).ToString(System.Xml.Linq.SaveOptions.DisableFormatting)
        );
        Assert.Equal("true", document.Fixtures[2].Attribute("indexed")?.Value);

        Assert.Equal(FlatLocations(ids), document.Content("locations"));
        Assert.Equal(NestedLocations(ids), document.Content("commtrack:locations"));

        var nowhere = await domain.DocumentAsync(await domain.WorkerAsync());
        Assert.Equal("<locations />", nowhere.Content("locations"));
        Assert.Equal("<empty_element />", nowhere.Content("commtrack:locations"));
    }

    private static string FlatLocations(Dictionary<string, string> ids)
    {
        var (country, state, dala, nassarawa) = (ids["nigeria"], ids["kano"], ids["dala"], ids["nassarawa"]);
        return "<locations>"
            + Place(
                "Dala",
                "district",
                $"location type=\"district\" id=\"{dala}\" country_id=\"{country}\" district_id=\"{dala}\" state_id=\"{state}\"",
                DalaPlace,
                DalaData
            )
            + "</location>"
            + Place(
                "Kano",
                "state",
                $"location type=\"state\" id=\"{state}\" country_id=\"{country}\" district_id=\"\" state_id=\"{state}\""
            )
            + "</location>"
            + Place(
                "Nassarawa",
                "district",
                $"location type=\"district\" id=\"{nassarawa}\" country_id=\"{country}\" district_id=\"{nassarawa}\" "
                    + $"state_id=\"{state}\""
            )
            + "</location>"
            + Place(
                "Nigeria",
                "country",
                $"location type=\"country\" id=\"{country}\" country_id=\"{country}\" district_id=\"\" state_id=\"\""
            )
            + "</location>"
            + "</locations>";
    }

    private static string NestedLocations(Dictionary<string, string> ids)
    {
        var (country, state, dala, nassarawa) = (ids["nigeria"], ids["kano"], ids["dala"], ids["nassarawa"]);
        return "<countrys>"
            + Place("Nigeria", "country", $"country id=\"{country}\"")
            + "<states>"
            + Place("Kano", "state", $"state id=\"{state}\"")
            + "<districts>"
            + Place("Dala", "district", $"district id=\"{dala}\"", DalaPlace, DalaData)
            + "</district>"
            + Place("Nassarawa", "district", $"district id=\"{nassarawa}\"")
            + "</district></districts></state></states></country></countrys>";
    }

    private static string Place(
        string name,
        string type,
        string attributes,
        string rest = "<external_id /><latitude /><longitude />",
        string data = "<location_data />"
    ) =>
        $"<{attributes}><name>{name}</name>"
        + $"<site_code>{name.ToLowerInvariant()}</site_code>{rest}<location_type>{type}</location_type>"
        + $"<supply_point_id />{data}";

    [Fact, Clause("CC-042"), Clause("CC-043")]
    public async Task A_location_that_changed_is_sent_with_the_next_sync()
    {
        var (domain, ids) = await TreeAsync();
        var worker = await domain.WorkerAsync(more: At(ids["kano"]));
        var first = await domain.DocumentAsync(worker);
        (
            await domain.Admin.SendAsync(
                HttpMethod.Put,
                domain.Api($"location/{ids["dala"]}/"),
                JsonContent.Create(new { name = "Dala North" })
            )
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Contains(
            "Dala North",
            (await domain.DocumentAsync(worker, $"since={first.Token}")).Content("locations"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("nigeria", "kano dala")]
    [InlineData("kano", "kano")]
    [InlineData("dala", "dala")]
    [InlineData("nassarawa", "")]
    [Clause("CC-036"), Clause("CC-107")]
    public async Task Locations_own_cases_as_their_types_say(string assigned, string owners)
    {
        var (domain, ids) = await TreeAsync();
        (
            await domain.Admin.SendAsync(
                HttpMethod.Put,
                domain.Api($"location/{ids["nassarawa"]}/"),
                JsonContent.Create(new { is_archived = assigned != "nassarawa" })
            )
        ).ShouldBe(HttpStatusCode.OK);
        var worker = await domain.WorkerAsync(more: At(ids[assigned]));
        (
            await domain.Admin.SendAsync(
                HttpMethod.Put,
                domain.Api($"location/{ids["nassarawa"]}/"),
                JsonContent.Create(new { is_archived = true })
            )
        ).ShouldBe(HttpStatusCode.OK);

        var document = await domain.DocumentAsync(worker);
        Assert.Equal(owners.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => ids[name]).ToHashSet(), document.Groups);
        var data = document.User[4].Elements().ToDictionary(element => element.Attribute("key")!.Value, element => element.Value);
        Assert.Equal((ids[assigned], ids[assigned]), (data["commcare_location_id"], data["commcare_location_ids"]));
        Assert.Equal(assigned is "kano" or "dala", data.ContainsKey("commcare_primary_case_sharing_id"));
        if (assigned == "dala")
        {
            Assert.Equal(
                $"<groups><group id=\"{ids["dala"]}\"><name>Dala-Cases</name><group_data>"
                    + "<data key=\"commcare_location_head_count\">7</data><data key=\"commcare_location_name\">Dala</data>"
                    + "<data key=\"commcare_location_type\">district</data></group_data></group></groups>",
                document.Content("user-groups")
            );
        }
    }

    [Fact]
    public async Task A_worker_can_only_be_assigned_to_existing_locations()
    {
        var (domain, ids) = await TreeAsync();
        var worker = await domain.WorkerAsync();
        foreach (
            var body in new object[] { new { primary_location = "unheard-of" }, new { locations = new[] { ids["kano"], "unheard-of" } } }
        )
        {
            (await domain.PutAsync($"user/{worker.Id}/", body)).ShouldBe(HttpStatusCode.BadRequest);
        }
        var changed = (
            await domain.PutAsync(
                $"user/{worker.Id}/",
                new { locations = new[] { ids["kano"], ids["dala"] }, primary_location = ids["dala"] }
            )
        )
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(ids["dala"], changed.GetProperty("primary_location").GetString());
        Assert.Equal(2, changed.GetProperty("locations").GetArrayLength());
        Assert.Equal(2, (await domain.DocumentAsync(worker)).Groups.Count);

        // A primary location that is no longer assigned is replaced.
        changed = (await domain.PutAsync($"user/{worker.Id}/", new { locations = new[] { ids["kano"] } })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(ids["kano"], changed.GetProperty("primary_location").GetString());
    }

    private static Dictionary<string, object> At(string location) => new() { ["primary_location"] = location };

    // A country with a view of its descendants and without cases, and a state and districts that own cases.
    private static async Task<(Domain Domain, Dictionary<string, string> Ids)> TreeAsync()
    {
        var domain = await Domain.StartAsync();
        await CreateTypesAsync(domain);
        var ids = new Dictionary<string, string>
        {
            ["nigeria"] = await domain.CreateAsync("location", new { name = "Nigeria", location_type_code = "country" }),
        };
        ids["kano"] = await domain.CreateAsync(
            "location",
            new
            {
                name = "Kano",
                location_type_code = "state",
                parent_location_id = ids["nigeria"],
            }
        );
        ids["nassarawa"] = await domain.CreateAsync(
            "location",
            new
            {
                name = "Nassarawa",
                location_type_code = "district",
                parent_location_id = ids["kano"],
            }
        );
        ids["dala"] = await domain.CreateAsync(
            "location",
            new
            {
                name = "Dala",
                location_type_code = "district",
                parent_location_id = ids["kano"],
                latitude = 12.0022,
                longitude = "8.5",
                external_id = "D-1",
                location_data = new Dictionary<string, object> { ["head_count"] = 7 },
            }
        );
        return (domain, ids);
    }

    private static async Task CreateTypesAsync(Domain domain)
    {
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "country",
                name = "Country",
                view_descendants = true,
            }
        );
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "state",
                name = "State",
                parent = "country",
                shares_cases = true,
            }
        );
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "district",
                name = "District",
                parent = "state",
                shares_cases = true,
            }
        );
    }
}
