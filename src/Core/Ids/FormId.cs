using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Ids;

/// <summary>The `id` of a form (`formID`, `xmlFormId`): any text of up to 249 characters, unchanged (OR-147 to OR-150).</summary>
public readonly record struct FormId
{
    public const int MaxLength = 249;

    private static readonly string[] _fileEndings = [".xml", ".xls", ".xlsx"];

    private FormId(string value) => Value = value;

    public string Value { get; }

    /// <summary>
    /// Refuses a blank id with 400.2, one that is too long with 400.13, and one whose ending conflicts with URLs of forms with 400.8.
    /// </summary>
    public static FormId Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Problem.MissingParameter("formId").AsException();
        if (text.Length > MaxLength)
            throw Problem.ValueTooLong("formId", MaxLength).AsException();
        if (_fileEndings.Any(ending => text.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            throw Problem.UnexpectedValue("formId", text, "a form ID may not end in .xml, .xls or .xlsx.").AsException();
        if (IsDots(text))
            throw Problem.UnexpectedValue("formId", text, "no address can hold it.").AsException();
        return new FormId(text);
    }

    /// <summary>False for text that is not a valid form id.</summary>
    public static bool TryParse(string? text, out FormId id)
    {
        var possible =
            !string.IsNullOrWhiteSpace(text)
            && text.Length <= MaxLength
            && !IsDots(text)
            && !_fileEndings.Any(ending => text.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        id = possible ? new FormId(text!) : default;
        return possible;
    }

    /// <summary>Path segments that clients and servers normalise away.</summary>
    internal static bool IsDots(string text) => text is "." or "..";

    /// <summary>Behind the Functions host, a literal `%2F` in an address looks like a slash.</summary>
    internal static bool HasEscapedSlash(string text) => text.Contains("%2F", StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Value;
}
