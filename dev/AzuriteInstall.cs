using System.Diagnostics;
using System.Text.Json;

namespace ServerlessRosa.Dev;

/// <summary>Ensures that the pinned Azurite is in <c>dev/node_modules</c> and that Node can run it.</summary>
internal static class AzuriteInstall
{
    private const int OldestNode = 20;
    private const string NodeMissing =
        "Node.js was not found. Azurite, the storage emulator, needs Node.js 20 or later: https://nodejs.org/";
    private const string NpmMissing =
        "npm was not found. It comes with Node.js and installs Azurite, the storage emulator: https://nodejs.org/";

    public static async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await CheckNodeAsync(cancellationToken);
        var pinned = await VersionInAsync("package-lock.json", cancellationToken);
        if (pinned == await InstalledAsync(cancellationToken))
            return;

        await using var turn = await TakeTurnAsync(cancellationToken);
        if (pinned == await InstalledAsync(cancellationToken))
            return;
        await InstallAsync(cancellationToken);
    }

    internal static bool IsNewEnough(string nodeVersion) =>
        Version.TryParse(nodeVersion.Trim().TrimStart('v'), out var version) && version.Major >= OldestNode;

    private static async Task CheckNodeAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node", ["--version"]);
        await using var node = ChildProcess.Start(start, NodeMissing);
        await node.WaitForExitAsync(cancellationToken);
        var said = node.Output is [var first, ..] ? first : "nothing";
        if (node.ExitCode != 0 || !IsNewEnough(said))
            throw new StartException($"Azurite, the storage emulator, needs Node.js {OldestNode} or later; `node --version` says {said}.");
    }

    // npm writes this file last, so that an interrupted install does not count.
    private static Task<string?> InstalledAsync(CancellationToken cancellationToken) =>
        VersionInAsync(Path.Combine("node_modules", ".package-lock.json"), cancellationToken);

    private static async Task<string?> VersionInAsync(string lockFile, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Repository.DevFolder, lockFile);
        if (!File.Exists(path))
            return null;
        await using var file = File.OpenRead(path);
        using var json = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
        return json.RootElement.GetProperty("packages").TryGetProperty("node_modules/azurite", out var azurite)
            ? azurite.GetProperty("version").GetString()
            : null;
    }

    private static async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts"));
        var path = Path.Combine(folder.FullName, "azurite-install.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process is installing.
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    private static async Task InstallAsync(CancellationToken cancellationToken)
    {
        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var start = new ProcessStartInfo(npm, ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Repository.DevFolder };
        await using var install = ChildProcess.Start(start, NpmMissing);
        await install.WaitForExitAsync(cancellationToken);
        if (install.ExitCode != 0)
            throw new StartException(
                $"npm could not install Azurite, the storage emulator, into {Repository.DevFolder}.{install.LastWords}"
            );
    }
}
