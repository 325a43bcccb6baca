using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>
/// Measures conversions when XLSFORMS_MEASURE is set, and writes the workbooks into the folder that it names, so that the command can be
/// measured on them too.
/// </summary>
public sealed class MeasuringTests(ITestOutputHelper output)
{
    private const int Runs = 5;

    [Fact]
    public void Time_and_memory_of_a_conversion()
    {
        if (Environment.GetEnvironmentVariable("XLSFORMS_MEASURE") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        Measure(folder, "300-questions", Form(300, 20));
        foreach (var choices in new[] { 1_000, 10_000, 100_000 })
        {
            Measure(folder, string.Create(CultureInfo.InvariantCulture, $"{choices}-choices"), Form(300, choices));
        }
    }

    private void Measure(string folder, string name, MemoryStream workbook)
    {
        File.WriteAllBytes(Path.Combine(folder, name + ".xlsx"), workbook.ToArray());
        using var process = Process.GetCurrentProcess();
        var times = new List<double>();
        var allocated = 0L;
        for (var run = 0; run <= Runs; run++)
        {
            workbook.Position = 0;
            process.Refresh();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var beforeCpu = process.TotalProcessorTime;
            Assert.NotNull(XlsFormConverter.Convert(workbook, new XlsFormOptions(), CancellationToken.None).Form);
            process.Refresh();
            times.Add((process.TotalProcessorTime - beforeCpu).TotalMilliseconds);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        // The first run compiles the code.
        var best = times.Skip(1).Min();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: first {times[0]:F0} ms, best {best:F1} ms of processor time, allocated {allocated >> 20} MiB"
            )
        );
    }

    private static MemoryStream Form(int questions, int choices)
    {
        var survey = new List<object?[]> { new object?[] { "type", "name", "label", "relevant", "choice_filter", "calculation" } };
        for (var i = 0; i < questions; i++)
        {
            survey.Add(
                (i % 5) switch
                {
                    0 => ["select_one l", $"q{i}", $"Question {i}", null, i == 0 ? null : $"group = ${{q{i - 4}}}", null],
                    1 => ["integer", $"q{i}", $"Question {i} about ${{q{i - 1}}}", $"${{q{i - 1}}} != ''", null, null],
                    2 => ["text", $"q{i}", $"Question {i}", null, null, null],
                    3 => ["calculate", $"q{i}", null, null, null, $"${{q{i - 2}}} + 1"],
                    _ => ["date", $"q{i}", $"Question {i}", $"${{q{i - 3}}} > 3", null, null],
                }
            );
        }
        var list = new List<object?[]> { new object?[] { "list_name", "name", "label", "group" } };
        list.AddRange(Enumerable.Range(0, choices).Select(i => new object?[] { "l", $"c{i}", $"Choice number {i}", (double)(i % 100) }));
        return new WorkbookBuilder().Sheet("survey", [.. survey]).Sheet("choices", [.. list]).Build();
    }
}
