using ServerlessRosa.Dev;
using Spectre.Console;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed class WelcomeTests : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("it's-");

    public void Dispose() => _parent.Delete(recursive: true);

    [Fact]
    public void Every_curl_line_is_whole_however_narrow_the_terminal_is()
    {
        using var folder = DataFolder.Open(Path.Combine(_parent.FullName, "data"), fresh: false);
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 40;
        var server = new DevFile(
            "http://127.0.0.1:7071",
            "admin@example.org",
            "serverless-rosa",
            1,
            "demo",
            "d1!E$",
            "jason",
            "1988",
            "u-1"
        );

        new Welcome(console, server, folder).WriteCurlLines(Samples.CopyTo(folder, server.WorkerUserId));

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(lines, line => Assert.True(line.StartsWith('#') || line.StartsWith("curl ", StringComparison.Ordinal), line));
        Assert.Equal(10, lines.Count(line => line.StartsWith("curl ", StringComparison.Ordinal)));
        Assert.Contains(
            "curl -u 'admin@example.org:serverless-rosa' 'http://127.0.0.1:7071/v1/projects/1/forms/household/submissions'",
            lines
        );
    }

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("d1!E$", "'d1!E$'")]
    [InlineData("it's", @"'it'\''s'")]
    public void Shell_metacharacters_are_quoted(string text, string quoted) => Assert.Equal(quoted, Welcome.Quote(text));
}
