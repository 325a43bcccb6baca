using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Lists of forms and cases in the envelope of CommCare HQ's API (CC-144 to CC-146).</summary>
public sealed class ReceivedFormListTests
{
    private static readonly string[] WrongFormQueries =
    [
        "colour=red",
        "format=xml",
        "order_by=form",
        "include_archived=perhaps",
        "indexed_on_start=soon",
        "limit=-1",
        "_search=%7B%7D",
        "xmlns=a&xmlns=b",
    ];

    [Fact, Clause("CC-146")]
    public async Task A_form_is_JSON_as_the_export_client_reads_it()
    {
        var desk = await CaseDesk.OpenAsync();
        var (id, caseId) = (Guid.NewGuid().ToString(), CaseDesk.NewId());
        var xml = desk.Form(id, desk.Create(caseId))
            .Replace(
                "<weight>7.2</weight>",
                "<weight>7.2</weight><child age=\"3\">A</child><child>B</child><at>2026-01-01T10:00:00.5+02:00</at>"
            )
            .Replace(
                "</n1:meta>",
                "<n1:appVersion>CommCare Android, version \"2.31.0\"(423345). App v18. Build 423345</n1:appVersion></n1:meta>"
            );
        var phone = desk.Worker.Phone.With("X-Forwarded-For", "198.51.100.1, 203.0.113.7:4711");
        (await desk.PostAsync(xml, phone, files: ("photo.jpg", Samples.Bytes(100), "image/jpeg"))).ShouldBeSuccess();

        var list = (await desk.Domain.Admin.GetAsync(desk.Domain.Api("form/"))).ShouldBe(HttpStatusCode.OK).Json;
        var form = Assert.Single(list.GetProperty("objects").EnumerateArray());
        var single = (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/form/v1/{id}/"))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(single.GetRawText(), form.GetRawText());

        Assert.Equal((id, desk.Domain.Name, "data"), (form.Text("id"), form.Text("domain"), form.Text("type")));
        Assert.Equal(("10", "1", "app"), (form.Text("version"), form.Text("uiversion"), form.Text("app_id")));
        Assert.Equal(("203.0.113.7", null), (form.Text("submit_ip"), form.GetProperty("build_id").GetString()));
        Assert.False(form.GetProperty("archived").GetBoolean());
        Assert.Equal(JsonValueKind.Null, form.GetProperty("edited_on").ValueKind);
        foreach (var time in new[] { "received_on", "server_modified_on", "indexed_on" })
        {
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", form.Text(time));
        }
        CheckData(desk, form, caseId);
        var attachments = form.GetProperty("attachments");
        Assert.Equal(Encoding.UTF8.GetByteCount(xml), attachments.GetProperty("form.xml").GetProperty("length").GetInt64());
        Assert.Equal(
            Samples.Bytes(100),
            (await desk.Domain.Admin.GetAsync(PathOf(desk, attachments.GetProperty("photo.jpg").Text("url"))))
                .ShouldBe(HttpStatusCode.OK)
                .Bytes
        );
    }

    private static void CheckData(CaseDesk desk, JsonElement form, string caseId)
    {
        var data = form.GetProperty("form");
        Assert.Equal(
            ("data", desk.Xmlns, "Visit", "7.2"),
            (data.Text("#type"), data.Text("@xmlns"), data.Text("@name"), data.Text("weight"))
        );
        Assert.Equal(
            ("3", "A", "B"),
            (
                data.GetProperty("child")[0].Text("@age"),
                data.GetProperty("child")[0].Text("#text"),
                data.GetProperty("child")[1].GetString()
            )
        );
        Assert.Equal("2026-01-01T08:00:00.500000Z", data.Text("at"));
        var block = data.GetProperty("g").GetProperty("case");
        Assert.Equal(
            (caseId, "http://commcarehq.org/case/transaction/v2", "Amina"),
            (block.Text("@case_id"), block.Text("@xmlns"), block.GetProperty("create").Text("case_name"))
        );
        var metadata = form.GetProperty("metadata");
        Assert.Equal(
            (form.Text("id"), desk.Worker.Id, "2.31.0", 18),
            (
                metadata.Text("instanceID"),
                metadata.Text("userID"),
                metadata.Text("commcare_version"),
                metadata.GetProperty("app_build_version").GetInt32()
            )
        );
    }

    [Fact, Clause("CC-146")]
    public async Task Each_parameter_of_the_list_of_forms_filters_or_is_refused()
    {
        var desk = await CaseDesk.OpenAsync();
        var other = await CaseDesk.OpenAsync(desk.Domain);
        var (first, second, third) = (NewId(), NewId(), NewId());
        (await desk.PostAsync(desk.Form(first))).ShouldBeSuccess();
        (await desk.PostAsync(desk.Form(second), path: "/receiver/a-2/")).ShouldBeSuccess();
        (
            await other.PostAsync(desk.Form(third).Replace(desk.Xmlns, "http://example.org/other"), path: "/receiver/secure/a-2/")
        ).ShouldBeSuccess();
        var editor = other.Worker.Phone.With("X-OpenRosa-Version", "3.0");
        (await desk.PostAsync(desk.Form(first).Replace("7.2", "7.3"), editor)).ShouldBe(HttpStatusCode.Created); // an edit
        var admin = desk.Domain.Admin;
        (await admin.DeleteAsync($"{desk.Domain.Programme.FormPath(desk.Xmlns)}/submissions/{second}")).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => (await IdsAsync("order_by=indexed_on&include_archived=true")).Count == 3, "all are settled");

        var all = (await ListAsync("include_archived=true"))
            .Json.GetProperty("objects")
            .EnumerateArray()
            .ToDictionary(one => one.Text("id"));
        Assert.True(all[second].GetProperty("archived").GetBoolean());
        Assert.NotNull(all[first].GetProperty("edited_on").GetString());
        Assert.Equal("7.3", all[first].GetProperty("form").Text("weight"));
        Assert.Equal(other.Worker.Id, all[first].Text("edited_by_user_id"));
        Assert.Equal(JsonValueKind.Null, all[third].GetProperty("edited_by_user_id").ValueKind);
        Assert.True(all[first].GetProperty("is_phone_submission").GetBoolean());
        Assert.False(all[third].GetProperty("is_phone_submission").GetBoolean());
        foreach (var (query, expected) in FormQueries(first, second, third, all))
        {
            Assert.Equal((query, string.Join(' ', expected)), (query, string.Join(' ', await IdsAsync(query))));
        }
        foreach (var wrong in WrongFormQueries)
        {
            Assert.NotEmpty((await ListAsync(wrong)).ShouldBe(HttpStatusCode.BadRequest).Json.Text("error"));
        }
        var page = (await ListAsync("limit=1&offset=1&include_archived=true")).Json.GetProperty("meta");
        Assert.Equal(
            (1, 1, 3),
            (page.GetProperty("limit").GetInt32(), page.GetProperty("offset").GetInt32(), page.GetProperty("total_count").GetInt32())
        );
        Assert.Equal([first], Ids((await admin.GetAsync(PathOf(desk, page.Text("next")))).Json));
        Assert.Equal([third], Ids((await admin.GetAsync(PathOf(desk, page.Text("previous")))).Json));
        Assert.Equal(1000, (await ListAsync("limit=0")).Json.GetProperty("meta").GetProperty("limit").GetInt32());

        Task<Answer> ListAsync(string query) => admin.GetAsync(desk.Domain.At($"/api/form/v1/?{query}"));

        async Task<List<string>> IdsAsync(string query) => Ids((await ListAsync(query)).ShouldBe(HttpStatusCode.OK).Json);
    }

    private static (string Query, string[] Expected)[] FormQueries(
        string first,
        string second,
        string third,
        Dictionary<string, JsonElement> all
    ) =>
        [
            ("", [third, first]),
            ("order_by=received_on", [first, third]),
            ("order_by=-received_on&include_archived=true", [third, second, first]),
            ("order_by=indexed_on&include_archived=true&format=json", [third, first, second]),
            ("order_by=-server_modified_on&include_archived=true", [second, first, third]),
            ("xmlns=http://example.org/other", [third]),
            ("xmlns=http://example.org/none", []),
            ("xmlns.exact=http://example.org/other", [third]),
            ("xmlns.exact=http://example.org/other&xmlns=http://example.org/none", []),
            ("app_id=a-2", [third]),
            ("app_id=a-2&include_archived=true", [third, second]),
            ("app_id=app&include_archived=false", [first]),
            ($"received_on_start={all[third].Text("received_on")}", [third]),
            ($"received_on_end={all[second].Text("received_on")}", [first]),
            ("received_on_end=2020-01-01", []),
            ($"indexed_on_start={all[first].Text("indexed_on")}&order_by=indexed_on", [first]),
            ($"indexed_on_end={all[first].Text("indexed_on").TrimEnd('Z')}9&order_by=indexed_on", [third, first]),
            ("server_modified_on_start=2999-01-01", []),
            ("server_date_modified_start=2999-01-01", []),
            ("server_date_modified_end=2999-01-01&order_by=received_on", [first, third]),
            ("limit=1&order_by=received_on", [first]),
            ("limit=1&offset=1&order_by=received_on", [third]),
            ("offset=7", []),
        ];

    internal static List<string> Ids(JsonElement list) => [.. list.GetProperty("objects").EnumerateArray().Select(one => one.Text("id"))];

    private static string NewId() => Guid.NewGuid().ToString();

    private static string PathOf(CaseDesk desk, string address) => PathOf(desk.Domain, address);

    // Addresses have the scheme of the front end.
    internal static string PathOf(Domain domain, string address) =>
        domain.At(address[address.IndexOf("/api/", StringComparison.Ordinal)..]);
}
