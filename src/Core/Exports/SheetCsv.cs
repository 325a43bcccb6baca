using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>Rows of a lookup table, or locations, in a CSV file.</summary>
public static class SheetCsv
{
    /// <summary>Reads CSV with commas, semicolons or tabs, whichever the first line has most of. Refuses too many rows or columns, and
    /// cells beside the header, with 400.58.</summary>
    public static async Task<FixtureSheet> ReadAsync(ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        using var csv = new CsvReader(new MemoryStream(file.ToArray(), writable: false), SeparatorOf(file.Span));
        var headers = await csv.ReadAsync(cancellationToken) ?? throw Problem.UnusableSheet(null, "the file is empty.").AsException();
        var rows = new List<IReadOnlyList<string?>>();
        while (await csv.ReadAsync(cancellationToken) is { } row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.Count > headers.Count && row.Skip(headers.Count).Any(cell => cell.Length > 0))
            {
                throw Problem.UnusableSheet(rows.Count + 2, "the row has more cells than the first row has columns.").AsException();
            }
            if (row.Exists(cell => cell.Length > 0))
            {
                rows.Add(row);
            }
            FixtureSheet.Require(headers.Count, rows.Count);
        }
        return new FixtureSheet(headers, rows);
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
