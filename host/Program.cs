using System.Net.Sockets;
using System.Runtime.InteropServices;
using LocalFunctionsHost;

try
{
    await using var host = await FunctionsHost.StartAsync(HostOptions.Parse(args), CancellationToken.None);
    var asked = new TaskCompletionSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    return await Task.WhenAny(host.Ended, asked.Task) == asked.Task || await host.Ended ? 0 : 1;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        asked.TrySetResult();
    }
}
catch (SocketException e)
{
    await Console.Error.WriteLineAsync(e.Message); // The port is taken.
    return 1;
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
