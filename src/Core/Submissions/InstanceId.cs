using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The `instanceID` of a submission or of one of its edits: any text of up to 249 characters, trimmed (spec 7.2; OR-198, OR-199).</summary>
public readonly record struct InstanceId
{
    public const int MaxLength = 249;

    private InstanceId(string value) => Value = value;

    public string Value { get; }

    /// <summary>Blank is 400.2 and too long is 400.13.</summary>
    public static InstanceId Parse(string? text) =>
        ParseOrNull(text) ?? throw Problem.MissingParameter("instanceId").AsException();

    /// <summary>As <see cref="Parse"/>, but blank is null: an empty element counts as absent (spec 7.2).</summary>
    public static InstanceId? ParseOrNull(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        text = text.Trim();
        return text.Length <= MaxLength ? new InstanceId(text) : throw Problem.ValueTooLong("instanceId", MaxLength).AsException();
    }

    /// <summary>What a submission without an instanceID is given (OR-197).</summary>
    public static InstanceId New() => new($"uuid:{Guid.NewGuid()}");

    public override string ToString() => Value;
}
