using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Datasets;

/// <summary>The rules for names of datasets and properties (OR-238 to OR-241).</summary>
public static partial class DatasetNames
{
    /// <summary>Starts with a letter, `_` or `:`, continues with letters, digits, `_`, `-` or `:`, and does not start with `__`.</summary>
    public static bool IsDataset(string? name) => name is not null && Dataset().IsMatch(name);

    /// <summary>Like a dataset's name, but with dots allowed instead of colons. `name` and `label` are reserved, ignoring case.</summary>
    public static bool IsProperty(string? name) => name is not null && Property().IsMatch(name);

    [GeneratedRegex(@"^(?!__)[\p{L}:_][\p{L}0-9:_-]{0,248}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dataset();

    [GeneratedRegex(@"^(?!__)(?!(?i:name|label)\z)[\p{L}_][\p{L}0-9._-]{0,248}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Property();
}
