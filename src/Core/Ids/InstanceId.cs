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

    /// <summary>What a submission without an instanceID is given (OR-197).</summary>
    public static InstanceId New() => new($"uuid:{Guid.NewGuid()}");

    /// <summary>
    /// What an earlier version is called when an edit keeps its instance id: the edit with this number set it aside. It follows from
    /// what it names, so that rows that are made again say the same.
    /// </summary>
    internal static InstanceId SetAside(InstanceId root, int edit, string xmlHash) =>
        new($"uuid:{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{root} {edit} {xmlHash}")).AsSpan(0, 16))}");

    public override string ToString() => Value;
}
