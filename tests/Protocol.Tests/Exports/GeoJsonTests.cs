using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>Where submissions are, as GeoJSON (OR-278).</summary>
public sealed class GeoJsonTests
{
    [Fact, Clause("OR-278")]
    public async Task Submissions_are_features_with_the_locations_that_are_asked_for()
    {
        var inbox = await Inbox.OpenAsync(definition: Form);
        await SendAsync(
            inbox,
            "uuid:1",
            "<place>50 8 100 4</place><plots><plot><line>1 2;3 4</line><area>1 1;2 2;3 1</area></plot></plots>"
        );
        await SendAsync(inbox, "uuid:2", "<place>nowhere</place>");
        await SendAsync(
            inbox,
            "uuid:3",
            "<plots><plot><line>5 6;7 8;</line></plot><plot><line>1 2;3 4</line></plot></plots><place>1 2</place>"
        );

        Assert.Equal(
            Collection(
                """{"type":"Feature","id":"uuid:3","geometry":{"type":"Point","coordinates":[2,1]},"properties":{"fieldpath":"/place"}}""",
                """
                {"type":"Feature","id":"uuid:1","geometry":{"type":"Point","coordinates":[8,50,100]},"properties":{"fieldpath":"/place"}}
                """
            ),
            await GetAsync(inbox, "")
        );
        Assert.Equal(
            Collection(
                """
                {"type":"Feature","id":"uuid:3","geometry":{"type":"MultiLineString","coordinates":[[[6,5],[8,7]],[[2,1],[4,3]]]},
                "properties":null}
                """,
                """
                {"type":"Feature","id":"uuid:1","geometry":{"type":"GeometryCollection","geometries":
                [{"type":"MultiLineString","coordinates":[[[2,1],[4,3]]]},
                {"type":"MultiPolygon","coordinates":[[[[1,1],[2,2],[1,3],[1,1]]]]}]},"properties":null}
                """
            ),
            await GetAsync(inbox, "?fieldpath=/plots/plot/line&fieldpath=/plots/plot/area")
        );
        Assert.Equal(Collection(), await GetAsync(inbox, "?fieldpath=/none"));
    }

    [Fact, Clause("OR-278")]
    public async Task GeoJSON_of_the_draft_and_of_the_form_are_separate()
    {
        var inbox = await Inbox.OpenAsync(definition: Form);
        await SendAsync(inbox, "uuid:1", "<place>1 2</place>");
        var draft = $"{inbox.Programme.FormPath(inbox.Form)}/draft";
        (await inbox.Programme.Admin.GetAsync($"{draft}/submissions.geojson")).ShouldBeProblem(404.1m);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, Form(inbox.Form))).ShouldBe(HttpStatusCode.OK);
        using var body = Samples.Multipart(
            $"<data id=\"{inbox.Form}\" version=\"1\"><place>3 4</place><meta><instanceID>uuid:2</instanceID></meta></data>"
        );
        (await inbox.Programme.Admin.OpenRosa.PostAsync($"{draft}/submission", body)).ShouldBe(HttpStatusCode.Created);

        var answer = (await inbox.Programme.Admin.GetAsync($"{draft}/submissions.geojson")).ShouldBe(HttpStatusCode.OK);
        var feature = Assert.Single(answer.Json.GetProperty("features").EnumerateArray());
        Assert.Equal("uuid:2", feature.GetProperty("id").GetString());
        Assert.Equal("[4,3]", feature.GetProperty("geometry").GetProperty("coordinates").GetRawText());
    }

    [Fact, Clause("OR-278")]
    public async Task GeoJSON_is_filtered_by_sender_state_time_and_deletion()
    {
        var inbox = await Inbox.OpenAsync(definition: Form);
        foreach (var id in new[] { "uuid:1", "uuid:2", "uuid:3" })
        {
            await SendAsync(inbox, id, "<place>1 2</place>");
        }
        var admin = inbox.Programme.Admin;
        (await admin.PatchJsonAsync($"{inbox.SubmissionsPath}/uuid%3A2", new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
        (await admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid%3A3")).ShouldBe(HttpStatusCode.OK);
        var first = await inbox.GetAsync("uuid:1");
        var sender = first.GetProperty("submitterId").GetInt32().ToString(CultureInfo.InvariantCulture);
        var time = first.GetProperty("createdAt").GetString();

        Assert.Equal(["uuid:2", "uuid:1"], await IdsAsync(inbox, ""));
        Assert.Equal(["uuid:3"], await IdsAsync(inbox, "?deleted=true"));
        Assert.Equal(["uuid:2"], await IdsAsync(inbox, "?reviewState=approved"));
        Assert.Equal(["uuid:1"], await IdsAsync(inbox, "?reviewState=null"));
        Assert.Equal(["uuid:2", "uuid:1"], await IdsAsync(inbox, $"?submitterId={sender}&reviewState=null&reviewState=approved"));
        Assert.Empty(await IdsAsync(inbox, "?submitterId=1"));
        Assert.Equal(["uuid:2"], await IdsAsync(inbox, "?limit=1"));
        Assert.Empty(await IdsAsync(inbox, "?reviewState=null&readAtMost=1"));
        Assert.Equal(["uuid:1"], await IdsAsync(inbox, "?reviewState=null&readAtMost=2"));
        (await admin.GetAsync($"{inbox.SubmissionsPath}.geojson?readAtMost=0")).ShouldBeProblem(400.22m);
        (await admin.GetAsync($"{inbox.SubmissionsPath}.geojson?readAtMost=1&deleted=true")).ShouldBeProblem(501.1m);
        Assert.Empty(await IdsAsync(inbox, $"?end__lt={time}"));
        Assert.Equal(["uuid:2", "uuid:1"], await IdsAsync(inbox, $"?start__gte={time}"));
        (await admin.GetAsync($"{inbox.SubmissionsPath}.geojson?submitterId=x")).ShouldBeProblem(400.8m);
        (await admin.GetAsync($"{inbox.SubmissionsPath}.geojson?reviewState=good")).ShouldBeProblem(400.8m);
        (await admin.GetAsync($"{inbox.SubmissionsPath}.geojson?start__gt=then")).ShouldBeProblem(400.8m);
    }

    [Fact, Clause("OR-278")]
    public async Task One_submission_and_each_of_its_versions_is_a_collection_of_its_own()
    {
        var inbox = await Inbox.OpenAsync(definition: Form);
        await SendAsync(inbox, "uuid:1", "<place>1 2</place>");
        await SendAsync(inbox, "uuid:2", "<place>3 4</place>", "<deprecatedID>uuid:1</deprecatedID>");
        var path = $"{inbox.SubmissionsPath}/uuid%3A1";

        Assert.Contains(
            "[4,3]",
            (await inbox.Programme.Admin.GetAsync($"{path}.geojson")).ShouldBe(HttpStatusCode.OK).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "[2,1]",
            (await inbox.Programme.Admin.GetAsync($"{path}/versions/uuid%3A1.geojson")).ShouldBe(HttpStatusCode.OK).Text,
            StringComparison.Ordinal
        );
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3A9.geojson")).ShouldBeProblem(404.1m);
        Assert.EndsWith(
            "/uuid%3A1/versions/uuid%3A2.geojson",
            (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3A2.geojson")).Header("Location"),
            StringComparison.Ordinal
        );
    }

    private static string Collection(params string[] features) =>
        $$"""{"type":"FeatureCollection","features":[{{string.Join(',', features.Select(Joined))}}]}""";

    private static string Joined(string text) => text.Replace("\n", "", StringComparison.Ordinal);

    private static async Task<string> GetAsync(Inbox inbox, string query) =>
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.geojson{query}")).ShouldBe(HttpStatusCode.OK).Text;

    private static async Task<List<string?>> IdsAsync(Inbox inbox, string query) =>
        [
            .. (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.geojson{query}"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("features")
                .EnumerateArray()
                .Select(feature => feature.GetProperty("id").GetString()),
        ];

    private static Task SendAsync(Inbox inbox, string id, string answers, string meta = "") =>
        inbox.SendAsync($"<data id=\"{inbox.Form}\" version=\"1\">{answers}<meta>{meta}<instanceID>{id}</instanceID></meta></data>");

    private static string Form(string id) =>
        $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title><model>
            <instance><data id="{id}" version="1"><plots><plot><line/><area/></plot></plots><place/><meta><instanceID/></meta></data>
            </instance><bind nodeset="/data/plots/plot/line" type="geotrace"/><bind nodeset="/data/plots/plot/area" type="geoshape"/>
            <bind nodeset="/data/place" type="geopoint"/></model></h:head>
            <h:body><repeat nodeset="/data/plots/plot"/></h:body></h:html>
            """;
}
