using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>Converts small forms given as lines of cells.</summary>
internal static class Forms
{
    public static XlsFormResult Convert(params string[] survey) => Convert(new WorkbookBuilder().Table("survey", survey));

    public static XlsFormResult Convert(WorkbookBuilder builder)
    {
        using var workbook = builder.Build();
        return XlsFormConverter.Convert(workbook, new XlsFormOptions(), CancellationToken.None);
    }

    public static string Xml(params string[] survey) => Xml(new WorkbookBuilder().Table("survey", survey));

    public static string Xml(WorkbookBuilder builder)
    {
        var result = Convert(builder);
        Assert.Empty(result.Errors);
        return result.Form!.Xml;
    }

    /// <summary>The places and texts of errors, one a line.</summary>
    public static string[] Errors(WorkbookBuilder builder) =>
        [.. Convert(builder).Errors.Select(error => $"{error.Sheet} {error.Row} {error.Column}")];

    /// <summary>The findings of the checks.</summary>
    public static XlsFormMessage[] Checks(params string[] survey) =>
        [.. Convert(survey).Warnings.Where(warning => warning.Kind == XlsFormMessageKind.Check)];
}
