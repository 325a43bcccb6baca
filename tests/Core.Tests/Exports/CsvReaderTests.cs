using System.Text;
using ServerlessRosa.Core.Exports;
using Xunit;

namespace ServerlessRosa.Core.Tests.Exports;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a,b\nc,d\n", "a|b;c|d")]
    [InlineData("a,b\r\nc,d", "a|b;c|d")]
    [InlineData("\n\na\n\n", "a")]
    [InlineData("a,,\n,b\n", "a||;|b")]
    [InlineData("\"a,b\",\"c\"\"d\",\"e\nf\"\n", "a,b|c\"d|e\nf")]
    [InlineData("\"\",\"\"\"\"", "|\"")]
    [InlineData("a\"b\"c,\"d", "a\"b\"c|d")]
    [InlineData("a,b 3\" pipe,\"c\"\nd\"e,f\n", "a|b 3\" pipe|c;d\"e|f")]
    [InlineData("\"a\"b,\"c\"\"\"\n", "ab|c\"")]
    public async Task Rows_are_read_as_programs_write_them(string text, string expected) => Assert.Equal(expected, await ReadAsync(text));

    [Fact]
    public async Task An_unclosed_quote_does_not_join_the_following_rows()
    {
        var lines = string.Concat(Enumerable.Repeat("x,y\n", 400_000));
        var rows = (await ReadAsync($"\"open,{lines}")).Split(';');
        Assert.True(rows.Length > 100_000);
        Assert.Equal("x|y", rows[^1]);
    }

    [Fact]
    public async Task CSV_round_trips()
    {
        string?[] cells = ["a", null, "b,c", "\"", "d\ne", "=1+1", "é木", " "];
        var csv = new CsvText();
        foreach (var cell in cells)
        {
            csv.Cell(cell);
        }
        csv.EndRow();
        using var written = new MemoryStream();
        csv.MoveTo(written);
        Assert.Equal(string.Join('|', cells), await ReadAsync(Encoding.UTF8.GetString(written.ToArray())));
    }

    private static async Task<string> ReadAsync(string text)
    {
        using var reader = new CsvReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        var rows = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None) is { } row)
        {
            rows.Add(string.Join('|', row));
        }
        return string.Join(';', rows);
    }
}
