using System.CommandLine;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench;

/// <summary>`bench xlsforms`: the converter of workbooks alone, beside the reference where Python has it.</summary>
internal static class XlsFormsCommand
{
    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Conversions after the first.", DefaultValueFactory = _ => 5 };
        var real = new Option<FileInfo?>("--real")
        {
            Description = "A real workbook. Without it the largest of the corpus (ROSA_CORPUS, or ../shared/corpus), where there is one.",
            HelpName = "FILE",
        };
        var python = new Option<string>("--python")
        {
            Description = "The Python that has pyxform, the reference.",
            DefaultValueFactory = _ => "python3",
        };
        var folder = new Option<DirectoryInfo?>("--keep") { Description = "Keep the measured workbooks here.", HelpName = "FOLDER" };
        var command = new Command("xlsforms", "Measures the conversion of XLSForm workbooks.") { runs, real, python, folder };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    var benchmark = new XlsFormsBenchmark(parsed.GetValue(runs), parsed.GetRequiredValue(python));
                    await benchmark.RunAsync(parsed.GetValue(real), parsed.GetValue(folder), cancellationToken);
                    return 0;
                }
                catch (StartException e)
                {
                    await Console.Error.WriteLineAsync(e.Message);
                    return 1;
                }
            }
        );
        return command;
    }

    /// <summary>What a measured process of its own runs.</summary>
    public static Command CreateOne()
    {
        var file = new Argument<FileInfo>("file");
        var runs = new Argument<int>("runs");
        var command = new Command(XlsFormsBenchmark.One) { file, runs };
        command.Hidden = true;
        command.SetAction(parsed => XlsFormsBenchmark.MeasureHere(parsed.GetRequiredValue(file), parsed.GetValue(runs)));
        return command;
    }
}
