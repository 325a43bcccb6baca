using System.Diagnostics;
using System.Globalization;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Upkeep;

/// <summary>What a command of `dev` printed, and how it ended.</summary>
public sealed record UpkeepResult(int ExitCode, string Output)
{
    public UpkeepResult ShouldSucceed()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {Output}");
        return this;
    }

    public UpkeepResult ShouldFail(string fragment)
    {
        Assert.True(ExitCode == 1, $"Exit code {ExitCode}: {Output}");
        Assert.Contains(fragment, Output, StringComparison.Ordinal);
        return this;
    }
}

/// <summary>Runs commands of `dev` as an operator does: each a process of its own.</summary>
public static class Upkeep
{
    public static async Task<UpkeepResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new UpkeepResult(process.ExitCode, await output + await error);
    }

    /// <summary>Whatever has been done to a project of the shared storage, everything in it fits together.</summary>
    public static async Task ShouldHoldTogetherAsync(this Programme programme) =>
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

    /// <summary>One that is not waited for.</summary>
    public static Process Start(params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var assembly = Repository.Locate("artifacts", "bin", "dev", configuration, "dev.dll");
        return Process.Start(
            new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
    }

    public static Task<UpkeepResult> RunAsync(this OwnStorage storage, params string[] arguments) =>
        RunAsync([arguments[0], "--storage", storage.ConnectionString, .. arguments[1..]]);
}
