using System.Net.Sockets;
using LocalFunctionsHost;

HostOptions options;
AppFolder app;
try
{
    options = HostOptions.Parse(args);
    app = AppFolder.Read(options.App);
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

try
{
    await using var host = LocalHost.Build(options, app);
    await host.RunAsync();
    return Environment.ExitCode;
}
catch (SocketException e)
{
    await Console.Error.WriteLineAsync(e.Message); // The port is taken.
    return 1;
}
