using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>A dataset as an OData service, and the filters that its CSV file shares with it.</summary>
public sealed class EntityODataTests
{
    [Fact]
    public async Task The_service_and_its_metadata_name_the_entities_and_their_properties()
    {
        var (programme, service) = await StartAsync();
        var document = (await programme.Admin.GetAsync(service)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("4.0", document.Header("OData-Version"));
        Assert.Equal($"{programme.Admin.Address(service)}/$metadata", document.Json.GetProperty("@odata.context").GetString());
        Assert.Equal(["Entities"], document.Json.GetProperty("value").Names());
        var metadata = (await programme.Admin.GetAsync($"{service}/$metadata")).ShouldBe(HttpStatusCode.OK);
        foreach (var name in new[] { "b_c", "b_c_2", "age", "__system", "label" })
        {
            Assert.Contains($"Name=\"{name}\"", metadata.Text, StringComparison.Ordinal);
        }
        (await programme.Admin.GetAsync(service.Replace(".svc", "x.svc", StringComparison.Ordinal))).ShouldBeProblem(404.1m);
        (await programme.Admin.With("Accept", "application/xml").GetAsync(service)).ShouldBeProblem(406.1m);
    }

    [Fact]
    public async Task The_entity_export_has_all_metadata()
    {
        var (programme, service) = await StartAsync();
        await AddAsync(programme, service, "Ann", "30");
        var answer = (await programme.Admin.GetAsync($"{service}/Entities")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("application/json; odata.metadata=minimal; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal($"{programme.Admin.Address(service)}/$metadata#Entities", answer.Json.GetProperty("@odata.context").GetString());
        var ann = answer.Json.GetProperty("value")[0];
        Assert.Equal(["__id", "label", "__system", "b_c", "b_c_2", "age"], ann.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("30", "1", ""), (Text(ann, "age"), Text(ann, "b_c"), Text(ann, "b_c_2")));
        var system = ann.GetProperty("__system");
        Assert.Equal((await AdminIdAsync(programme), "admin@example.org"), (Text(system, "creatorId"), Text(system, "creatorName")));
        Assert.Equal((1, 0), (system.GetProperty("version").GetInt32(), system.GetProperty("updates").GetInt32()));
        Assert.Null(Text(system, "updatedAt") ?? Text(system, "deletedAt") ?? Text(system, "conflict"));
    }

    [Fact]
    public async Task Pages_follow_each_other_whatever_is_added_meanwhile()
    {
        var (programme, service) = await StartAsync();
        foreach (var label in new[] { "a", "b", "c", "d", "e" })
        {
            await AddAsync(programme, service, label, label == "c" ? "rare" : "1");
        }
        Assert.Equal(["e", "d"], await LabelsAsync(programme, $"{service}/Entities?$top=2"));
        Assert.Equal(["c", "b"], await LabelsAsync(programme, $"{service}/Entities?$top=2&$skip=2"));
        Assert.Equal([], await LabelsAsync(programme, $"{service}/Entities?$skip=5"));
        var page = (await programme.Admin.GetAsync($"{service}/Entities?$top=2&$skip=1&$count=true")).ShouldBe(HttpStatusCode.OK).Json;
        await AddAsync(programme, service, "f", "1");
        var next = (await programme.Admin.GetAsync(page.GetProperty("@odata.nextLink").GetString()!)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["b", "a"], next.GetProperty("value").Names("label"));
        Assert.False(next.TryGetProperty("@odata.nextLink", out _));
        Assert.Equal((5, 6), (page.GetProperty("@odata.count").GetInt32(), next.GetProperty("@odata.count").GetInt32()));
        Assert.Equal(["a", "b"], await LabelsAsync(programme, $"{service}/Entities?$orderby=__system/createdAt asc&$top=2"));
        Assert.Equal(["c", "d"], await LabelsAsync(programme, $"{service}/Entities?$orderby=__system/createdAt asc&$top=2&$skip=2"));
        (await programme.Admin.GetAsync($"{service}/Entities?$skiptoken=01e30=")).ShouldBeProblem(400.35m);

        // A search that may read three at most: the third page has the rest.
        var search = $"{service}/Entities?$top=9&readAtMost=3&$search=";
        Assert.Equal(["|c|", "f e d|c b a|"], [await PagesAsync(programme, search + "rare"), await PagesAsync(programme, search + "1")]);
        (await programme.Admin.GetAsync($"{service}/Entities?$top=9&readAtMost=3")).ShouldBeProblem(400.8m);
        (await programme.Admin.GetAsync($"{search}a&$count=true")).ShouldBeProblem(400.8m);
    }

    private static async Task<string> PagesAsync(Programme programme, string address)
    {
        var pages = new List<string>();
        for (string? next = address; next is not null;)
        {
            var page = (await programme.Admin.GetAsync(next)).ShouldBe(HttpStatusCode.OK).Json;
            pages.Add(string.Join(' ', page.GetProperty("value").Names("label")));
            next = page.TryGetProperty("@odata.nextLink", out var link) ? link.GetString() : null;
            Assert.True(pages.Count < 10, "There is no end.");
        }
        return string.Join('|', pages) + "|";
    }

    [Fact]
    public async Task Filters_and_searches_apply_to_the_service_and_to_the_file()
    {
        var (programme, service) = await StartAsync();
        var ann = await AddAsync(programme, service, "Ann", "30");
        var bob = await AddAsync(programme, service, "Bob", "ann's son");
        var path = service.Replace(".svc", "/entities", StringComparison.Ordinal);
        (await programme.Admin.DeleteAsync($"{path}/{ann}")).ShouldBe(HttpStatusCode.OK);
        var admin = await AdminIdAsync(programme);
        foreach (
            var (query, labels) in new[]
            {
                ($"$filter=__system/creatorId eq {admin}", new[] { "Bob" }),
                ($"$filter=__system/creatorId ne {admin}", []),
                ("$filter=__system/deletedAt ne null", ["Ann"]),
                ("$filter=__system/deletedAt eq null and year(__system/createdAt) gt 2000", ["Bob"]),
                ("$filter=__system/conflict eq 'hard'", []),
                ($"$filter=__id eq '{bob}'", ["Bob"]),
                ("$search=ANN", ["Bob"]),
                ("$search=bo", ["Bob"]),
                ("$search=nobody", []),
            }
        )
        {
            Assert.Equal(
                (query, string.Join(' ', labels)),
                (query, string.Join(' ', await LabelsAsync(programme, $"{service}/Entities?{query}")))
            );
            var file = (await programme.Admin.GetAsync(Encoded($"{path}.csv?{query}"))).ShouldBe(HttpStatusCode.OK);
            Assert.Equal((query, labels.Length + 2), (query, file.Text.Split('\n').Length));
            Assert.Null(file.Header("ETag"));
        }
        foreach (
            var (query, code) in new[]
            {
                ("$filter=age eq '30'", 501.5m),
                ("$filter=__id eq", 400.18m),
                ("$orderby=age", 501.5m),
                ("$select=nothing", 400.23m),
                ("$expand=*", 501.1m),
                ("$top=x", 400.11m),
            }
        )
        {
            (await programme.Admin.GetAsync(Encoded($"{service}/Entities?{query}"))).ShouldBeProblem(code);
        }
        (await programme.Admin.GetAsync(Encoded($"{path}.csv?$filter=age eq 1"))).ShouldBeProblem(501.5m);
        (await programme.Admin.GetAsync($"{path}.csv?$top=1")).ShouldBeProblem(501.1m);
    }

    [Fact]
    public async Task Select_returns_the_named_properties()
    {
        var (programme, service) = await StartAsync();
        await AddAsync(programme, service, "Ann", "30");
        foreach (
            var (select, shown) in new[]
            {
                ("age", "{\"age\":\"30\"}"),
                ("label, b-c", "{\"label\":\"Ann\",\"b_c\":\"1\"}"),
                ("__system/version", "{\"__system\":{\"version\":1}}"),
            }
        )
        {
            var answer = (await programme.Admin.GetAsync(Encoded($"{service}/Entities?$select={select}"))).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(shown, answer.Json.GetProperty("value")[0].ToString());
        }
        Assert.Equal(
            6,
            (await programme.Admin.GetAsync($"{service}/Entities?$select=*")).Json.GetProperty("value")[0].EnumerateObject().Count()
        );
    }

    private static string Encoded(string address) => address.Replace(" ", "%20", StringComparison.Ordinal);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<IEnumerable<string>> LabelsAsync(Programme programme, string address) =>
        (await programme.Admin.GetAsync(Encoded(address))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("value").Names("label");

    private static async Task<string?> AdminIdAsync(Programme programme) =>
        (await programme.Admin.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").ToString();

    private static async Task<string> AddAsync(Programme programme, string service, string label, string age)
    {
        var path = service.Replace(".svc", "/entities", StringComparison.Ordinal);
        var data = new Dictionary<string, string> { ["age"] = age, ["b-c"] = "1" };
        return (await programme.Admin.PostJsonAsync(path, new { label, data }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("uuid")
            .GetString()!;
    }

    private static async Task<(Programme Programme, string Service)> StartAsync()
    {
        var programme = await Programme.StartAsync();
        return (programme, $"{programme.DatasetPath(await programme.CreateDatasetAsync("b-c", "b.c", "age"))}.svc");
    }
}
