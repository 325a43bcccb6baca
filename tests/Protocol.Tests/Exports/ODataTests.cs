using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>What a form and its submissions look like through OData (OR-276 to OR-279).</summary>
public sealed class ODataTests
{
    [Fact, Clause("OR-276")]
    public async Task The_service_lists_a_table_for_the_submissions_and_one_for_each_repeat()
    {
        var inbox = await ExportForms.OpenAsync();

        var answer = (await inbox.Programme.Admin.GetAsync(inbox.ODataPath(""))).ShouldBe(HttpStatusCode.OK);

        Assert.Equal("4.0", answer.Header("OData-Version"));
        Assert.Equal($"{Service(inbox)}/$metadata", answer.Json.GetProperty("@odata.context").GetString());
        Assert.Equal("""{"name":"Submissions","kind":"EntitySet","url":"Submissions"}""", answer.Json.GetProperty("value")[0].GetRawText());
        Assert.Equal(
            ["Submissions", "Submissions.children.child", "Submissions.children.child.toys.toy", "Submissions.pets.toy"],
            answer.Json.GetProperty("value").EnumerateArray().Select(set => set.GetProperty("url").GetString())
        );
    }

    [Fact, Clause("OR-276")]
    public async Task The_metadata_describe_every_table()
    {
        var inbox = await ExportForms.OpenAsync();

        var answer = (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/$metadata"))).ShouldBe(HttpStatusCode.OK);

        Assert.StartsWith("application/xml", answer.Header("Content-Type"), StringComparison.Ordinal);
        XNamespace edm = "http://docs.oasis-open.org/odata/ns/edm";
        var form = "org.opendatakit.user." + inbox.Form.Replace('-', '_');
        var schema = XDocument.Parse(answer.Text).Descendants(edm + "Schema").Single(found => found.Attribute("Namespace")!.Value == form);
        Assert.Equal(
            [
                "__id Edm.String",
                "__system org.opendatakit.submission.metadata",
                "name Edm.String",
                "age Edm.Int64",
                $"visit {form}.visit",
                $"children {form}.children",
                $"pets {form}.pets",
                "photo Edm.String",
                $"meta {form}.meta",
            ],
            PropertiesOf("EntityType", "Submissions")
        );
        Assert.Equal(["place Edm.GeographyPoint", "at Edm.DateTimeOffset", "soil Edm.String"], PropertiesOf("ComplexType", "visit"));
        Assert.Equal([$"child Collection({form}.Submissions.children.child)"], PropertiesOf("ComplexType", "children"));
        Assert.Equal(
            ["__id Edm.String", "__Submissions-id Edm.String", "name Edm.String", $"toys {form}.children.child.toys"],
            PropertiesOf("EntityType", "Submissions.children.child")
        );
        Assert.Equal(
            ["__id Edm.String", "__Submissions-children-child-id Edm.String", "label Edm.String"],
            PropertiesOf("EntityType", "Submissions.children.child.toys.toy")
        );
        Assert.Equal(4, schema.Descendants(edm + "EntitySet").Count());

        IEnumerable<string> PropertiesOf(string kind, string name) =>
            schema
                .Elements(edm + kind)
                .Single(type => type.Attribute("Name")!.Value == name)
                .Elements()
                .Where(element => element.Name.LocalName is "Property" or "NavigationProperty")
                .Select(property => $"{property.Attribute("Name")!.Value} {property.Attribute("Type")!.Value}");
    }

    [Fact, Clause("OR-276"), Clause("OR-277"), Clause("OR-278")]
    public async Task A_submission_shows_every_question_with_its_type()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", ExportForms.Family));
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:2", "<age>many</age>"));
        var (sent, empty) = (await inbox.GetAsync("uuid:1"), await inbox.GetAsync("uuid:2"));

        var answer = (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/Submissions"))).ShouldBe(HttpStatusCode.OK);

        string System(JsonElement submission) =>
            $$"""
                {"submissionDate":"{{submission.GetProperty(
                    "createdAt"
                ).GetString()}}","updatedAt":null,"submitterId":"{{submission.GetProperty("submitterId").GetInt32()}}",
                "submitterName":"Tablet","attachmentsPresent":0,"attachmentsExpected":0,"status":null,
                "reviewState":null,"deviceId":null,"edits":0,"formVersion":"1","deletedAt":null}
                """;
        var expected = $$$"""
            {"value":[{"__id":"uuid:2","__system":{{{System(empty)}}},"name":null,"age":null,
            "visit":{"place":null,"at":null,"soil":null},"children":{"child@odata.navigationLink":"Submissions('uuid%3A2')/children/child"},
            "pets":{"toy@odata.navigationLink":"Submissions('uuid%3A2')/pets/toy"},
            "photo":null,"meta":{"audit":null,"instanceID":"uuid:2"}},
            {"__id":"uuid:1","__system":{{{System(sent)}}},"name":"Ann","age":30,
            "visit":{"place":{"type":"Point","coordinates":[-3.25,12.5,100],"properties":{"accuracy":4.5}},
            "at":"2024-05-01T10:11:12.000+07:00","soil":"clay sand"},
            "children":{"child@odata.navigationLink":"Submissions('uuid%3A1')/children/child"},
            "pets":{"toy@odata.navigationLink":"Submissions('uuid%3A1')/pets/toy"},
            "photo":null,"meta":{"audit":null,"instanceID":"uuid:1"}}],"@odata.context":"{{{Service(inbox)}}}/$metadata#Submissions"}
            """;
        Assert.Equal(expected.Replace("\n", "", StringComparison.Ordinal), answer.Text);
        Assert.Equal(
            "POINT (-3.25 12.5 100)",
            (await inbox.ODataAsync("/Submissions?%24wkt=true"))
                .GetProperty("value")[1]
                .GetProperty("visit")
                .GetProperty("place")
                .GetString()
        );
    }

    [Fact, Clause("OR-277")]
    public async Task Rows_of_a_repeat_have_their_own_ids_and_URLs()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "double", ExportForms.Family));
        await inbox.SendAsync(ExportForms.Answer(inbox, "it's/one", "<children><child><name>Ed</name></child></children>"));

        var children = (await inbox.ODataAsync("/Submissions.children.child")).GetProperty("value");
        Assert.Equal(["Ed", "Bo", "Cy"], children.EnumerateArray().Select(child => child.GetProperty("name").GetString()));
        Assert.Equal(
            ["it's/one", "double", "double"],
            children.EnumerateArray().Select(child => child.GetProperty("__Submissions-id").GetString())
        );
        Assert.Equal("46ebf42ee83ddec5028c42b2c054402d1e700208", children[1].GetProperty("__id").GetString());
        var link = children[1].GetProperty("toys").GetProperty("toy@odata.navigationLink").GetString();
        Assert.Equal("Submissions('double')/children/child('46ebf42ee83ddec5028c42b2c054402d1e700208')/toys/toy", link);

        var toys = (await inbox.ODataAsync($"/{link}")).GetProperty("value");
        Assert.Equal(["ball", "bike"], toys.EnumerateArray().Select(toy => toy.GetProperty("label").GetString()));
        Assert.Equal("46ebf42ee83ddec5028c42b2c054402d1e700208", toys[0].GetProperty("__Submissions-children-child-id").GetString());
        Assert.Equal(2, (await inbox.ODataAsync("/Submissions.children.child.toys.toy")).GetProperty("value").GetArrayLength());

        var round = (await inbox.ODataAsync($"/{link!.Replace("/toys/toy", "", StringComparison.Ordinal)}")).GetProperty("value");
        Assert.Equal("Bo", Assert.Single(round.EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(
            "Ed",
            (await inbox.ODataAsync("/Submissions('it''s%2Fone')/children/child")).GetProperty("value")[0].GetProperty("name").GetString()
        );
        Assert.Equal(
            "double",
            Assert
                .Single((await inbox.ODataAsync("/Submissions('double')")).GetProperty("value").EnumerateArray())
                .GetProperty("__id")
                .GetString()
        );
        Assert.Empty((await inbox.ODataAsync("/Submissions('it''s%2Fone')/pets/toy")).GetProperty("value").EnumerateArray());
    }

    [Fact, Clause("OR-276")]
    public async Task Repeats_are_shown_in_place_on_request_and_properties_can_be_chosen()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "double", ExportForms.Family));

        var expanded = (await inbox.ODataAsync("/Submissions?%24expand=*"))
            .GetProperty("value")[0]
            .GetProperty("children")
            .GetProperty("child");
        Assert.Equal(["Bo", "Cy"], expanded.EnumerateArray().Select(child => child.GetProperty("name").GetString()));
        Assert.Equal(
            ["ball", "bike"],
            expanded[0].GetProperty("toys").GetProperty("toy").EnumerateArray().Select(toy => toy.GetProperty("label").GetString())
        );
        Assert.Equal(0, expanded[1].GetProperty("toys").GetProperty("toy").GetArrayLength());

        Assert.Equal(
            """{"__id":"double","__system":{"edits":0},"age":30,"visit":{"soil":"clay sand"}}""",
            (await inbox.ODataAsync("/Submissions?%24select=__id,%20__system/edits,age,visit/soil")).GetProperty("value")[0].GetRawText()
        );
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/Submissions?%24select=height"))).ShouldBeProblem(400.23m);
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/Submissions?%24select=children/child/name"))).ShouldBeProblem(400.24m);
    }

    [Fact, Clause("OR-276")]
    public async Task Encrypted_submissions_are_listed_without_values()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(
            $"<data id=\"{inbox.Form}\" version=\"1\" encrypted=\"yes\" xmlns=\"http://opendatakit.org/submissions\">"
                + "<base64EncryptedKey>a2V5</base64EncryptedKey>"
                + "<meta><instanceID>uuid:1</instanceID></meta><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>",
            ("submission.xml.enc", Samples.Bytes(50), "application/octet-stream")
        );

        var row = Assert.Single((await inbox.ODataAsync("/Submissions")).GetProperty("value").EnumerateArray());

        Assert.Equal(["__id", "__system"], row.EnumerateObject().Select(property => property.Name));
        Assert.Equal("notDecrypted", row.GetProperty("__system").GetProperty("status").GetString());
    }

    [Fact, Clause("OR-276")]
    public async Task A_draft_has_its_own_OData_service()
    {
        var inbox = await Inbox.OpenAsync();
        var draft = $"{inbox.Programme.FormPath(inbox.Form)}/draft.svc";
        (await inbox.Programme.Admin.GetAsync(draft)).ShouldBeProblem(404.1m);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        (
            await inbox.Programme.Admin.OpenRosa.PostAsync(
                $"{inbox.Programme.FormPath(inbox.Form)}/draft/submission",
                Samples.Multipart(inbox.Submission("uuid:test"))
            )
        ).ShouldBe(HttpStatusCode.Created);

        Assert.EndsWith(
            "/draft.svc/$metadata",
            (await inbox.Programme.Admin.GetAsync(draft)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("@odata.context").GetString(),
            StringComparison.Ordinal
        );
        (await inbox.Programme.Admin.GetAsync($"{draft}/$metadata")).ShouldBe(HttpStatusCode.OK);
        foreach (var path in new[] { "/Submissions", "/Submissions('uuid%3Atest')" })
        {
            var rows = (await inbox.Programme.Admin.GetAsync(draft + path)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("value");
            Assert.Equal("uuid:test", Assert.Single(rows.EnumerateArray()).GetProperty("__id").GetString());
        }
        Assert.Empty((await inbox.ODataAsync("/Submissions")).GetProperty("value").EnumerateArray());
    }

    [Fact, Clause("OR-276")]
    public async Task A_form_whose_id_ends_in_svc_can_be_reached()
    {
        var programme = await Programme.StartAsync();
        var id = Samples.Unique("trees");
        await programme.PublishAsync(id: id);
        await programme.PublishAsync(id: $"{id}.svc");

        Assert.Equal(
            $"{id}.svc",
            (await programme.Admin.GetAsync(programme.FormPath($"{id}.svc")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("xmlFormId")
                .GetString()
        );
        Assert.Equal(
            JsonValueKind.Array,
            (await programme.Admin.GetAsync($"{programme.FormPath($"{id}.svc")}/submissions")).ShouldBe(HttpStatusCode.OK).Json.ValueKind
        );
        Assert.EndsWith(
            $"{id}.svc/$metadata#Submissions",
            Context(await programme.Admin.GetAsync($"{programme.FormPath(id)}.svc/Submissions")),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            $"{id}.svc.svc/$metadata#Submissions",
            Context(await programme.Admin.GetAsync($"{programme.FormPath(id)}.svc.svc/Submissions")),
            StringComparison.Ordinal
        );
        (await programme.Admin.GetAsync($"{programme.FormPath(id)}.svc/versions")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync($"{programme.FormPath("no such form")}.svc")).ShouldBeProblem(404.1m);
        (await programme.Admin.GetAsync($"{programme.FormPath("no such form")}.svc/Submissions")).ShouldBeProblem(404.1m);

        static string Context(Answer answer) => answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("@odata.context").GetString()!;
    }

    private static string Service(Inbox inbox) => inbox.Programme.Admin.Address(inbox.ODataPath(""));
}
