using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Datasets;

/// <summary>What a dataset, and a property of one, may be called (OR-238 to OR-241).</summary>
public static partial class DatasetNames
{
    /// <summary>Starts with a letter, `_` or `:`, goes on with letters, digits, `_`, `-` or `:`, and does not start with `__`.</summary>
    public static bool IsDataset(string? name) => name is not null && Dataset().IsMatch(name);

    /// <summary>As a dataset's, with dots and without colons; `name` and `label` are there already, however they are written.</summary>
    public static bool IsProperty(string? name) => name is not null && Property().IsMatch(name);

    [GeneratedRegex(@"^(?!__)[\p{L}:_][\p{L}0-9:_-]{0,248}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dataset();

    [GeneratedRegex(@"^(?!__)(?!(?i:name|label)\z)[\p{L}_][\p{L}0-9._-]{0,248}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Property();
}
