using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Rows of a lookup table as a spreadsheet has them: a header, and a cell for each of its columns; null and missing cells are
/// empty.</summary>
public sealed record LookupSheet(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    /// <summary>The most rows that are taken at once.</summary>
    public const int MaxRows = 20_000;

    private const int MaxColumns = 1_000;

    /// <summary>Reads CSV with commas, semicolons or tabs, whichever the first line has most of. Refuses too many rows or columns, and
    /// cells beside the header, with 400.58.</summary>
    public static async Task<LookupSheet> ReadCsvAsync(ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        using var csv = new CsvReader(new MemoryStream(file.ToArray(), writable: false), SeparatorOf(file.Span));
        var headers = await csv.ReadAsync(cancellationToken) ?? throw Problem.LookupUpload(null, "the file is empty.").AsException();
        var rows = new List<IReadOnlyList<string?>>();
        while (await csv.ReadAsync(cancellationToken) is { } row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.Count > headers.Count && row.Skip(headers.Count).Any(cell => cell.Length > 0))
            {
                throw Problem.LookupUpload(rows.Count + 2, "the row has more cells than the first row has columns.").AsException();
            }
            if (row.Exists(cell => cell.Length > 0))
            {
                rows.Add(row);
            }
            Require(headers.Count, rows.Count);
        }
        return new LookupSheet(headers, rows);
    }

    /// <summary>Refuses too many rows or columns with 400.58.</summary>
    public static LookupSheet Of(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        Require(headers.Count, rows.Count);
        return new LookupSheet(headers, [.. rows.Where(row => row.Any(cell => !string.IsNullOrEmpty(cell)))]);
    }

    private static void Require(int columns, int rows)
    {
        if (columns > MaxColumns || rows > MaxRows)
        {
            throw Problem.LookupUpload(null, $"a file has at most {MaxRows} rows and {MaxColumns} columns.").AsException();
        }
    }

    private static char SeparatorOf(ReadOnlySpan<byte> file)
    {
        var line = file[..(file.IndexOf((byte)'\n') is var end and >= 0 ? end : file.Length)];
        var (best, most) = (',', line.Count((byte)','));
        foreach (var other in ";\t")
        {
            if (line.Count((byte)other) is var count && count > most)
            {
                (best, most) = (other, count);
            }
        }
        return best;
    }
}
