namespace ServerlessRosa.XlsForms;

/// <summary>Converts an XLSForm workbook to an XForm, as pyxform 4.5.0 does. Clauses: XF-020 to XF-240.</summary>
public static class XlsFormConverter
{
    /// <summary>
    /// Reads an .xlsx, .xlsm or .xls file. Nothing in the file makes it throw; it throws <see cref="OperationCanceledException"/> and what
    /// the stream throws.
    /// </summary>
    public static XlsFormResult Convert(Stream workbook, XlsFormOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workbook);
        ArgumentNullException.ThrowIfNull(options);
        var messages = new Messages(options.MaxMessages);
        ConvertedForm? form = null;
        try
        {
            var read = new WorkbookReader(options, messages).Read(workbook, firstSheetOnly: false, cancellationToken);
            form = Convert(new FormContext(read, options, messages, cancellationToken));
        }
        catch (ConversionStopException stop)
        {
            if (stop.Reason is not null)
                messages.Error(null, null, null, stop.Reason);
        }
        return new XlsFormResult(messages.HasErrors ? null : form, messages.Errors, messages.Warnings);
    }

    private static ConvertedForm? Convert(FormContext context)
    {
        var messages = context.Messages;
        if (context.Workbook.Find(SheetName.Survey) is not { } survey || (survey.Rows.Count == 0 && survey.Headers.Count == 0))
        {
            var hint = SheetSpelling.Hint(context.Workbook, SheetName.Survey);
            throw new ConversionStopException($"There must be a sheet 'survey'. {hint}".TrimEnd());
        }
        context.Settings = Settings.Read(context.Workbook, messages);
        SheetSpelling.Warn(context.Workbook, SheetName.Settings, messages);
        context.External = ExternalChoices.Read(context.Workbook, context.Settings, messages);
        context.Choices = ChoiceLists.Read(context.Workbook, context.Settings, messages, context.CancellationToken);
        EntitySheet.Read(context);
        SheetSpelling.Warn(context.Workbook, SheetName.Entities, messages);
        var columns = new SheetColumns(KnownColumns.Survey, messages);
        context.Survey = columns.Recognise(survey, SheetName.Survey, context.DefaultLanguage, context.Settings.CleanText);
        if (!context.Survey.Keys.Contains("type"))
        {
            messages.Error(SheetName.Survey, 1, "type", "The survey sheet needs a column 'type'. Add it, with the type of each question.");
            return null;
        }
        Translations.WarnOfGaps(context);
        var reader = new SurveyReader(context);
        reader.Read();
        var tree = new SurveyTree(reader.Root, reader.Audits, context.Settings);
        new TreeRules(context, tree).Check();
        new ReferenceScan(context, tree).Check();
        new ElementRules(context, tree).Check();
        var places = new EntityPlacement(context, tree).Place();
        var triggers = Triggers.Read(context, tree);
        var form = new FormWriter(context, tree, triggers, places).Write();
        if (context.Options.RunChecks && !messages.HasErrors)
            new FormChecks(context, tree, new ReferencePaths(tree, messages), places).Run();
        return form;
    }
}
