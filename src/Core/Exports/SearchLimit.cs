using System.Globalization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// `readAtMost` of an OData page or of GeoJSON, an extension: how many rows a search reads before it answers. Such a page may be short, or
/// empty, and still have a next one; GeoJSON has the places of so many of the newest rows.
/// </summary>
public static class SearchLimit
{
    public const string Name = "readAtMost";
    private const int Most = 100_000;

    /// <summary>Refuses what is not a whole number from 1 to 100,000 with 400.11 or 400.22.</summary>
    public static int Parse(string text) =>
        !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? throw Problem.InvalidDataType(text, "integer").AsException()
        : number is 0 or > Most ? throw Problem.ValueOutOfRange(text, Name).AsException()
        : number;

    /// <summary>For a query that is not one page of a search.</summary>
    public static ProblemException Refuse(int? value) =>
        Problem
            .UnexpectedValue(
                Name,
                value?.ToString(CultureInfo.InvariantCulture),
                "it is for a page with $top of a search, without $count, $skip and $orderby."
            )
            .AsException();
}
