using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class CellTextTests
{
    [Theory]
    [InlineData(3.0, "3")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1.5e-7, "1.5e-07")]
    [InlineData(1.2345678901234567, "1.2345678901234567")]
    [InlineData(123456789012.5, "123456789012.5")]
    public void Numbers_are_written_as_Python_writes_them_XF_025(double number, string expected) =>
        Assert.Equal(expected, CellText.Number(number));

    [Fact]
    public void Cells_become_text_XF_024_XF_025()
    {
        object?[] cells = [true, new DateTime(2020, 1, 31, 10, 20, 30), new TimeSpan(10, 20, 30), "  a\u00A0b  ", " \t ", 5.0];
        using var workbook = new WorkbookBuilder().Sheet("survey", ["a", "b", "c", "d", "e", "f"], cells).Build();

        var row = Read(workbook).Find("survey")!.Rows[0];

        Assert.Equal("TRUE|2020-01-31 10:20:30|10:20:30|a b||5", string.Join('|', row));
    }

    [Fact]
    public void Control_characters_stay_in_their_escaped_notation_XF_026()
    {
        using var workbook = new WorkbookBuilder().Sheet("survey", ["a"], ["x_x000D_y"]).Build();

        Assert.Equal("x_x000D_y", Read(workbook).Find("survey")!.Rows[0][0]);
    }

    [Fact]
    public void Rows_end_after_61_empty_ones_and_headers_after_21_XF_021_XF_023()
    {
        object?[] header = ["a", .. new object?[20], "b", .. new object?[21], "c"];
        object?[] empty = [];
        object?[][] rows = [header, ["1"], .. Enumerable.Repeat(empty, 60), ["2"], .. Enumerable.Repeat(empty, 61), ["3"]];
        using var workbook = new WorkbookBuilder().Sheet("survey", rows).Build();

        var sheet = Read(workbook).Find("survey")!;

        Assert.Equal(["a", "b"], sheet.Headers.Select(column => column.Text));
        Assert.Equal(62, sheet.Rows.Count);
    }

    [Fact]
    public void The_only_sheet_is_the_survey_XF_020()
    {
        using var workbook = new WorkbookBuilder().Sheet("Sheet1", ["type"], ["text"]).Build();

        Assert.NotNull(Read(workbook).Find("survey"));
    }

    private static Workbook Read(Stream file) =>
        new WorkbookReader(new XlsFormOptions(), new Messages(10)).Read(file, false, CancellationToken.None);
}
