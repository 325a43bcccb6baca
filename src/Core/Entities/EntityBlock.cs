using System.Globalization;
using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// One `entity` element of a submission whose actions say create, update or both, as it came (OR-238 to OR-241). Nothing in it has been
/// judged yet.
/// </summary>
/// <param name="Declared">What the form allows there.</param>
/// <param name="Label">Null when absent or blank.</param>
/// <param name="Values">The values of the fields that are saved to properties, those only that the submission has.</param>
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
    /// <summary>As written; null when absent or blank.</summary>
    public string? BaseVersion { get; init; }

    /// <summary>As written; null when absent or blank.</summary>
    public string? TrunkVersion { get; init; }

    /// <summary>As written, in lower case; null when absent or blank.</summary>
    public string? Branch { get; init; }

    /// <summary>Null when there is none, or it is no number.</summary>
    public int? BaseNumber => Number(BaseVersion);

    /// <summary>Null when there is none, or it is no number.</summary>
    public int? TrunkNumber => Number(TrunkVersion);

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
