using System.Diagnostics;
using System.Reflection;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>The compiler knows the properties of every resource type and version, and warns of what isn't there. It comes as a package,
/// for x64 Linux.</summary>
public sealed class BicepCompilerTests
{
    private static readonly string? Compiler = typeof(BicepCompilerTests)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(metadata => metadata.Key == "BicepCompiler")
        ?.Value;

    [Theory]
    [InlineData("build", "main.bicep")]
    [InlineData("build-params", "main.bicepparam")]
    public async Task The_templates_compile_without_a_warning(string command, string file) =>
        Assert.Equal((0, ""), await RunAsync(command, Path.Combine(Repository.Root, "infra", "bicep", file)));

    [Fact]
    public async Task The_compiler_finds_what_is_wrong()
    {
        if (Compiler is null)
        {
            return;
        }
        var folder = Directory.CreateTempSubdirectory("rosa-bicep-");
        try
        {
            var file = Path.Combine(folder.FullName, "wrong.bicep");
            await File.WriteAllTextAsync(
                file,
                "resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {\n  name: 'plan'\n  location: 'westeurope'\n  properties: "
                    + "{ reserve: true }\n}\n"
            );
            Assert.Contains("\"reserve\"", (await RunAsync("build", file)).Complaints, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Complaints)> RunAsync(string command, string file)
    {
        if (Compiler is null)
        {
            return (0, "");
        }
        var start = new ProcessStartInfo(Compiler, [command, file, "--stdout"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var compiler = Process.Start(start)!;
        var template = compiler.StandardOutput.ReadToEndAsync();
        var complaints = await compiler.StandardError.ReadToEndAsync();
        await template;
        await compiler.WaitForExitAsync();
        return (compiler.ExitCode, complaints);
    }
}
