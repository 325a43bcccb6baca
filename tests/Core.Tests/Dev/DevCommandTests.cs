using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed class DevCommandTests
{
    [Fact]
    public async Task Without_options_it_seeds_the_folder_at_the_root_and_listens_on_7071()
    {
        var options = await RunAsync();

        Assert.Equal(new DevOptions(7071, Path.Combine(Repository.Root, ".azurite"), Fresh: false, Seed: true, Storage: null), options);
    }

    [Fact]
    public async Task Every_option_is_passed_on()
    {
        var options = await RunAsync(
            "--port",
            "8080",
            "--data",
            "/data/rosa",
            "--fresh",
            "--no-seed",
            "--storage",
            "UseDevelopmentStorage=true"
        );

        Assert.Equal(new DevOptions(8080, Path.GetFullPath("/data/rosa"), Fresh: true, Seed: false, "UseDevelopmentStorage=true"), options);
    }

    [Theory]
    [InlineData("--port takes a number from 0 to 65535.", "--port", "70710")]
    [InlineData("--port takes a number from 0 to 65535.", "--port", "-1")]
    [InlineData("--port takes a number from 0 to 65535.", "--port", "http")]
    [InlineData("--storage takes a connection string, and this one is empty.", "--storage", "")]
    [InlineData("Required argument missing for option: '--data'.", "--data")]
    [InlineData("Unrecognized command or argument '--sed'.", "--sed")]
    public void A_wrong_option_is_refused_and_named(string message, params string[] args)
    {
        var parsed = DevCommand.Create((_, _) => Task.CompletedTask).Parse(args);

        Assert.Contains(parsed.Errors, error => error.Message == message);
    }

    private static async Task<DevOptions?> RunAsync(params string[] args)
    {
        DevOptions? seen = null;
        var exitCode = await DevCommand
            .Create(
                (options, _) =>
                {
                    seen = options;
                    return Task.CompletedTask;
                }
            )
            .Parse(args)
            .InvokeAsync();

        Assert.Equal(0, exitCode);
        return seen;
    }
}
