using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using ServerlessRosa.Dev;

using var stop = new CancellationTokenSource();

// Ctrl-C, `kill` and closing the terminal stop all child processes in order, and are not failures.
PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
var registrations = signals
    .Select(signal =>
        PosixSignalRegistration.Create(
            signal,
            received =>
            {
                received.Cancel = true;
                stop.Cancel();
            }
        )
    )
    .ToList();

try
{
    var parsed = DevCommand.Create(DevServer.RunAsync).Parse(args);
    if (parsed.Action is ParseErrorAction wrong)
        wrong.ShowHelp = false;
    var asItIs = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
    return await parsed.InvokeAsync(asItIs, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (StartException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
finally
{
    registrations.ForEach(registration => registration.Dispose());
}
