using System.Xml;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Functions.OData;

/// <summary>`$metadata`: a form's tables as an entity model (OR-276 to OR-279). Groups are complex types, repeats entity types of their
/// own.</summary>
internal static class ODataMetadataWriter
{
    private const string EdmxNamespace = "http://docs.oasis-open.org/odata/ns/edmx";
    private const string EdmNamespace = "http://docs.oasis-open.org/odata/ns/edm";
    private const string SystemNamespace = "org.opendatakit.submission";
    private const string Capabilities = "Org.OData.Capabilities.V1";

    private static readonly (string Name, string Type)[] SystemProperties =
    [
        ("submissionDate", "Edm.DateTimeOffset"),
        ("updatedAt", "Edm.DateTimeOffset"),
        ("submitterId", "Edm.String"),
        ("submitterName", "Edm.String"),
        ("attachmentsPresent", "Edm.Int64"),
        ("attachmentsExpected", "Edm.Int64"),
        ("status", $"{SystemNamespace}.Status"),
        ("reviewState", $"{SystemNamespace}.ReviewState"),
        ("deviceId", "Edm.String"),
        ("edits", "Edm.Int64"),
        ("formVersion", "Edm.String"),
        ("deletedAt", "Edm.DateTimeOffset"),
    ];

    public static void Write(XmlWriter xml, FormId form, ExportSchema schema)
    {
        var name = ODataName.Of(form.Value);
        xml.WriteStartElement("edmx", "Edmx", EdmxNamespace);
        xml.WriteAttributeString("Version", "4.0");
        xml.WriteStartElement("DataServices", EdmxNamespace);
        WriteSystemSchema(xml);
        Start(xml, "Schema", ("Namespace", $"org.opendatakit.user.{name}"));
        foreach (var table in schema.Tables)
        {
            WriteEntityType(xml, $"org.opendatakit.user.{name}", table);
        }
        WriteContainer(xml, name, schema);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteSystemSchema(XmlWriter xml)
    {
        Start(xml, "Schema", ("Namespace", SystemNamespace));
        Start(xml, "ComplexType", ("Name", "metadata"));
        foreach (var (name, type) in SystemProperties)
        {
            Property(xml, name, type);
        }
        xml.WriteEndElement();
        WriteEnum(xml, "Status", ["notDecrypted", "missingEncryptedFormData"]);
        WriteEnum(xml, "ReviewState", ["hasIssues", "edited", "rejected", "approved"]);
        xml.WriteEndElement();
    }

    private static void WriteEnum(XmlWriter xml, string name, IEnumerable<string> members)
    {
        Start(xml, "EnumType", ("Name", name));
        foreach (var member in members)
        {
            Empty(xml, "Member", ("Name", member));
        }
        xml.WriteEndElement();
    }

    private static void WriteEntityType(XmlWriter xml, string schemaNamespace, ExportTable table)
    {
        Start(xml, "EntityType", ("Name", table.ODataName));
        Start(xml, "Key");
        Empty(xml, "PropertyRef", ("Name", "__id"));
        xml.WriteEndElement();
        Property(xml, "__id", "Edm.String");
        if (table.Parent is { } parent)
        {
            Property(xml, $"__{parent.ODataName.Replace('.', '-')}-id", "Edm.String");
        }
        else
        {
            Property(xml, "__system", $"{SystemNamespace}.metadata");
        }
        var groups = new List<(ExportNode Group, string Name)>();
        WriteProperties(xml, schemaNamespace, table.Node, table.ODataPath, groups);
        xml.WriteEndElement();
        for (var i = 0; i < groups.Count; i++)
        {
            Start(xml, "ComplexType", ("Name", groups[i].Name));
            WriteProperties(xml, schemaNamespace, groups[i].Group, groups[i].Name.Split('.'), groups);
            xml.WriteEndElement();
        }
    }

    // The groups that are met are described after the type that has them.
    private static void WriteProperties(
        XmlWriter xml,
        string schemaNamespace,
        ExportNode of,
        IReadOnlyList<string> path,
        List<(ExportNode Group, string Name)> groups
    )
    {
        foreach (var child in of.Children)
        {
            var name = string.Join('.', path.Append(child.ODataName));
            if (child.IsQuestion)
            {
                Property(xml, child.ODataName, TypeOf(child.Field!.Type));
            }
            else if (child.IsRepeat)
            {
                Empty(
                    xml,
                    "NavigationProperty",
                    ("Name", child.ODataName),
                    ("Type", $"Collection({schemaNamespace}.{child.Table.ODataName})")
                );
            }
            else
            {
                Property(xml, child.ODataName, $"{schemaNamespace}.{name}");
                groups.Add((child, name));
            }
        }
    }

    private static void WriteContainer(XmlWriter xml, string name, ExportSchema schema)
    {
        Start(xml, "EntityContainer", ("Name", name));
        foreach (var table in schema.Tables)
        {
            Start(xml, "EntitySet", ("Name", table.ODataName), ("EntityType", $"org.opendatakit.user.{name}.{table.ODataName}"));
            foreach (var inner in schema.Tables.Where(other => other.Parent == table))
            {
                Empty(
                    xml,
                    "NavigationPropertyBinding",
                    ("Path", inner.ODataName[(table.ODataName.Length + 1)..].Replace('.', '/')),
                    ("Target", inner.ODataName)
                );
            }
            Empty(
                xml,
                "Annotation",
                ("Term", $"{Capabilities}.ConformanceLevel"),
                ("EnumMember", $"{Capabilities}.ConformanceLevelType/Minimal")
            );
            Empty(xml, "Annotation", ("Term", $"{Capabilities}.TopSupported"), ("Bool", "true"));
            Empty(xml, "Annotation", ("Term", $"{Capabilities}.SkipSupported"), ("Bool", "true"));
            Empty(xml, "Annotation", ("Term", $"{Capabilities}.BatchSupported"), ("Bool", "false"));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static string TypeOf(string fieldType) =>
        fieldType switch
        {
            "int" => "Edm.Int64",
            "decimal" => "Edm.Decimal",
            "boolean" => "Edm.Boolean",
            "date" => "Edm.Date",
            "dateTime" => "Edm.DateTimeOffset",
            "geopoint" => "Edm.GeographyPoint",
            "geotrace" => "Edm.GeographyLineString",
            "geoshape" => "Edm.GeographyPolygon",
            _ => "Edm.String",
        };

    private static void Property(XmlWriter xml, string name, string type) => Empty(xml, "Property", ("Name", name), ("Type", type));

    private static void Empty(XmlWriter xml, string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(xml, element, attributes);
        xml.WriteEndElement();
    }

    private static void Start(XmlWriter xml, string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(element, EdmNamespace);
        foreach (var (name, value) in attributes)
        {
            xml.WriteAttributeString(name, value);
        }
    }
}
