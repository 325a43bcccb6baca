using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>A form with all that an export has to show: groups, a location, choices, photos, an event log, and repeats in repeats, two
/// of one name.</summary>
public static class ExportForms
{
    public static string Survey(string id) =>
        $"""
            <?xml version="1.0"?>
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
            <h:head><h:title>Survey</h:title><model>
            <instance><data id="{Escape(id)}" version="1"><name/><age/><visit><place/><at/><soil/></visit>
            <children><child><name/><toys><toy><label/></toy></toys></child></children><pets><toy><label/></toy></pets><photo/>
            <orx:meta><orx:audit/><orx:instanceID/></orx:meta></data></instance>
            <bind nodeset="/data/name" type="string"/><bind nodeset="/data/age" type="int"/><bind nodeset="/data/visit/place"
                type="geopoint"/>
            <bind nodeset="/data/visit/at" type="dateTime"/><bind nodeset="/data/visit/soil" type="string"/><bind
                nodeset="/data/children/child/name" type="string"/>
            <bind nodeset="/data/children/child/toys/toy/label" type="string"/><bind nodeset="/data/pets/toy/label" type="string"/>
            <bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/meta/audit" type="binary"/><bind
                nodeset="/data/meta/instanceID" type="string"/>
            </model></h:head>
            <h:body><select ref="/data/visit/soil"><label>Soil</label></select>
            <repeat nodeset="/data/children/child"><repeat nodeset="/data/children/child/toys/toy"/></repeat><repeat
                nodeset="/data/pets/toy"/></h:body></h:html>
            """;

    public static Task<Inbox> OpenAsync(Server? server = null) => Inbox.OpenAsync(server, Survey);

    /// <summary>A submission to <see cref="Survey"/>; <paramref name="answers"/> stands between the root's tags.</summary>
    public static string Answer(Inbox inbox, string instanceId, string answers, string audit = "") =>
        $"<data id=\"{Escape(inbox.Form)}\" version=\"1\" xmlns:orx=\"http://openrosa.org/xforms\">{answers}"
        + $"<orx:meta>{audit}<orx:instanceID>{Escape(instanceId)}</orx:instanceID></orx:meta></data>";

    public const string Family = """
        <name>Ann</name><age>30</age><visit><place>12.5 -3.25 100 4.5</place><at>2024-05-01T10:11:12.000+07</at><soil>clay sand</soil>
        </visit>
        <children><child><name>Bo</name><toys><toy><label>ball</label></toy><toy><label>bike</label></toy></toys></child><child>
        <name>Cy</name><toys/></child></children>
        <pets><toy><label>bone</label></toy></pets>
        """;

    /// <summary>An archive's files, as text.</summary>
    public static Dictionary<string, string> Unzip(Answer answer)
    {
        using var archive = new ZipArchive(new MemoryStream(answer.Bytes), ZipArchiveMode.Read);
        return archive.Entries.ToDictionary(
            entry => entry.FullName,
            entry =>
            {
                using var reader = new StreamReader(entry.Open(), Encoding.Latin1);
                return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(reader.ReadToEnd()));
            }
        );
    }

    public static async Task<Dictionary<string, string>> ZipAsync(this Inbox inbox, string query = "") =>
        Unzip((await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv.zip{query}")).ShouldBe(HttpStatusCode.OK));

    public static async Task<string[]> CsvAsync(this Inbox inbox, string query = "")
    {
        var csv = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv{query}")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.EndsWith("\n", csv, StringComparison.Ordinal);
        return csv[..^1].Split('\n');
    }

    /// <summary>Below the form's OData service, with its escapes as they are.</summary>
    public static string ODataPath(this Inbox inbox, string path) => $"{inbox.Programme.FormPath(inbox.Form)}.svc{path}";

    public static async Task<System.Text.Json.JsonElement> ODataAsync(this Inbox inbox, string path) =>
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath(path))).ShouldBe(HttpStatusCode.OK).Json;

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text) => SecurityElement.Escape(text)!;
}
