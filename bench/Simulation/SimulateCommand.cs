using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>`bench simulate`: one app and one storage account on Azure under load, simulated; or beside a real run.</summary>
internal static class SimulateCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly (string Name, Action<SimulationSettings, TextWriter> Run)[] All =
    [
        ("submissions", Scenarios.Submissions),
        ("settings", Scenarios.Settings),
        ("start", Scenarios.Start),
        ("cases", Scenarios.Cases),
    ];

    public static Command Create()
    {
        var only = new Option<string[]>("--only")
        {
            Description = $"Only these tables: {string.Join(", ", All.Select(table => table.Name))}.",
            HelpName = "NAME,...",
            CustomParser = result => [.. Parts(result)],
            DefaultValueFactory = _ => [],
        };
        var parameters = new Option<FileInfo?>("--parameters")
        {
            Description = "JSON with other parameters than the defaults: limits, latencies, settings, traffic.",
            HelpName = "FILE",
        };
        var print = new Option<bool>("--print-parameters") { Description = "Print the parameters instead." };
        var check = new Option<bool>("--check")
        {
            Description = "Run the app on the emulator behind a proxy that limits partitions, and the simulation of that, instead.",
        };
        var shards = new Option<int>("--shards") { Description = "With --check: Rosa:SubmissionShards.", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double>("--seconds")
        {
            Description = "With --check: the length of each run.",
            DefaultValueFactory = _ => 30,
        };
        only.Validators.Add(result =>
        {
            foreach (var unknown in Parts(result).Where(name => All.All(table => table.Name != name)))
                result.AddError($"No table is called {unknown}.");
        });
        var command = new Command("simulate", "Simulates the app on Azure under load.") { only, parameters, print, check, shards, seconds };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    var settings = await ReadAsync(parsed.GetValue(parameters), cancellationToken);
                    if (parsed.GetValue(print))
                        Console.WriteLine(JsonSerializer.Serialize(settings, Format));
                    else if (parsed.GetValue(check))
                        await SimulationCheck.RunAsync(
                            CheckOptions.Of(parsed.GetValue(shards), parsed.GetValue(seconds)),
                            Console.Out,
                            cancellationToken
                        );
                    else
                        Write(settings, parsed.GetRequiredValue(only));
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

    private static void Write(SimulationSettings settings, string[] only)
    {
        foreach (var (name, run) in All.Where(table => only.Length == 0 || only.Contains(table.Name)))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"## {name}"));
            Console.WriteLine();
            run(settings, Console.Out);
            Console.WriteLine();
        }
    }

    private static async Task<SimulationSettings> ReadAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return new SimulationSettings();
        try
        {
            await using var stream = file.OpenRead();
            return await JsonSerializer.DeserializeAsync<SimulationSettings>(stream, Format, cancellationToken) ?? new SimulationSettings();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new StartException($"{file} cannot be read as parameters: {e.Message}");
        }
    }

    private static IEnumerable<string> Parts(System.CommandLine.Parsing.ArgumentResult result) =>
        result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Parts(System.CommandLine.Parsing.OptionResult result) =>
        result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
