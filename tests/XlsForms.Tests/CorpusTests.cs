using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>Compares with recorded outcomes of the reference, where they exist (XF-250).</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    private const double RequiredShare = 0.98;
    private static readonly string[] Files = ["tests.jsonl", "files.jsonl", "real.jsonl"];

    [Theory]
    [InlineData("tests.jsonl")]
    [InlineData("files.jsonl")]
    [InlineData("real.jsonl")]
    public void Outcomes_equal_those_of_the_reference(string file)
    {
        var (equal, total) = (0, 0);
        foreach (var sample in CorpusCase.Read(file))
        {
            total++;
            using var workbook = sample.Open();
            var difference = sample.Compare(XlsFormConverter.Convert(workbook, sample.Options, CancellationToken.None));
            if (difference is null)
                equal++;
            else
                output.WriteLine($"{sample.Id} {sample.Source}: {difference}");
        }
        output.WriteLine(
            total == 0
                ? $"There is no {file} on this machine."
                : string.Create(CultureInfo.InvariantCulture, $"{file}: {equal} of {total} equal, {(double)equal / total:P1}")
        );
        Assert.True(equal >= RequiredShare * total, $"{equal} of {total}");
    }

    [Fact]
    public void All_real_forms_that_the_reference_converts_convert()
    {
        foreach (var sample in CorpusCase.Read("real.jsonl").Where(sample => sample.Xml is not null))
        {
            using var workbook = sample.Open();
            Assert.Empty(XlsFormConverter.Convert(workbook, sample.Options, CancellationToken.None).Errors);
        }
    }

    [Fact]
    public void Warnings_come_where_the_reference_warns()
    {
        var (equal, total) = (0, 0);
        foreach (var sample in Files.SelectMany(CorpusCase.Read).Where(sample => sample.Xml is not null))
        {
            total++;
            using var workbook = sample.Open();
            var result = XlsFormConverter.Convert(workbook, sample.Options, CancellationToken.None);
            if (result.Warnings.Any(warning => warning.Kind == XlsFormMessageKind.Warning) == sample.HasWarnings)
                equal++;
            else
                output.WriteLine($"{sample.Id} {sample.Source}: {string.Join(" / ", result.Warnings)}");
        }
        Assert.True(equal >= RequiredShare * total, $"{equal} of {total}");
    }
}
