using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Ids;

/// <summary>The `instanceID` of a submission or of one of its edits: any text of up to 249 characters, trimmed (OR-198,
/// OR-199).</summary>
public readonly record struct InstanceId
{
    public const int MaxLength = 249;

    private InstanceId(string value) => Value = value;

    public string Value { get; }

    /// <summary>Blank is 400.2 and too long is 400.13.</summary>
    public static InstanceId Parse(string? text) => ParseOrNull(text) ?? throw Problem.MissingParameter("instanceId").AsException();

    /// <summary>As <see cref="Parse"/>, but blank is null: an empty element counts as absent (OR-193 to OR-199).</summary>
    public static InstanceId? ParseOrNull(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        text = text.Trim();
        return text.Length <= MaxLength ? new InstanceId(text) : throw Problem.ValueTooLong("instanceId", MaxLength).AsException();
    }

    /// <summary>A generated id for a submission without instanceID (OR-197).</summary>
    public static InstanceId New() => new($"uuid:{Guid.NewGuid()}");

    /// <summary>
    /// The id of a superseded version whose edit kept its instance id: derived from the number of that edit, so that rebuilt rows have the
    /// same id.
    /// </summary>
    internal static InstanceId SetAside(InstanceId root, int edit, string xmlHash) =>
        new($"uuid:{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{root} {edit} {xmlHash}")).AsSpan(0, 16))}");

    public override string ToString() => Value;
}
