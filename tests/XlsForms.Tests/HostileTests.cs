using System.Diagnostics;
using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class HostileTests
{
    // A limit for a slow machine that still detects a hang. docs/xlsform.md has the measured times.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Refused => [.. HostileWorkbooks.Refused.Keys];

    public static TheoryData<string> Converted => [.. HostileWorkbooks.Converted.Keys];

    [Theory, MemberData(nameof(Refused))]
    public void Is_refused_with_a_reason(string name)
    {
        var result = Convert(HostileWorkbooks.Refused[name]);

        Assert.Null(result.Form);
        Assert.All(result.Errors, error => Assert.NotEmpty(error.Text));
    }

    [Theory, MemberData(nameof(Converted))]
    public void Is_converted(string name)
    {
        var result = Convert(HostileWorkbooks.Converted[name]);

        Assert.Empty(result.Errors);
        Assert.NotNull(result.Form);
    }

    [Fact]
    public void An_encrypted_workbook_is_distinguished_from_a_damaged_one()
    {
        var error = Assert.Single(Convert(HostileWorkbooks.Refused["encrypted xlsx"]).Errors);

        Assert.Contains("password", error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x07)]
    [InlineData(0x2A)]
    [InlineData(0x7F)]
    public void An_error_cell_of_an_xls_file_is_empty(byte code)
    {
        var error = new XlsBuilder.ErrorCell(code);
        var result = Convert(() =>
            XlsBuilder.Build("survey", ["type", "name", "label", "hint"], ["text", "a", "A", error], ["integer", "b", "B", "a hint"])
        );

        Assert.Empty(result.Errors);
        Assert.Equal(1, result.Form!.Xml.Split("<hint>").Length - 1);
        Assert.Contains("<hint>a hint</hint>", result.Form.Xml, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_cell_of_an_xls_file_is_missing_where_a_value_must_be()
    {
        var error = new XlsBuilder.ErrorCell(0x2A);
        var result = Convert(() => XlsBuilder.Build("survey", ["type", "name", "label"], ["text", error, "A"]));

        Assert.Null(result.Form);
        Assert.Contains(result.Errors, message => message is { Sheet: "survey", Row: 2 });
    }

    [Fact]
    public void A_cancelled_conversion_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var workbook = HostileWorkbooks.Small().Build();

        Assert.Throws<OperationCanceledException>(() => XlsFormConverter.Convert(workbook, new XlsFormOptions(), cancelled.Token));
    }

    private static XlsFormResult Convert(Func<Stream> make)
    {
        using var workbook = make();
        var watch = Stopwatch.StartNew();
        var result = XlsFormConverter.Convert(workbook, new XlsFormOptions(), CancellationToken.None);
        Assert.True(watch.Elapsed < Limit, $"It took {watch.Elapsed}.");
        return result;
    }
}
