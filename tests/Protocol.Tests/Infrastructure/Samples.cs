using System.Globalization;
using System.Net.Http.Headers;
using System.Security;
using System.Text;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Small but real forms and submissions.</summary>
public static class Samples
{
    private static int _serial;

    /// <summary>A name that nothing else in this run has.</summary>
    public static string Unique(string stem) =>
        $"{stem}-{Interlocked.Increment(ref _serial).ToString(CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..8]}";

    public static string NewInstanceId() => $"uuid:{Guid.NewGuid()}";

    /// <summary>A form with a text field, two photos (one in a repeat) and as many picture slots as named.</summary>
    public static string Form(string id, string? version = "1", string? title = "Trees & shrubs", params string[] pictures)
    {
        var text = new StringBuilder();
        foreach (var picture in pictures)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<text id=\"{Escape(picture)}\"><value form=\"image\">jr://images/{Escape(picture)}</value></text>"
            );
        }
        var itext = pictures.Length == 0 ? "" : $"<itext><translation lang=\"en\">{text}</translation></itext>";
        var versionAttribute = version is null ? "" : $" version=\"{Escape(version)}\"";
        var titleElement = title is null ? "" : $"<h:title>{Escape(title)}</h:title>";
        return $"""
            <?xml version="1.0"?>
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
            <h:head>{titleElement}<model>{itext}
            <instance><data id="{Escape(
                id
            )}"{versionAttribute}><species/><photo/><plot><leaf/></plot><orx:meta><orx:instanceID/></orx:meta></data></instance>
            <bind nodeset="/data/species" type="string"/><bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/plot/leaf"
                type="binary"/>
            </model></h:head>
            <h:body><input ref="/data/species"><label>Species</label></input><upload ref="/data/photo"
                mediatype="image/*"><label>Photo</label></upload>
            <group ref="/data/plot"><repeat nodeset="/data/plot"><upload ref="/data/plot/leaf" mediatype="image/*"><label>Leaf</label>
            </upload></repeat></group></h:body>
            </h:html>
            """;
    }

    /// <summary>A submission to <see cref="Form"/>.</summary>
    public static string Submission(
        string formId,
        string? instanceId,
        string? version = "1",
        string species = "oak",
        string? photo = null,
        string[]? leaves = null,
        string? deprecatedId = null
    )
    {
        var plots = string.Concat((leaves ?? []).Select(leaf => $"<plot><leaf>{Escape(leaf)}</leaf></plot>"));
        var versionAttribute = version is null ? "" : $" version=\"{Escape(version)}\"";
        var deprecated = deprecatedId is null ? "" : $"<orx:deprecatedID>{Escape(deprecatedId)}</orx:deprecatedID>";
        var instance = instanceId is null ? "" : $"<orx:instanceID>{Escape(instanceId)}</orx:instanceID>";
        return $"<data id=\"{Escape(formId)}\"{versionAttribute} xmlns:orx=\"http://openrosa.org/xforms\">"
            + $"<species>{Escape(species)}</species>"
            + $"<photo>{Escape(photo ?? "")}</photo>{plots}<orx:meta>{instance}{deprecated}</orx:meta></data>";
    }

    /// <summary>The body of a phone's POST: the XML, then files under their names.</summary>
    public static MultipartFormDataContent Multipart(string xml, params (string Name, byte[] Content, string Type)[] files) =>
        Multipart(Encoding.UTF8.GetBytes(xml), files);

    public static MultipartFormDataContent Multipart(byte[] xml, params (string Name, byte[] Content, string Type)[] files)
    {
        var body = new MultipartFormDataContent(Unique("boundary"));
        body.Add(Part(xml, "text/xml"), "xml_submission_file", "submission.xml");
        foreach (var (name, content, type) in files)
        {
            body.Add(Part(content, type), $"\"{name}\"", $"\"{name}\"");
        }
        return body;
    }

    public static ByteArrayContent Part(byte[] content, string type)
    {
        var part = new ByteArrayContent(content);
        part.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return part;
    }

    /// <summary>Bytes that look random and are the same every time.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
#pragma warning disable CA5394 // Test data.
        new Random(seed).NextBytes(bytes);
#pragma warning restore CA5394
        return bytes;
    }

    private static string Escape(string text) => SecurityElement.Escape(text)!;
}
