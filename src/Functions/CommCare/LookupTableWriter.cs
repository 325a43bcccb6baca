using System.Xml;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A lookup table as the fixture `item-list:` (CC-037 to CC-041).</summary>
public static class LookupTableWriter
{
    private const string Space = OpenRosaResponse.ResponseNamespace;

    /// <summary>The fields that phones may index. A name that they don't take is left out, since it would abort their sync
    /// (CC-041).</summary>
    public static IReadOnlyList<string> IndicesOf(LookupTable table) =>
        [
            .. table
                .Fields.Where(field => field.IsIndexed)
                .Select(field => FixtureNames.Clean(field.Name))
                .Where(FixtureNames.IsIndex)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The schema of an indexed table, right before its fixture; and the root, which an empty table has too, so that it
    /// empties the phone's (CC-040).</summary>
    public static void WriteStart(XmlWriter xml, LookupTable table, OwnerId user)
    {
        var indices = IndicesOf(table);
        if (indices.Count > 0)
        {
            WriteSchema(xml, $"item-list:{table.Tag}", indices);
        }
        xml.WriteStartElement("fixture", Space);
        xml.WriteAttributeString("id", $"item-list:{table.Tag}");
        if (indices.Count > 0)
        {
            xml.WriteAttributeString("indexed", "true");
        }
        xml.WriteAttributeString("user_id", XmlOut.Text(user.Value));
        xml.WriteStartElement($"{table.Tag}_list", Space);
    }

    /// <summary>The table's fields in their order: each value an element with its properties as attributes, none an empty element
    /// (CC-038).</summary>
    public static void WriteRow(XmlWriter xml, LookupTable table, LookupRow row)
    {
        xml.WriteStartElement(table.Tag, Space);
        WriteAttributes(xml, table.ItemAttributes.Select(name => KeyValuePair.Create(name, row.Attributes.GetValueOrDefault(name, ""))));
        foreach (var field in table.Fields)
        {
            var name = FixtureNames.Clean(field.Name);
            var values = row.Fields.GetValueOrDefault(field.Name, []);
            if (values.Count == 0)
            {
                xml.WriteElementString(name, Space, "");
            }
            foreach (var value in values)
            {
                xml.WriteStartElement(name, Space);
                WriteAttributes(xml, value.Properties);
                xml.WriteString(XmlOut.Text(value.Value));
                xml.WriteEndElement();
            }
        }
        xml.WriteEndElement();
    }

    public static void WriteEnd(XmlWriter xml)
    {
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    internal static void WriteSchema(XmlWriter xml, string id, IEnumerable<string> indices)
    {
        xml.WriteStartElement("schema", Space);
        xml.WriteAttributeString("id", id);
        xml.WriteStartElement("indices", Space);
        foreach (var index in indices)
        {
            xml.WriteElementString("index", Space, index);
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    // Two names may become one: then the first counts.
    private static void WriteAttributes(XmlWriter xml, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        foreach (
            var (name, value) in attributes.Select(pair => (Name: FixtureNames.Clean(pair.Key), pair.Value)).DistinctBy(pair => pair.Name)
        )
        {
            xml.WriteAttributeString(name, XmlOut.Text(value));
        }
    }
}
