namespace ServerlessRosa.XlsForms;

/// <summary>Writes an entity's node, binds and actions (XF-223 to XF-225).</summary>
internal sealed class EntityWriter(XFormXmlWriter xml, ReferencePaths paths)
{
    // meta, entity, and the attribute or label.
    private const int StepsBelowContainer = 3;

    public static void WriteNode(XFormXmlWriter xml, EntityDeclaration entity)
    {
        xml.Start("entity").Attribute("dataset", entity.ListName);
        if (entity.Creates)
            xml.Attribute("create", "1");
        if (entity.Updates)
            xml.Attribute("update", "1").Attribute("baseVersion", "").Attribute("trunkVersion", "").Attribute("branchId", "");
        xml.Attribute("id", "");
        if (entity.Label is not null)
            xml.Start("label").End();
        xml.End();
    }

    public void WriteBinds(SurveyElement container, EntityDeclaration entity)
    {
        var node = $"{container.Path}/meta/entity";
        if (entity.CreateIf is not null)
            Bind(container, $"{node}/@create", entity.CreateIf);
        if (entity.UpdateIf is not null)
            Bind(container, $"{node}/@update", entity.UpdateIf);
        if (entity.EntityId is not null)
        {
            foreach (
                var (attribute, property) in new[]
                {
                    ("baseVersion", "__version"),
                    ("trunkVersion", "__trunkVersion"),
                    ("branchId", "__branchId"),
                }
            )
            {
                Bind(container, $"{node}/@{attribute}", $"instance('{entity.ListName}')/root/item[name={entity.EntityId}]/{property}");
            }
        }
        Bind(container, $"{node}/@id", entity.EntityId);
        if (entity.EntityId is null)
            WriteNewId(container, "odk-instance-first-load");
        if (entity.Label is not null)
            Bind(container, $"{node}/label", entity.Label);
    }

    /// <summary>The action that gives a new entity its id.</summary>
    public void WriteNewId(SurveyElement container, string @event) =>
        xml.Start("setvalue")
            .Attribute("ref", $"{container.Path}/meta/entity/@id")
            .Attribute("event", @event)
            .Attribute("value", "uuid()")
            .End();

    private void Bind(SurveyElement container, string nodeset, string? calculate)
    {
        xml.Start("bind").Attribute("nodeset", nodeset);
        if (calculate is not null)
            xml.Attribute("calculate", paths.Substitute(calculate, new Position(container, StepsBelowContainer)));
        xml.Attribute("readonly", "true()").Attribute("type", "string").End();
    }
}
