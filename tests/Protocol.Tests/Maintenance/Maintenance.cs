using System.Diagnostics;
using System.Globalization;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Tool;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>What a command of `rosa` printed, and how it ended.</summary>
public sealed record MaintenanceResult(int ExitCode, string Output)
{
    public MaintenanceResult ShouldSucceed()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {Output}");
        return this;
    }

    public MaintenanceResult ShouldFail(string fragment)
    {
        Assert.True(ExitCode == 1, $"Exit code {ExitCode}: {Output}");
        Assert.Contains(fragment, Output, StringComparison.Ordinal);
        return this;
    }
}

/// <summary>Runs commands of `rosa`.</summary>
public static class Maintenance
{
    /// <summary>In this process, which saves the second in which a process starts.</summary>
    public static async Task<MaintenanceResult> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var all = TextWriter.Synchronized(output);
        var exitCode = await Commands.RunAsync(arguments, all, all);
        return new MaintenanceResult(exitCode, output.ToString());
    }

    /// <summary>As an operator does: in a process of its own.</summary>
    public static async Task<MaintenanceResult> RunProcessAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new MaintenanceResult(process.ExitCode, await output + await error);
    }

    /// <summary>Whatever has been done to a project of the shared storage, everything in it fits together.</summary>
    public static async Task ShouldBeConsistentAsync(this Programme programme) =>
        (
            await RunAsync(
                "verify",
                "--project",
                programme.Id.ToString(CultureInfo.InvariantCulture),
                "--content",
                "--settle",
                "1",
                "--storage",
                await Server.StorageAsync()
            )
        ).ShouldSucceed();

    /// <summary>A process that is not waited for.</summary>
    public static Process Start(params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var assembly = Repository.Locate("artifacts", "bin", "rosa", configuration, "rosa.dll");
        return Process.Start(
            new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
    }

    public static Task<MaintenanceResult> RunAsync(this OwnStorage storage, params string[] arguments) =>
        RunAsync([arguments[0], "--storage", storage.ConnectionString, .. arguments[1..]]);
}
