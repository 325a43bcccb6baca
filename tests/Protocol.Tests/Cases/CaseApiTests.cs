using System.Net;
using System.Net.Http.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Cases for scripts (CC-146).</summary>
public sealed class CaseApiTests
{
    [Fact, Clause("CC-146")]
    public async Task Cases_are_created_changed_closed_and_found_and_each_write_is_a_form()
    {
        var desk = await CaseDesk.OpenAsync();
        var parent = await CreateHouseholdAsync(desk);
        var child = await CreatePatientAsync(desk, parent);

        var closed = (await PutAsync(desk, child, new { close = true, properties = new { dob = "2015-09-02" } }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("case");
        Assert.True(closed.GetProperty("closed").GetBoolean());
        (await PutAsync(desk, "ext/HH-7", new { case_name = "Renamed" })).ShouldBe(HttpStatusCode.OK);
        (
            await PutAsync(
                desk,
                "ext/HH-8",
                new
                {
                    case_type = "household",
                    case_name = "New",
                    owner_id = "g1",
                }
            )
        ).ShouldBe(HttpStatusCode.Created);

        Assert.Equal(3, await CountAsync(desk, ""));
        Assert.Equal(1, await CountAsync(desk, "case_type=patient&closed=true"));
        Assert.Equal(1, await CountAsync(desk, $"indices.parent={parent}&properties.dob=2015-09-02"));
        Assert.Equal(2, await CountAsync(desk, "owner_id=g1"));
        Assert.Equal(1, await CountAsync(desk, "case_name=Renamed&external_id=HH-7"));
        Assert.Equal(0, await CountAsync(desk, "last_modified.gte=2999-01-01"));

        var several = (await desk.FindCaseAsync($"{child},missing")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            (1, 1, "not found"),
            (
                several.GetProperty("matching_records").GetInt32(),
                several.GetProperty("missing_records").GetInt32(),
                several.GetProperty("cases")[1].Text("error")
            )
        );
        var fetched = (await desk.Domain.Admin.PostJsonAsync(desk.Domain.At("/api/case/v2/bulk-fetch/"), Both(child, "HH-7")))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal([child, parent], fetched.GetProperty("cases").EnumerateArray().Select(one => one.Text("case_id")));
    }

    internal static async Task<string> CreateHouseholdAsync(CaseDesk desk)
    {
        var made = (
            await PostAsync(
                desk,
                new
                {
                    case_type = "household",
                    case_name = "Bello & co",
                    owner_id = "g1",
                    external_id = "HH-7",
                    properties = new { size = "4" },
                }
            )
        ).ShouldBe(HttpStatusCode.Created).Json;
        Assert.Equal(
            "http://commcarehq.org/case_api",
            (await desk.FindFormAsync(made.Text("xform_id"))).ShouldBe(HttpStatusCode.OK).Json.Text("xmlns")
        );
        Assert.Equal(
            ("Bello & co", "g1", "HH-7", "4"),
            (
                made.GetProperty("case").Text("case_name"),
                made.GetProperty("case").Text("owner_id"),
                made.GetProperty("case").Text("external_id"),
                made.GetProperty("case").Property("size")
            )
        );
        return made.GetProperty("case").Text("case_id");
    }

    // In one request with a change of its parent.
    private static async Task<string> CreatePatientAsync(CaseDesk desk, string parent)
    {
        var two = (
            await PostAsync(
                desk,
                new object[]
                {
                    new
                    {
                        create = true,
                        case_type = "patient",
                        case_name = "Amina",
                        owner_id = desk.Worker.Id,
                        indices = new
                        {
                            parent = new
                            {
                                case_id = parent,
                                case_type = "household",
                                relationship = "child",
                            },
                        },
                    },
                    new
                    {
                        create = false,
                        case_id = parent,
                        properties = new { size = "5" },
                    },
                }
            )
        ).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cases");
        Assert.Equal("5", two[1].Property("size"));
        return two[0].Text("case_id");
    }

    [Fact, Clause("CC-146")]
    public async Task An_index_names_its_case_by_external_or_temporary_id_and_is_never_lost()
    {
        var desk = await CaseDesk.OpenAsync();
        var household = await CreateHouseholdAsync(desk);
        object[] list =
        [
            Item(("indices", new { parent = Index("temporary_id", "new") })),
            Item(("temporary_id", "new"), ("case_type", "household")),
            Item(("indices", new { parent = Index("external_id", "HH-7") })),
        ];
        var made = (await PostAsync(desk, list)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cases");
        Assert.Equal(made[1].Text("case_id"), ParentOf(made[0]));
        Assert.Equal(household, ParentOf(made[2]));

        var patient = made[0].Text("case_id");
        var moved = new { indices = new { parent = Index("external_id", "HH-7") } };
        Assert.Equal(household, ParentOf((await PutAsync(desk, patient, moved)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("case")));
        object[] change =
        [
            new
            {
                create = false,
                external_id = "HH-7",
                case_name = "Renamed",
            },
        ];
        Assert.Equal("Renamed", (await PostAsync(desk, change)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cases")[0].Text("case_name"));
        (await PutAsync(desk, patient, new { indices = new { parent = new { case_type = "household" } } })).ShouldBe(
            HttpStatusCode.BadRequest
        );
        Assert.Equal(household, ParentOf(await desk.CaseAsync(patient)));
    }

    private static string ParentOf(System.Text.Json.JsonElement one) => one.GetProperty("indices").GetProperty("parent").Text("case_id");

    [Fact, Clause("CC-146")]
    public async Task Lists_continue_from_page_to_page()
    {
        var desk = await CaseDesk.OpenAsync();
        await desk.SubmitAsync([.. Enumerable.Range(0, 7).Select(i => desk.Create(CaseDesk.NewId(), $"n{i}"))]);
        var names = new List<string>();
        for (var address = "/api/case/v2/?limit=3&case_type=patient"; address is not null;)
        {
            var page = (await desk.Domain.Admin.GetAsync(desk.Domain.At(address))).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(7, page.GetProperty("matching_records").GetInt32());
            names.AddRange(page.GetProperty("cases").EnumerateArray().Select(one => one.Text("case_name")));
            address = page.GetProperty("next").GetString() is { } next ? next[next.IndexOf("/api/", StringComparison.Ordinal)..] : null;
        }
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"n{i}"), names.Order());
    }

    [Fact, Clause("CC-146"), Clause("CC-080")]
    public async Task One_invalid_item_prevents_all_changes()
    {
        var desk = await CaseDesk.OpenAsync();
        foreach (var list in InvalidLists())
        {
            Assert.NotEmpty((await PostAsync(desk, list)).ShouldBe(HttpStatusCode.BadRequest).Json.Text("error"));
        }
        Assert.Equal(0, await CountAsync(desk, ""));
        (await PutAsync(desk, "unknown", new { case_name = "B" })).ShouldBe(HttpStatusCode.NotFound);
        (await desk.FindCaseAsync("unknown")).ShouldBe(HttpStatusCode.NotFound);
        Assert.NotEmpty(
            (await desk.Domain.Admin.GetAsync(desk.Domain.At("/api/case/v2/?cursor=!")))
                .ShouldBe(HttpStatusCode.BadRequest)
                .Json.Text("error")
        );
    }

    // Each but the last two has one invalid item, after a valid one.
    private static object[][] InvalidLists() =>
        [
            [Item(), Item(("owner_id", null))],
            [Item(), Item(("create", null))],
            [Item(), new { create = false, case_id = "unknown" }],
            [Item(), Item(("properties", new Dictionary<string, string> { ["not a name"] = "1" }))],
            [Item(), Item(("properties", new { x = "\u0001" }))],
            [Item(), Item(("case_name", new string('x', 256)))],
            [Item(), Item(("indices", new { parent = Index("case_id", "unknown") }))],
            [Item(), Item(("indices", new { parent = Index("external_id", "unknown") }))],
            [Item(), Item(("indices", new { parent = Index("temporary_id", "unknown") }))],
            [Item(), Item(("indices", new { parent = new { case_type = "t", relationship = "child" } }))],
            [Item(("external_id", "E")), Item(("indices", new { parent = new { external_id = "E", case_type = "t" } }))],
            [Item(("external_id", "E")), Item(("indices", new { parent = Index("external_id", "E", ("case_id", "c")) }))],
            [Item(("external_id", "E")), Item(("indices", new { parent = Index("external_id", "E", ("colour", "red")) }))],
            [Item(("external_id", "E")), Item(("indices", new { xmlparent = Index("external_id", "E") }))],
            [Item(("external_id", "E")), Item(("create", null), ("external_id", "E"))],
            [Item(), Item(("properties", new { xmlish = "1" }))],
            [Item(), Item(("create", false), ("external_id", "unknown"))],
            [
                Item(),
                new
                {
                    create = false,
                    temporary_id = "t",
                    case_id = "unknown",
                },
            ],
            [Item(), Item(("properties", new { x = 1 }))],
            [Item(), Item(("properties", new { x = true }))],
            [Item(), Item(("properties", new { x = (string?)null }))],
            [Item(), Item(("case_id", "mine"))],
            [Item(), Item(("colour", "red"))],
            [Item(), new { create = false, external_id = "unknown" }],
            [.. Enumerable.Range(0, 101).Select(_ => Item())],
            [],
        ];

    private static Dictionary<string, string> Index(string by, string id, params (string Field, string Value)[] more)
    {
        var index = new Dictionary<string, string>
        {
            [by] = id,
            ["case_type"] = "household",
            ["relationship"] = "child",
        };
        foreach (var (field, value) in more)
        {
            index[field] = value;
        }
        return index;
    }

    // A valid item with changes; null removes a field.
    internal static Dictionary<string, object> Item(params (string Field, object? Value)[] changes)
    {
        var item = new Dictionary<string, object>
        {
            ["create"] = true,
            ["case_type"] = "patient",
            ["case_name"] = "Amina",
            ["owner_id"] = "g1",
        };
        foreach (var (field, value) in changes)
        {
            item.Remove(field);
            if (value is not null)
            {
                item.Add(field, value);
            }
        }
        return item;
    }

    private static object Both(string id, string externalId) => new { case_ids = new[] { id }, external_ids = new[] { externalId } };

    internal static Task<Answer> PostAsync(CaseDesk desk, object body) =>
        desk.Domain.Admin.PostJsonAsync(desk.Domain.At("/api/case/v2/"), body);

    internal static Task<Answer> PutAsync(CaseDesk desk, string id, object body) =>
        desk.Domain.Admin.SendAsync(HttpMethod.Put, desk.Domain.At($"/api/case/v2/{id}"), JsonContent.Create(body));

    internal static async Task<int> CountAsync(CaseDesk desk, string query)
    {
        var page = (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/v2/?{query}"))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(page.GetProperty("matching_records").GetInt32(), page.GetProperty("cases").GetArrayLength());
        return page.GetProperty("matching_records").GetInt32();
    }
}
