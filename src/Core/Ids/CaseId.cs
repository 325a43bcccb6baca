namespace ServerlessRosa.Core.Ids;

/// <summary>The `case_id` of a case: any text of 1 to 255 characters, unique on the whole server (CC-079).</summary>
public readonly record struct CaseId
{
    public const int MaxLength = 255;

    private CaseId(string value) => Value = value;

    public string Value { get; }

    /// <summary>False for blank text and for more than 255 characters.</summary>
    public static bool TryParse(string? text, out CaseId id)
    {
        var trimmed = text?.Trim();
        var possible = trimmed is { Length: > 0 and <= MaxLength };
        id = possible ? new CaseId(trimmed!) : default;
        return possible;
    }

    /// <summary>Wraps text that was parsed before it was stored.</summary>
    internal static CaseId FromStored(string text) => new(text);

    public override string ToString() => Value;
}
