namespace ServerlessRosa.XlsForms;

/// <summary>Reads the entities sheet (XF-220 to XF-222).</summary>
internal static class EntitySheet
{
    public static void Read(FormContext context)
    {
        if (context.Workbook.Find(SheetName.Entities) is not { } sheet)
            return;
        var columns = new SheetColumns(KnownColumns.Entities, context.Messages);
        var table = columns.Recognise(sheet, SheetName.Entities, context.DefaultLanguage, cleanText: false);
        CheckColumns(table, context.Messages);
        var declarations = new List<EntityDeclaration>();
        foreach (var row in table.Rows.Where(row => !row.IsEmpty))
        {
            context.HasEntities = true;
            if (ReadRow(row, context.Messages) is not { } declaration)
                continue;
            if (declarations.Exists(other => other.ListName == declaration.ListName))
                Error(context.Messages, row, "dataset", $"The list '{declaration.ListName}' is declared twice. Remove one of the rows.");
            else
                declarations.Add(declaration);
        }
        context.Entities = declarations;
    }

    private static void Error(Messages messages, SheetRow row, string key, string text) =>
        messages.Error(SheetName.Entities, row.Number, row.Table.HeaderOf(key), text);

    private static void CheckColumns(SheetTable table, Messages messages)
    {
        foreach (var column in table.Columns)
        {
            if (column.Path.Length == 1 && KnownColumns.Entities.Names.Contains(column.Path[0]))
                continue;
            if (table.Rows.Any(row => row.Cell(column) is not null))
            {
                const string text = "The entities sheet has no such column. It has: list_name, entity_id, create_if, update_if, label.";
                messages.Error(SheetName.Entities, 1, column.Header, text);
            }
        }
    }

    private static EntityDeclaration? ReadRow(SheetRow row, Messages messages)
    {
        if (row.Text("dataset") is not { } list)
        {
            Error(messages, row, "dataset", "The entity list has no name. Fill in the cell.");
            return null;
        }
        var declaration = new EntityDeclaration(row, list)
        {
            EntityId = row.Text("entity_id"),
            CreateIf = row.Text("create_if"),
            UpdateIf = row.Text("update_if"),
            Label = row.Text("label"),
        };
        CheckListName(declaration, messages);
        CheckCombination(declaration, messages);
        return declaration;
    }

    private static void CheckListName(EntityDeclaration entity, Messages messages)
    {
        if (entity.ListName.StartsWith("__", StringComparison.Ordinal))
            Error(messages, entity.Row, "dataset", "The name of an entity list must not begin with two underscores.");
        else if (entity.ListName.Contains('.', StringComparison.Ordinal))
            Error(messages, entity.Row, "dataset", "The name of an entity list must not have a period.");
        else if (!XmlName.IsName(entity.ListName))
            Error(messages, entity.Row, "dataset", $"'{entity.ListName}' is not a valid name. {NameRules.Explanation}");
    }

    private static void CheckCombination(EntityDeclaration entity, Messages messages)
    {
        if (entity.UpdateIf is not null && entity.EntityId is null)
            Error(messages, entity.Row, "entity_id", "An update needs 'entity_id'. Fill in the cell, or empty 'update_if'.");
        else if (entity is { EntityId: not null, CreateIf: not null, UpdateIf: null })
            Error(messages, entity.Row, "update_if", "An entity with 'entity_id' and 'create_if' also needs 'update_if'.");
        else if (entity is { EntityId: null, Label: null })
            Error(messages, entity.Row, "label", "A new entity needs a label. Fill in the cell.");
    }
}
