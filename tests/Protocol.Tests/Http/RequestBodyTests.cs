using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>
/// The server accepts bodies with all members that docs/openapi.json describes. That other tests send no others is checked by
/// <see cref="ApiContract"/>.
/// </summary>
public sealed class RequestBodyTests
{
    private const string Scalars = """{"a":"b","c":1,"d":true,"e":null}""";

    [Fact]
    public async Task Projects_and_forms()
    {
        var programme = await Programme.StartAsync(domain: Samples.Unique("whole"));
        var (admin, project, form) = (programme.Admin, programme.Path, await programme.PublishAsync());
        var domain = await TextAsync(admin, project, "domain");
        const string more = """ "name":"Trees","description":"All of them" """;

        await SendAsync(admin, "POST", "/projects", $$"""{ {{more}},"domain":"{{Samples.Unique("whole")}}"}""");
        const string search = """ "caseSearch":true,"fuzzyProperties":[{"caseType":"tree","properties":["name"]}],"userCases":false """;
        await SendAsync(admin, "PATCH", project, $$"""{ {{more}},"archived":false,"domain":"{{domain}}",{{search}} }""");
        var assignments = $$"""[{"actorId":{{await TextAsync(admin, "/users/current", "id")}},"roleId":5}]""";
        var forms = $$"""[{"xmlFormId":"{{form}}","state":"open","webformsEnabled":false,"assignments":{{assignments}}}]""";
        await SendAsync(admin, "PUT", project, $$"""{ {{more}},"archived":false,"forms":{{forms}}}""");
        const string change = """{"state":"open","webformsEnabled":true,"description":"Trees","submissionShards":1}""";
        await SendAsync(admin, "PATCH", $"{project}/forms/{form}", change);
        await SendAsync(admin, "POST", $"{project}/key", """{"passphrase":"correct horse","hint":"battery"}""");
    }

    [Fact]
    public async Task App_users_and_public_links()
    {
        var programme = await Programme.StartAsync();
        var (admin, project) = (programme.Admin, programme.Path);
        await SendAsync(admin, "POST", $"{project}/actor-properties", """{"name":"region"}""");

        const string body = """{"displayName":"Tablet","properties":{"region":"north"}}""";
        var user = await SendAsync(admin, "POST", $"{project}/app-users", body);
        await SendAsync(admin, "PATCH", $"{project}/app-users/{user.GetProperty("id")}", body);
        var links = $"{project}/forms/{await programme.PublishAsync()}/public-links";
        var link = await SendAsync(admin, "POST", links, """{"displayName":"Poster","once":true,"properties":{"region":null}}""");
        await SendAsync(admin, "PATCH", $"{links}/{link.GetProperty("id")}", body);
    }

    [Fact]
    public async Task Datasets_and_entities()
    {
        var programme = await Programme.StartAsync();
        var (admin, people) = (programme.Admin, $"{programme.Path}/datasets/people");
        await SendAsync(admin, "POST", $"{programme.Path}/actor-properties", """{"name":"region"}""");

        const string settings = """ "approvalRequired":false,"ownerOnly":false,"accessFilter": """;
        await SendAsync(admin, "POST", $"{programme.Path}/datasets", $$"""{"name":"people",{{settings}} {"type":"ownerOnly"} }""");
        await SendAsync(admin, "POST", $"{people}/properties", """{"name":"age"}""");
        const string rules = """[{"datasetProperty":"age","actorProperty":"region"}]""";
        await SendAsync(admin, "PATCH", people, $$"""{ {{settings}} {"type":"property","rules":{{rules}}} }""");
        await SendAsync(admin, "PATCH", people, $$"""{ {{settings}} null }""");
        var (uuid, other) = (Guid.NewGuid(), Guid.NewGuid());
        var entity = $$"""{"uuid":"{{uuid}}","label":"Ann","data":{"age":"31"} }""";
        await SendAsync(admin, "POST", $"{people}/entities", entity);
        var many = $$"""{"entities":[{"uuid":"{{other}}","label":"Bo"}],"source":{"name":"people.csv","size":100} }""";
        await SendAsync(admin, "POST", $"{people}/entities", many);
        await SendAsync(admin, "PATCH", $"{people}/entities/{uuid}?force=true", entity);
        await SendAsync(admin, "POST", $"{people}/entities/bulk-delete", $$"""{"ids":["{{uuid}}","{{other}}"]}""");
        await SendAsync(admin, "POST", $"{people}/entities/bulk-restore", $$"""{"ids":["{{uuid}}"]}""");
    }

    [Fact]
    public async Task Submissions_webhooks_and_accounts()
    {
        var programme = await Programme.StartAsync(domain: Samples.Unique("whole"));
        var (admin, project) = (programme.Admin, programme.Path);
        var (form, instance) = (await programme.PublishAsync(), Samples.NewInstanceId());
        var submissions = $"{project}/forms/{form}/submissions";
        (await admin.PostXmlAsync(submissions, Samples.Submission(form, instance))).ShouldBe(HttpStatusCode.OK);
        await SendAsync(admin, "PATCH", $"{submissions}/{instance}", """{"reviewState":"hasIssues"}""");
        await SendAsync(admin, "POST", $"{submissions}/{instance}/comments", """{"body":"Which tree?"}""");

        const string hook =
            """{"url":"https://hooks.example.org/","events":["case.closed"],"name":"Hook","includeData":true,"active":false}""";
        var webhook = await SendAsync(admin, "POST", $"{project}/webhooks", hook);
        await SendAsync(admin, "PATCH", $"{project}/webhooks/{webhook.GetProperty("id")}", hook);

        var email = $"{Samples.Unique("whole")}@example.org";
        var credentials = $$""" "email":"{{email}}","password":"correct horse" """;
        var account = await SendAsync(admin, "POST", "/users", $$"""{ {{credentials}},"displayName":"Ann"}""");
        var user = $"/users/{account.GetProperty("id")}";
        await SendAsync(admin, "PATCH", user, $$"""{"email":"{{email}}","displayName":"Ann Lee"}""");
        await SendAsync(admin, "POST", "/sessions", $$"""{ {{credentials}} }""");
        await SendAsync(admin, "PUT", $"{user}/password", """{"old":"correct horse","new":"correct battery"}""");
        await SendAsync(admin, "POST", "/users/reset/initiate", $$"""{"email":"{{email}}"}""");
        var domain = await TextAsync(admin, project, "domain");
        var key = $$"""{"name":"Export","domain":"{{domain}}","role":"viewer","expiresAt":"2099-01-01"}""";
        await SendAsync(admin, "POST", $"/users/{await TextAsync(admin, "/users/current", "id")}/api-keys", key);
        var preference = $"/user-preferences/project/{programme.Id}/{Samples.Unique("p")}";
        await SendAsync(admin, "PUT", preference, """{"propertyValue":[1]}""");
    }

    [Fact]
    public async Task Locations_groups_and_workers()
    {
        var domain = await Domain.StartAsync();
        const string type = """{"code":"village","name":"Village","parent":"","shares_cases":true,"view_descendants":false}""";
        await BothAsync(domain, "location_type", type);
        const string place = """ "name":"Bo","location_type_code":"village","site_code":"bo","parent_location_id":"","external_id":7 """;
        var map = $$""" "latitude":7.5,"longitude":"-11.5","location_data":{{Scalars}},"is_archived":false """;
        var location = await BothAsync(domain, "location", $$"""{ {{place}},{{map}} }""");
        var worker = await domain.WorkerAsync();
        var team = $$"""{"name":"Team","case_sharing":true,"reporting":false,"metadata":{{Scalars}},"users":["{{worker.Id}}"]}""";
        var group = await BothAsync(domain, "group", team);
        var account = $$""" "username":"{{Samples.Unique("ann")}}","password":"1988","language":"en","phone_numbers":["123"] """;
        const string person = """ "first_name":"Ann","last_name":"Lee","email":"ann@example.org" """;
        var work = $$""" "locations":["{{location}}"],"primary_location":"{{location}}","groups":["{{group}}"],"user_data":{{Scalars}} """;
        await BothAsync(domain, "user", $$"""{ {{account}},{{person}},{{work}} }""");
    }

    [Fact]
    public async Task Lookup_tables_and_products()
    {
        var domain = await Domain.StartAsync();
        const string fields = """[{"field_name":"code","properties":["lang"],"is_indexed":true}]""";
        var tableId = await BothAsync(
            domain,
            "lookup_table",
            $$"""{"tag":"drug","fields":{{fields}},"is_global":false,"item_attributes":["x"]}"""
        );
        const string values = """{"code":{"field_list":[{"field_value":5,"properties":{"lang":"en"} }]} }""";
        var owners = $$"""{"users":["{{(await domain.WorkerAsync()).Id}}"],"groups":[],"locations":[]}""";
        var row = $$""" "data_type_id":"{{tableId}}","fields":{{values}},"sort_key":1,"item_attributes":{"x":1} """;
        await BothAsync(domain, "lookup_table_item", $$"""{ {{row}},"owners":{{owners}} }""");
        var product = $$""" "name":"Soap","id":"{{Samples.Unique("soap")}}","code":12,"cost":1.5,"unit":"bar","category":"wash" """;
        const string more = """ "description":"Of olives","program_id":"p","is_archived":false """;
        await BothAsync(domain, "product", $$"""{ {{product}},{{more}},"product_data":{{Scalars}} }""");
    }

    [Fact]
    public async Task Cases()
    {
        var domain = await Domain.StartAsync();
        var (admin, cases, worker) = (domain.Admin, domain.At("/api/case/v2/"), await domain.WorkerAsync());
        var tree = $$""" "case_type":"tree","case_name":"Oak","owner_id":"{{worker.Id}}","properties":{"height":"5"},"close":false """;
        var root = await CreateAsync(Samples.Unique("root"));
        var external = Samples.Unique("oak");
        var id = await CreateAsync(external);
        var parent = $$""" "indices":{"parent":{"case_id":"{{root}}","case_type":"tree","relationship":"child"} } """;
        var change = $$"""{"case_id":"{{id}}","external_id":"{{external}}",{{tree}},{{parent}} }""";
        await SendAsync(admin, "PUT", cases, change);
        await SendAsync(admin, "PUT", $"{cases}{id}/", change);
        await SendAsync(admin, "PUT", $"{cases}ext/{external}/", change);
        const string host = """ "indices":{"host":{"temporary_id":"t","case_type":"tree","relationship":"extension"} } """;
        var list = $$"""
            [
                {"create":true,"temporary_id":"t","external_id":"",{{tree}},{{parent}} },
                {"create":false,"case_id":"{{id}}",{{host}} },
                {"external_id":"{{external}}","properties":{"height":"6"} }
            ]
            """;
        using var several = Content(list);
        (await admin.PostAsync(cases, several)).ShouldBe(HttpStatusCode.OK);
        await SendAsync(admin, "POST", $"{cases}bulk-fetch/", $$"""{"case_ids":["{{id}}"],"external_ids":["{{external}}"]}""");

        async Task<string> CreateAsync(string externalId)
        {
            var created = await SendAsync(admin, "POST", cases, $$"""{"external_id":"{{externalId}}",{{tree}},"indices":{} }""");
            return created.GetProperty("case").GetProperty("case_id").GetString()!;
        }
    }

    private static async Task<string> TextAsync(Api api, string path, string member) =>
        (await api.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json.GetProperty(member).ToString();

    // Creates a thing and changes it by the same body.
    private static async Task<string> BothAsync(Domain domain, string resource, string body)
    {
        var created = await SendAsync(domain.Admin, "POST", domain.Api($"{resource}/"), body);
        var id = created.GetProperty(resource == "location" ? "location_id" : "id").GetString()!;
        await SendAsync(domain.Admin, "PUT", domain.Api($"{resource}/{id}/"), body);
        return id;
    }

    private static async Task<JsonElement> SendAsync(Api api, string method, string path, string body)
    {
        using var content = Content(body);
        var address = path.StartsWith("http", StringComparison.Ordinal) ? path : api.Address(path);
        ApiContract.RequireWhole(method, new Uri(address), JsonSerializer.Deserialize<JsonElement>(body));
        var answer = await api.SendAsync(new HttpMethod(method), address, content);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{method} {path}: {answer.Text}");
        return answer.Json;
    }

    private static StringContent Content(string json) => new(json, Encoding.UTF8, "application/json");
}
