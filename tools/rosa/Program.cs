using System.CommandLine;
using System.CommandLine.Invocation;
using ServerlessRosa.Maintenance;
using ServerlessRosa.Tool;

try
{
    var root = new RootCommand("Verifies, backs up, restores and moves the storage of ServerlessRosa (docs/operations.md).");
    foreach (var command in Commands.All(Console.Out))
        root.Subcommands.Add(command);
    var parsed = root.Parse(args);
    if (parsed.Action is ParseErrorAction error)
        error.ShowHelp = false;
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 1;
}
catch (MaintenanceException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
