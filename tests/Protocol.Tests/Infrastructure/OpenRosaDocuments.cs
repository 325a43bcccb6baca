using System.Net;
using System.Xml.Linq;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>One `xform` of a formList, with the names of its children in their order.</summary>
public sealed record ListedForm(
    string FormId,
    string Name,
    string? Version,
    string Hash,
    string? Description,
    string DownloadUrl,
    string? ManifestUrl,
    IReadOnlyList<string> Children
);

/// <summary>One `mediaFile` of a manifest.</summary>
public sealed record ListedFile(string Name, string Hash, string DownloadUrl, string? Type);

/// <summary>Reads the documents that phones poll, as strictly as the strictest of them.</summary>
public static class OpenRosaDocuments
{
    public static readonly XNamespace FormListNamespace = "http://openrosa.org/xforms/xformsList";
    public static readonly XNamespace ManifestNamespace = "http://openrosa.org/xforms/xformsManifest";

    /// <summary>The forms of a 200 with every header that it must have; fails when one lacks what phones insist on.</summary>
    public static IReadOnlyList<ListedForm> FormList(this Answer answer) =>
        [
            .. Root(answer, FormListNamespace + "xforms")
                .Elements(FormListNamespace + "xform")
                .Select(form => new ListedForm(
                    Required(form, "formID"),
                    Required(form, "name"),
                    Optional(form, "version"),
                    Required(form, "hash"),
                    Optional(form, "descriptionText"),
                    Required(form, "downloadUrl"),
                    Optional(form, "manifestUrl"),
                    [.. form.Elements().Select(child => child.Name.LocalName)]
                )),
        ];

    public static IReadOnlyList<ListedFile> Manifest(this Answer answer) =>
        [
            .. Root(answer, ManifestNamespace + "manifest")
                .Elements(ManifestNamespace + "mediaFile")
                .Select(file => new ListedFile(
                    Required(file, "filename"),
                    Required(file, "hash"),
                    Required(file, "downloadUrl"),
                    file.Attribute("type")?.Value
                )),
        ];

    /// <summary>The document's root, which must have this name.</summary>
    public static XElement Root(this Answer answer, XName name)
    {
        answer.ShouldBe(HttpStatusCode.OK).ShouldBeOpenRosa();
        Assert.Equal((byte)'<', answer.Bytes[0]); // no byte order mark and no white space before the declaration
        var root = XDocument.Parse(answer.Text).Root!;
        Assert.Equal(name, root.Name);
        return root;
    }

    private static string Required(XElement parent, string name)
    {
        var value = parent.Elements(parent.Name.Namespace + name).Single().Value;
        Assert.NotEqual("", value);
        return value;
    }

    private static string? Optional(XElement parent, string name) => parent.Elements(parent.Name.Namespace + name).SingleOrDefault()?.Value;
}
