using System.Xml;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>One downloadable definition. A description is given only where the client asked for one (OR-101, OR-102).</summary>
public sealed record FormListEntry(Form Form, FormDefinition Definition, string? Description, string DownloadUrl, string ManifestUrl);

/// <summary>A further list of forms: a project (OR-106).</summary>
public sealed record FormListGroup(string Id, string Name, string ListUrl);

/// <summary>Writes the `xforms` document of OR-082 to OR-110.</summary>
public static class FormListWriter
{
    private const string Namespace = "http://openrosa.org/xforms/xformsList";

    public static void Write(XmlWriter xml, IReadOnlyList<FormListEntry> entries, IReadOnlyList<FormListGroup> groups)
    {
        xml.WriteStartElement("xforms", Namespace);
        foreach (var entry in entries)
        {
            var definition = entry.Definition;
            xml.WriteStartElement("xform", Namespace);
            xml.WriteElementString("formID", Namespace, entry.Form.Id.Value);
            xml.WriteElementString("name", Namespace, definition.Title ?? entry.Form.Id.Value);
            xml.WriteElementString("version", Namespace, definition.Version);
            xml.WriteElementString("hash", Namespace, "md5:" + definition.Md5);
            if (entry.Description is not null)
            {
                xml.WriteElementString("descriptionText", Namespace, XmlOut.Text(entry.Description));
            }
            xml.WriteElementString("downloadUrl", Namespace, entry.DownloadUrl);
            if (definition.ExpectsMedia)
            {
                xml.WriteElementString("manifestUrl", Namespace, entry.ManifestUrl);
            }
            xml.WriteEndElement();
        }
        foreach (var group in groups)
        {
            xml.WriteStartElement("xforms-group", Namespace);
            xml.WriteElementString("groupID", Namespace, group.Id);
            xml.WriteElementString("name", Namespace, XmlOut.Text(group.Name));
            xml.WriteElementString("listUrl", Namespace, group.ListUrl);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }
}
