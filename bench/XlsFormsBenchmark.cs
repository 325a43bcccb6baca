using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ServerlessRosa.Dev;
using ServerlessRosa.Tests;
using ServerlessRosa.XlsForms;
using ServerlessRosa.XlsForms.Tests;

namespace ServerlessRosa.Bench;

/// <summary>Processor time of a conversion in milliseconds, the first and the best of those that follow, and the process's peak of
/// resident memory.</summary>
internal sealed record ConversionFigures(double First, double Best, double PeakMiB);

/// <summary>
/// Converts workbooks of several sizes, each in a process of its own, so that its peak of memory is its own. The reference does the same in
/// Python processes. Both measure processor time, which other processes of the machine disturb least.
/// </summary>
internal sealed class XlsFormsBenchmark(int runs, string python)
{
    public const string One = "xlsforms-one";

    // The reference takes long for large forms.
    private const int ReferenceRuns = 1;

    private const string Reference = """
        import json, sys, time
        from pyxform.xls2xform import convert
        def once():
            start = time.process_time()
            convert(sys.argv[1], validate=False)
            return (time.process_time() - start) * 1000
        times = [once() for _ in range(int(sys.argv[2]) + 1)]
        try:
            peak = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM:"))
        except OSError:
            peak = 0
        print(json.dumps({"First": times[0], "Best": min(times[1:]), "PeakMiB": peak}))
        """;

    public async Task RunAsync(FileInfo? real, DirectoryInfo? keep, CancellationToken cancellationToken)
    {
        var folder = keep ?? Directory.CreateTempSubdirectory("rosa-xlsforms-");
        folder.Create();
        try
        {
            var version = await ReferenceVersionAsync(cancellationToken);
            Console.WriteLine(
                version is null
                    ? $"{python} has no pyxform: the reference is skipped. `pip install pyxform==4.5.0`, or --python."
                    : $"reference: pyxform {version}"
            );
            Console.WriteLine(
                $"{"form",-22}{"first ms",10}{"best ms",10}{"peak MiB",10}{"reference ms",14}{"its MiB",10}{"faster",9}"
            );
            foreach (var (name, file) in Workbooks(folder, real))
            {
                var ours = await ConvertAsync(file, cancellationToken);
                var theirs = version is null
                    ? null
                    : await StartAsync(python, ["-c", Reference, file, Text(ReferenceRuns)], cancellationToken);
                var row = $"{name,-22}{ours.First,10:F0}{ours.Best,10:F1}{ours.PeakMiB,10:F0}";
                Console.WriteLine(
                    theirs is null ? row : $"{row}{theirs.Best,14:F0}{theirs.PeakMiB,10:F0}{theirs.Best / ours.Best,8:F0}x"
                );
            }
        }
        finally
        {
            if (keep is null)
                folder.Delete(recursive: true);
        }
    }

    /// <summary>Converts a workbook in this process, and writes the figures as JSON. Returns 1 when it is refused.</summary>
    public static int MeasureHere(FileInfo file, int runs)
    {
        var workbook = File.ReadAllBytes(file.FullName);
        var times = new List<double>();
        for (var run = 0; run <= runs; run++)
        {
            using var stream = new MemoryStream(workbook, writable: false);
            var before = Environment.CpuUsage.TotalTime;
            var result = XlsFormConverter.Convert(stream, new XlsFormOptions(), CancellationToken.None);
            times.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
            if (result.Form is null)
            {
                Console.Error.WriteLine(string.Join('\n', result.Errors));
                return 1;
            }
        }
        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64 / (1024.0 * 1024);
        Console.WriteLine(JsonSerializer.Serialize(new ConversionFigures(times[0], times.Skip(1).DefaultIfEmpty(times[0]).Min(), peak)));
        return 0;
    }

    private static IEnumerable<(string Name, string File)> Workbooks(DirectoryInfo folder, FileInfo? real)
    {
        yield return Write("300 questions", 20);
        foreach (var choices in new[] { 1_000, 10_000, 100_000 })
        {
            yield return Write(string.Create(CultureInfo.InvariantCulture, $"{choices} choices"), choices);
        }
        if ((real?.FullName ?? LargestOfCorpus()) is { } file)
            yield return (Path.GetFileName(file), file);
        else
            Console.Error.WriteLine("There is no corpus of real forms: --real FILE measures one.");

        (string Name, string File) Write(string name, int choices)
        {
            var path = Path.Combine(folder.FullName, name.Replace(' ', '-') + ".xlsx");
            using var workbook = MeasuredForms.Form(300, choices);
            File.WriteAllBytes(path, workbook.ToArray());
            return (name, path);
        }
    }

    // The largest XForm, as recorded.
    private static string? LargestOfCorpus()
    {
        return Corpus.Folder("xlsform") is { } folder && Path.Combine(folder, "real.jsonl") is var recorded && File.Exists(recorded)
            ? File.ReadLines(recorded)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Where(form => form.TryGetProperty("xml", out var xml) && xml.ValueKind == JsonValueKind.String)
                .OrderByDescending(form => form.GetProperty("xml").GetString()!.Length)
                .Select(form => Path.Combine(folder, form.GetProperty("file").GetString()!))
                .FirstOrDefault()
            : null;
    }

    private Task<ConversionFigures> ConvertAsync(string file, CancellationToken cancellationToken) =>
        StartAsync(Environment.ProcessPath!, [.. OwnArguments(), One, file, Text(runs)], cancellationToken);

    // Started as `dotnet bench.dll`, or as an executable of its own.
    private static IEnumerable<string> OwnArguments() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(XlsFormsBenchmark).Assembly.Location] : [];

    private async Task<string?> ReferenceVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (exitCode, output) = await OutputAsync(
                python,
                ["-c", "from importlib import metadata, util; print(metadata.version('pyxform') if util.find_spec('pyxform') else '')"],
                cancellationToken
            );
            return exitCode == 0 && output.Trim() is { Length: > 0 } version ? version : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no such program
        }
    }

    private static async Task<ConversionFigures> StartAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken
    )
    {
        var (exitCode, output) = await OutputAsync(program, arguments, cancellationToken);
        return exitCode == 0
            ? JsonSerializer.Deserialize<ConversionFigures>(output)!
            : throw new StartException($"{program} ended with exit code {exitCode}.");
    }

    private static async Task<(int ExitCode, string Output)> OutputAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken
    )
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
