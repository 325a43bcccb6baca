using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Forms that create or read datasets, and the results for web users and phones.</summary>
internal static class EntityForms
{
    /// <summary>Asks for a name, an age and, if wanted, more; each is saved to a property of the dataset, and the label is the
    /// name.</summary>
    public static string Filling(
        string id,
        string dataset,
        string actions = "create=\"1\"",
        string version = "1",
        string[]? properties = null,
        string[]? files = null
    )
    {
        properties ??= ["first_name", "age"];
        var fields = string.Concat(properties.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"<q{i}/>")));
        var binds = string.Concat(
            properties.Select(
                (property, i) =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"<bind nodeset=\"/data/q{i}\" type=\"string\" entities:saveto=\"{property}\"/>"
                    )
            )
        );
        return Form(
            id,
            version,
            $"{fields}<meta><instanceID/><entity dataset=\"{dataset}\" id=\"\" {actions}><label/></entity></meta>",
            binds,
            files ?? []
        );
    }

    /// <summary>Reads files, and fills nothing.</summary>
    public static string Reading(string id, string version = "1", params string[] files) =>
        Form(id, version, "<who/><meta><instanceID/></meta>", "<bind nodeset=\"/data/who\" type=\"string\"/>", files, entities: false);

    /// <summary>Makes an entity of each person of a household.</summary>
    public static string Households(string form, string dataset) =>
        $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
                xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><model entities:entities-version="2025.1.0">
            <instance><data id="{form}" version="1"><house/><person><name/><age/><meta><entity dataset="{dataset}" id=""
                create="1"><label/></entity></meta></person><meta><instanceID/></meta></data></instance>
            <instance id="list" src="jr://file-csv/{dataset}.csv"/>
            <bind nodeset="/data/person/name" type="string" entities:saveto="first_name"/><bind nodeset="/data/person/age" type="int"
                entities:saveto="age"/></model></h:head>
            <h:body><group ref="/data/person"><repeat nodeset="/data/person"/></group></h:body></h:html>
            """;

    /// <summary>Creates an entity for each house, and one for each person in it.</summary>
    public static string Nested(string form, string houses, string people) =>
        $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
                xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><model entities:entities-version="2025.1.0">
            <instance><data id="{form}" version="1"><house><person><meta><entity dataset="{people}" id="" create="1"><label/></entity>
                </meta></person><meta><entity dataset="{houses}" id="" create="1"><label/></entity></meta></house>
                <meta><instanceID/></meta></data></instance></model></h:head>
            <h:body><group ref="/data/house"><repeat nodeset="/data/house"><group ref="/data/house/person">
                <repeat nodeset="/data/house/person"/></group></repeat></group></h:body></h:html>
            """;

    private static string Form(string id, string version, string instance, string binds, string[] files, bool entities = true)
    {
        var sources = string.Concat(
            files.Select(
                (file, i) => string.Create(CultureInfo.InvariantCulture, $"<instance id=\"list{i}\" src=\"jr://file-csv/{file}\"/>")
            )
        );
        return $"""
            <?xml version="1.0"?>
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
                xmlns:entities="http://www.opendatakit.org/xforms/entities">
            <h:head><h:title>{id}</h:title><model{(entities ? " entities:entities-version=\"2024.1.0\"" : "")}>
            <instance><data id="{id}" version="{version}">{instance}</data></instance>{sources}{binds}
            </model></h:head><h:body/></h:html>
            """;
    }

    public static string DatasetPath(this Programme programme, string dataset) =>
        $"{programme.Path}/datasets/{Uri.EscapeDataString(dataset)}";

    public static async Task<JsonElement> DatasetAsync(this Programme programme, string dataset) =>
        (await programme.Admin.GetAsync(programme.DatasetPath(dataset))).ShouldBe(HttpStatusCode.OK).Json;

    public static async Task<string> CreateDatasetAsync(this Programme programme, params string[] properties)
    {
        var name = Samples.Unique("people");
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name })).ShouldBe(HttpStatusCode.OK);
        foreach (var property in properties)
        {
            (await programme.Admin.PostJsonAsync($"{programme.DatasetPath(name)}/properties", new { name = property })).ShouldBe(
                HttpStatusCode.OK
            );
        }
        return name;
    }

    /// <summary>Publishes a form that reads a dataset, and returns the form's id.</summary>
    public static Task<string> PublishReadingAsync(this Programme programme, string dataset)
    {
        var form = Samples.Unique("reading");
        return programme.PublishAsync(Reading(form, files: $"{dataset}.csv"), form);
    }

    public static Task<Answer> LinkAsync(this Programme programme, string form, string file, bool linked = true) =>
        programme.Admin.PatchJsonAsync(
            $"{programme.FormPath(form)}/draft/attachments/{Uri.EscapeDataString(file)}",
            new { dataset = linked }
        );

    public static IEnumerable<string> Names(this JsonElement list, string member = "name") =>
        list.EnumerateArray().Select(item => item.GetProperty(member).GetString()!);

    /// <summary>What the integrity call says: ids, and whether they are deleted.</summary>
    public static Dictionary<string, string> Integrity(this Answer answer) =>
        answer
            .Root("data")
            .Element("entities")!
            .Elements("entity")
            .ToDictionary(entity => entity.Attribute("id")!.Value, entity => entity.Element("deleted")!.Value);

    /// <summary>The manifest's only file.</summary>
    public static async Task<XElement> ListedFileAsync(this Api client, string manifest) =>
        Assert.Single((await client.GetAsync(manifest)).Root(OpenRosaDocuments.ManifestNamespace + "manifest").Elements());

    public static string Child(this XElement file, string name) => file.Element(OpenRosaDocuments.ManifestNamespace + name)!.Value;

    public static byte[] Utf8(this string text) => Encoding.UTF8.GetBytes(text);
}
