using System.Diagnostics;

namespace ServerlessRosa.Browser.Tests;

/// <summary>
/// The browser of the stories: `ROSA_CHROMIUM`, else the one that is installed, else Playwright's own download, else Debian's package.
/// </summary>
internal static class Chromium
{
    private const string HeadlessPackage = "chromium-headless-shell";

    // The first has no windows to draw and needs much less processor time.
    private static readonly string[] Installed =
    [
        $"/usr/bin/{HeadlessPackage}",
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>The program, or "" for the one that Playwright downloaded itself. Null: there is none.</summary>
    public static string? Path => Found.Value;

    // A page of a story is not open for long enough to gain from the optimizing compilers.
    public static string[] Arguments { get; } =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-sync",
        "--js-flags=--no-opt --no-maglev",
    ];

    private static string? Find() =>
        Environment.GetEnvironmentVariable("ROSA_CHROMIUM") is { Length: > 0 } given ? given
        : Installed.FirstOrDefault(File.Exists) is { } program ? program
        : Microsoft.Playwright.Program.Main(["install", "chromium"]) == 0 ? ""
        : InstallPackage() ? Installed.FirstOrDefault(File.Exists)
        : null;

    // On Debian as root. Elsewhere there is no apt-get, or it is refused.
    private static bool InstallPackage() =>
        File.Exists("/etc/debian_version")
        && Environment.UserName == "root"
        && Run("apt-get", "update", "-qq")
        && Run("apt-get", "install", "-y", "-qq", HeadlessPackage);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process.WaitForExit(InstallLimit) && process.ExitCode == 0;
    }
}

/// <summary>A story in a real browser. Skipped, with the reason, where none can be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoryAttribute : FactAttribute
{
    public StoryAttribute()
    {
        if (Chromium.Path is null)
        {
            Skip = "There is no Chromium here, and none could be installed. Set ROSA_CHROMIUM to its program.";
        }
    }
}
