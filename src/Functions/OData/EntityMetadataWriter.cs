using System.Xml;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Exports;

namespace ServerlessRosa.Functions.OData;

/// <summary>`$metadata` of a dataset: one entity type with all its properties as text.</summary>
internal static class EntityMetadataWriter
{
    private const string EdmxNamespace = "http://docs.oasis-open.org/odata/ns/edmx";
    private const string EdmNamespace = "http://docs.oasis-open.org/odata/ns/edm";
    private const string SystemNamespace = "org.opendatakit.entity";
    private const string Capabilities = "Org.OData.Capabilities.V1";

    private static readonly (string Name, string Type)[] SystemProperties =
    [
        ("createdAt", "Edm.DateTimeOffset"),
        ("creatorId", "Edm.String"),
        ("creatorName", "Edm.String"),
        ("updates", "Edm.Int64"),
        ("updatedAt", "Edm.DateTimeOffset"),
        ("deletedAt", "Edm.DateTimeOffset"),
        ("version", "Edm.Int64"),
        ("conflict", "Edm.String"),
    ];

    public static void Write(XmlWriter xml, Dataset dataset)
    {
        var name = ODataName.Of(dataset.Name);
        var user = $"org.opendatakit.user.{name}";
        xml.WriteStartElement("edmx", "Edmx", EdmxNamespace);
        xml.WriteAttributeString("Version", "4.0");
        xml.WriteStartElement("DataServices", EdmxNamespace);
        Start(xml, "Schema", ("Namespace", SystemNamespace));
        Start(xml, "ComplexType", ("Name", "metadata"));
        foreach (var (property, type) in SystemProperties)
        {
            Empty(xml, "Property", ("Name", property), ("Type", type));
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
        Start(xml, "Schema", ("Namespace", user));
        Start(xml, "EntityType", ("Name", "Entities"));
        Start(xml, "Key");
        Empty(xml, "PropertyRef", ("Name", "__id"));
        xml.WriteEndElement();
        Empty(xml, "Property", ("Name", "__id"), ("Type", "Edm.String"));
        Empty(xml, "Property", ("Name", "__system"), ("Type", $"{SystemNamespace}.metadata"));
        Empty(xml, "Property", ("Name", "label"), ("Type", "Edm.String"));
        foreach (var (property, _) in EntityRowWriter.NamesOf(dataset))
        {
            Empty(xml, "Property", ("Name", property), ("Type", "Edm.String"));
        }
        xml.WriteEndElement();
        Start(xml, "EntityContainer", ("Name", name));
        Start(xml, "EntitySet", ("Name", "Entities"), ("EntityType", $"{user}.Entities"));
        Empty(
            xml,
            "Annotation",
            ("Term", $"{Capabilities}.ConformanceLevel"),
            ("EnumMember", $"{Capabilities}.ConformanceLevelType/Minimal")
        );
        Empty(xml, "Annotation", ("Term", $"{Capabilities}.TopSupported"), ("Bool", "true"));
        Empty(xml, "Annotation", ("Term", $"{Capabilities}.SkipSupported"), ("Bool", "true"));
        xml.WriteEndDocument();
    }

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
