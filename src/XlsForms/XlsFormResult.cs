namespace ServerlessRosa.XlsForms;

/// <summary>The outcome of a conversion: a form, or at least one error.</summary>
/// <param name="Form">The form; null if there are errors.</param>
/// <param name="Errors">Why the workbook is refused: all reasons found, not only the first.</param>
/// <param name="Warnings">What the reference converter would warn of, then the findings of the checks.</param>
public sealed record XlsFormResult(ConvertedForm? Form, IReadOnlyList<XlsFormMessage> Errors, IReadOnlyList<XlsFormMessage> Warnings);

/// <summary>A form made from a workbook.</summary>
/// <param name="Xml">The XForm.</param>
/// <param name="FormId">The id on the root node.</param>
/// <param name="Title">The form's title.</param>
/// <param name="Version">The version on the root node; null if there is none.</param>
/// <param name="Itemsets">The content of itemsets.csv where the workbook has external choices that are used (XF-170).</param>
public sealed record ConvertedForm(string Xml, string FormId, string Title, string? Version, string? Itemsets);
