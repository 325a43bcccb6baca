using System.Globalization;
using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Core.Entities;

/// <summary>An `entity` element of a submission that creates or updates an entity or both, unvalidated (OR-238 to OR-241).</summary>
/// <param name="Declared">The declaration of the entity in the form.</param>
/// <param name="Label">Null when absent or blank.</param>
/// <param name="Values">The values of fields saved to properties; only fields that the submission contains.</param>
public sealed record EntityBlock(
    FormEntity Declared,
    string Dataset,
    string Id,
    bool Create,
    bool Update,
    string? Label,
    IReadOnlyDictionary<string, string> Values
)
{
    /// <summary>As in the document; null when absent or blank.</summary>
    public string? BaseVersion { get; init; }

    /// <summary>As in the document; null when absent or blank.</summary>
    public string? TrunkVersion { get; init; }

    /// <summary>In lower case; null when absent or blank.</summary>
    public string? Branch { get; init; }

    /// <summary>Null when absent or not a number.</summary>
    public int? BaseNumber => Number(BaseVersion);

    /// <summary>Null when absent or not a number.</summary>
    public int? TrunkNumber => Number(TrunkVersion);

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
