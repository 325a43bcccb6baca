using System.CommandLine;
using ServerlessRosa.Bench;
using ServerlessRosa.Bench.Simulation;
using ServerlessRosa.Dev;

var only = new Option<string[]>("--only")
{
    Description = "Only these workloads, by name or by the parts that it starts with: formlist, formlist-100, submission-c8.",
    HelpName = "NAME,...",
    CustomParser = result => [.. Parts(result)],
    DefaultValueFactory = _ => [],
};
var rounds = new Option<int>("--rounds")
{
    Description = "How often app and floor take turns; the table shows medians.",
    DefaultValueFactory = _ => 5,
};
var count = new Option<double>("--count") { Description = "Multiplies the number of requests.", DefaultValueFactory = _ => 1 };
var forms = new Option<int[]>("--forms")
{
    Description = "Lengths of the form lists.",
    HelpName = "N,...",
    CustomParser = result =>
    {
        var lengths = Parts(result).Select(part => int.TryParse(part, out var length) ? length : 0).ToArray();
        if (lengths.Any(length => length < 1))
            result.AddError("--forms takes numbers from 1 on, separated by commas.");
        return lengths;
    },
    DefaultValueFactory = _ => [10, 100, 1000],
};
var rows = new Option<int>("--rows") { Description = "Submissions of an export, and cases of a restore.", DefaultValueFactory = _ => 1000 };
var json = new Option<FileInfo?>("--json") { Description = "Write all figures to this file, too.", HelpName = "FILE" };
var compare = new Option<FileInfo?>("--compare")
{
    Description =
        "Report which operation counts and ratios are worse than in this baseline. Worse ratios are measured again. "
        + "The exit code is 1 if any is worse then, too.",
    HelpName = "FILE",
};
var baseline = new Option<FileInfo?>("--baseline") { Description = "Write this run's operation counts and ratios.", HelpName = "FILE" };
var app = new Option<string?>("--app")
{
    Description = "Measure the app that `dotnet publish src/Functions -o FOLDER` has put there, not the one that was built.",
    HelpName = "FOLDER",
};
foreach (var positive in new[] { rounds, rows })
    positive.Validators.Add(result =>
    {
        if (result.Tokens is [var given] && !(int.TryParse(given.Value, out var number) && number > 0))
            result.AddError($"{positive.Name} takes a number from 1 on.");
    });
count.Validators.Add(result =>
{
    if (result.Tokens is [var given] && !(double.TryParse(given.Value, out var factor) && factor is > 0 and < 1000))
        result.AddError("--count takes a number above 0.");
});

var command = new RootCommand("Measures ServerlessRosa against what the same storage operations cost without it.")
{
    only,
    rounds,
    count,
    forms,
    rows,
    json,
    compare,
    baseline,
    app,
    XlsFormsCommand.Create(),
    XlsFormsCommand.CreateOne(),
    SimulateCommand.Create(),
};
command.Validators.Add(result =>
{
    if (result.GetValue(compare) is not null && result.GetValue(rounds) < Baseline.FewestRounds)
        result.AddError($"--compare takes medians of at least {Baseline.FewestRounds} rounds.");
});
command.SetAction(
    async (parsed, cancellationToken) =>
    {
        var options = new BenchOptions(
            parsed.GetRequiredValue(only),
            parsed.GetValue(rounds),
            parsed.GetValue(count),
            parsed.GetRequiredValue(forms),
            parsed.GetValue(json),
            parsed.GetValue(compare),
            parsed.GetValue(baseline)
        )
        {
            App = parsed.GetValue(app),
            Rows = parsed.GetValue(rows),
        };
        try
        {
            return await Benchmark.RunAsync(options, cancellationToken) ? 0 : 1;
        }
        catch (StartException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 1;
        }
    }
);

// After Ctrl-C the storage emulator takes a while to close; its folder is deleted only then.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });

static IEnumerable<string> Parts(System.CommandLine.Parsing.ArgumentResult result) =>
    result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
