using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Rows of a lookup table, or locations, as a spreadsheet has them: a header, and a cell for each of its columns; null and missing
/// cells are empty.</summary>
public sealed record FixtureSheet(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    /// <summary>The most rows that are taken at once.</summary>
    public const int MaxRows = 20_000;

    private const int MaxColumns = 1_000;

    /// <summary>Refuses too many rows or columns with 400.58.</summary>
    public static FixtureSheet Of(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        Require(headers.Count, rows.Count);
        return new FixtureSheet(headers, [.. rows.Where(row => row.Any(cell => !string.IsNullOrEmpty(cell)))]);
    }

    internal static void Require(int columns, int rows)
    {
        if (columns > MaxColumns || rows > MaxRows)
        {
            throw Problem.UnusableSheet(null, $"a file has at most {MaxRows} rows and {MaxColumns} columns.").AsException();
        }
    }
}
