using System.Diagnostics;
using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class HostileTests
{
    // A busy machine may be slow; this tells a hang from that. docs/xlsform.md has the times measured.
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
