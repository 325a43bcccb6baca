using System.Xml;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Locations as the flat fixture `locations` and the nested one `commtrack:locations` (CC-042, CC-043): apps look into
/// one or the other.</summary>
public static class LocationWriter
{
    /// <summary>A schema and two fixtures.</summary>
    public const int Items = 3;

    private const string Space = OpenRosaResponse.ResponseNamespace;

    public static async Task WriteAsync(
        XmlWriter xml,
        LocationTree tree,
        IReadOnlyList<Location> visible,
        OwnerId user,
        Func<ValueTask> sendIfFull
    )
    {
        await WriteFlatAsync(xml, tree, visible, user, sendIfFull);
        await WriteNestedAsync(xml, tree, visible, user, sendIfFull);
    }

    private static async Task WriteFlatAsync(
        XmlWriter xml,
        LocationTree tree,
        IReadOnlyList<Location> visible,
        OwnerId user,
        Func<ValueTask> sendIfFull
    )
    {
        string[] indices = [.. tree.Types.Select(type => $"@{type.Code}_id"), "@id", "@type", "name"];
        LookupTableWriter.WriteSchema(xml, "locations", indices.Distinct().Order(StringComparer.Ordinal));
        WriteFixture(xml, "locations", user, isIndexed: true);
        xml.WriteStartElement("locations", Space);
        foreach (var location in visible)
        {
            xml.WriteStartElement("location", Space);
            xml.WriteAttributeString("type", location.Type);
            xml.WriteAttributeString("id", location.Id);
            var above = tree.WithAncestors(location).ToDictionary(ancestor => ancestor.Type, ancestor => ancestor.Id);
            foreach (var type in tree.Types)
            {
                xml.WriteAttributeString($"{type.Code}_id", above.GetValueOrDefault(type.Code, ""));
            }
            WriteChildren(xml, location);
            xml.WriteEndElement();
            await sendIfFull();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static async Task WriteNestedAsync(
        XmlWriter xml,
        LocationTree tree,
        IReadOnlyList<Location> visible,
        OwnerId user,
        Func<ValueTask> sendIfFull
    )
    {
        WriteFixture(xml, "commtrack:locations", user, isIndexed: false);
        if (visible.Count == 0)
        {
            xml.WriteElementString("empty_element", Space, "");
        }
        else
        {
            await WriteLevelAsync(xml, visible.ToLookup(location => location.Parent), null, sendIfFull);
        }
        xml.WriteEndElement();
    }

    // Types are as deep as the tree is, so this recursion ends soon.
    private static async Task WriteLevelAsync(XmlWriter xml, ILookup<string?, Location> below, string? parent, Func<ValueTask> sendIfFull)
    {
        foreach (var type in below[parent].GroupBy(location => location.Type).OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            xml.WriteStartElement($"{type.Key}s", Space);
            foreach (var location in type.OrderBy(location => location.Name, StringComparer.Ordinal))
            {
                xml.WriteStartElement(type.Key, Space);
                xml.WriteAttributeString("id", location.Id);
                WriteChildren(xml, location);
                await sendIfFull();
                await WriteLevelAsync(xml, below, location.Id, sendIfFull);
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
    }

    private static void WriteFixture(XmlWriter xml, string id, OwnerId user, bool isIndexed)
    {
        xml.WriteStartElement("fixture", Space);
        xml.WriteAttributeString("id", id);
        xml.WriteAttributeString("user_id", XmlOut.Text(user.Value));
        if (isIndexed)
        {
            xml.WriteAttributeString("indexed", "true");
        }
    }

    private static void WriteChildren(XmlWriter xml, Location location)
    {
        Write(xml, "name", location.Name);
        Write(xml, "site_code", location.SiteCode);
        Write(xml, "external_id", location.ExternalId);
        Write(xml, "latitude", location.Latitude);
        Write(xml, "longitude", location.Longitude);
        Write(xml, "location_type", location.Type);
        Write(xml, "supply_point_id", "");
        xml.WriteStartElement("location_data", Space);
        foreach (
            var (name, value) in location
                .Data.Select(pair => (Name: FixtureNames.Clean(pair.Key), pair.Value))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
        )
        {
            Write(xml, name, value);
        }
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Space, XmlOut.Text(value));
}
