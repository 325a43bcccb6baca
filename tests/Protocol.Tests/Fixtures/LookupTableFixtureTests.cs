using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>Lookup tables on phones (CC-035, CC-037 to CC-041).</summary>
public sealed class LookupTableFixtureTests
{
    private static readonly string[] Properties = ["lang"];
    private static readonly string[] Attributes = ["form", "pack size"];

    [Fact, Clause("CC-037"), Clause("CC-038"), Clause("CC-041")]
    public async Task Tables_are_ordered_by_tag_with_the_schema_before_the_table()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        await CreateDrugsAsync(domain);

        var document = await domain.DocumentAsync(worker);
        Assert.Equal("fixture:user-groups fixture:item-list:animal schema:item-list:drug fixture:item-list:drug", document.Ids());
        Assert.Equal(
            "<schema id=\"item-list:drug\"><indices><index>code</index><index>name</index></indices></schema>",
            FixtureReading.Plain(document.Fixtures[2]).ToString(System.Xml.Linq.SaveOptions.DisableFormatting)
        );
        Assert.Equal(
            ("true", worker.Id),
            (document.Fixtures[3].Attribute("indexed")?.Value, document.Fixtures[3].Attribute("user_id")?.Value)
        );
        Assert.Null(document.Fixtures[1].Attribute("indexed"));
        Assert.Equal(
            "<drug_list>"
                + "<drug form=\"\" pack_size=\"\"><name></name><code></code><_1st_dose_ml>5\ufffd</_1st_dose_ml><größe>XL</größe></drug>"
                + "<drug form=\"tablet\" pack_size=\"\"><name lang=\"en\">Paracetamol</name><name lang=\"ha\">Faracitamol</name>"
                + "<code>PCM &amp; &lt;co&gt;</code><_1st_dose_ml></_1st_dose_ml><größe></größe></drug>"
                + "<drug form=\"\" pack_size=\"\"><name></name><code>ORS</code><_1st_dose_ml></_1st_dose_ml><größe></größe></drug>"
                + "</drug_list>",
            document
                .Content("item-list:drug")!
                .Replace(" />", "/>", StringComparison.Ordinal)
                .Replace("<name/>", "<name></name>", StringComparison.Ordinal)
                .Replace("<code/>", "<code></code>", StringComparison.Ordinal)
                .Replace("<_1st_dose_ml/>", "<_1st_dose_ml></_1st_dose_ml>", StringComparison.Ordinal)
                .Replace("<größe/>", "<größe></größe>", StringComparison.Ordinal)
        );
    }

    [Fact, Clause("CC-039")]
    public async Task A_table_that_is_not_global_has_only_the_rows_of_the_worker()
    {
        var domain = await Domain.StartAsync();
        var (state, district, elsewhere) = await CreateLocationsAsync(domain);
        var worker = await domain.WorkerAsync(more: new Dictionary<string, object> { ["primary_location"] = district });
        var other = await domain.WorkerAsync();
        var group = await domain.CreateAsync("group", new { name = "Reports", users = new[] { worker.Id } });

        var table = await domain.CreateAsync("lookup_table", new { tag = "shop", fields = new[] { new { field_name = "code" } } });
        object[] owners =
        [
            new { },
            new { users = new[] { worker.Id } },
            new { groups = new[] { group } },
            new { locations = new[] { state } },
            new { locations = new[] { district } },
            new
            {
                users = new[] { other.Id },
                groups = new[] { "unheard-of" },
                locations = new[] { elsewhere },
            },
        ];
        await CreateShopsAsync(domain, table, owners);

        Assert.Equal(Shops("1", "2", "3", "4"), (await domain.DocumentAsync(worker)).Content("item-list:shop"));
        Assert.Equal(Shops("5"), (await domain.DocumentAsync(other)).Content("item-list:shop"));

        // A global table has all rows for every worker.
        (await domain.PutAsync($"lookup_table/{table}/", new { is_global = true })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Shops("0", "1", "2", "3", "4", "5"), (await domain.DocumentAsync(other)).Content("item-list:shop"));
    }

    [Fact, Clause("CC-040")]
    public async Task A_lookup_table_without_rows_is_sent_empty_at_every_sync()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var table = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "shop",
                is_global = true,
                fields = new[] { new { field_name = "code" } },
            }
        );
        var row = await RowAsync(domain, table, 0, new { code = One("1") });
        var first = await domain.DocumentAsync(worker);
        Assert.Equal(Shops("1"), first.Content("item-list:shop"));

        (await domain.Admin.DeleteAsync(domain.Api($"lookup_table_item/{row}/"))).ShouldBe(HttpStatusCode.NoContent);
        Assert.Equal("<shop_list />", (await domain.DocumentAsync(worker, $"since={first.Token}")).Content("item-list:shop"));

        (await domain.Admin.DeleteAsync(domain.Api($"lookup_table/{table}/"))).ShouldBe(HttpStatusCode.NoContent);
        Assert.Null((await domain.DocumentAsync(worker, $"since={first.Token}")).Content("item-list:shop"));
    }

    [Fact]
    public async Task A_row_that_changes_changes_on_phones_and_may_move()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var table = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "shop",
                is_global = true,
                fields = new[] { new { field_name = "code" } },
            }
        );
        var one = await RowAsync(domain, table, 1, new { code = One("1") });
        await RowAsync(domain, table, 2, new { code = One("2") });
        Assert.Equal(Shops("1", "2"), (await domain.DocumentAsync(worker)).Content("item-list:shop"));

        (await domain.PutAsync($"lookup_table_item/{one}/", new { fields = new { code = One("1b") } })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Shops("1b", "2"), (await domain.DocumentAsync(worker)).Content("item-list:shop"));
        (await domain.PutAsync($"lookup_table_item/{one}/", new { sort_key = 3 })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Shops("2", "1b"), (await domain.DocumentAsync(worker)).Content("item-list:shop"));
        Assert.Equal(
            3,
            (await domain.Admin.GetAsync(domain.Api($"lookup_table_item/{one}/")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("sort_key")
                .GetInt32()
        );
    }

    // Two tables, of which the second by tag has rows and indexed columns.
    private static async Task CreateDrugsAsync(Domain domain)
    {
        var drugs = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "drug",
                is_global = true,
                fields = new object[]
                {
                    new
                    {
                        field_name = "name",
                        properties = Properties,
                        is_indexed = true,
                    },
                    new { field_name = "code", is_indexed = true },
                    new { field_name = "1st dose/ml" },
                    new { field_name = "größe", is_indexed = true },
                },
                item_attributes = Attributes,
            }
        );
        await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "animal",
                is_global = true,
                fields = Array.Empty<object>(),
            }
        );
        await RowAsync(domain, drugs, 10, new { code = One("ORS"), name = One("") });
        await RowAsync(
            domain,
            drugs,
            2,
            new
            {
                code = One("PCM & <co>"),
                name = new
                {
                    field_list = new object[] { Value("Paracetamol", new { lang = "en" }), Value("Faracitamol", new { lang = "ha" }) },
                },
            },
            new { form = "tablet" }
        );
        await RowAsync(domain, drugs, -1, new Dictionary<string, object> { ["1st dose/ml"] = One("5\u0002"), ["größe"] = One("XL") });
    }

    private static async Task<(string State, string District, string Elsewhere)> CreateLocationsAsync(Domain domain)
    {
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "district",
                name = "District",
                parent = "state",
            }
        );
        var state = await domain.CreateAsync("location", new { name = "Kano", location_type_code = "state" });
        var district = await domain.CreateAsync(
            "location",
            new
            {
                name = "Dala",
                location_type_code = "district",
                parent_location_id = state,
            }
        );
        var elsewhere = await domain.CreateAsync("location", new { name = "Sokoto", location_type_code = "state" });
        return (state, district, elsewhere);
    }

    // One row for each value of `owners`, with its number as code.
    private static async Task CreateShopsAsync(Domain domain, string table, object[] owners)
    {
        for (var row = 0; row < owners.Length; row++)
        {
            await domain.CreateAsync(
                "lookup_table_item",
                new
                {
                    data_type_id = table,
                    sort_key = row,
                    fields = new { code = One(row.ToString(CultureInfo.InvariantCulture)) },
                    owners = owners[row],
                }
            );
        }
    }

    internal static object One(string text) => new { field_list = new[] { Value(text, new { }) } };

    private static object Value(string text, object properties) => new { field_value = text, properties };

    private static Task<string> RowAsync(Domain domain, string table, int sortKey, object fields, object? attributes = null) =>
        domain.CreateAsync(
            "lookup_table_item",
            new
            {
                data_type_id = table,
                sort_key = sortKey,
                fields,
                item_attributes = attributes ?? new { },
            }
        );

    private static string Shops(params string[] codes) =>
        $"<shop_list>{string.Concat(codes.Select(code => $"<shop><code>{code}</code></shop>"))}</shop_list>";
}
