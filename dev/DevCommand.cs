using System.CommandLine;
using System.Net;

namespace ServerlessRosa.Dev;

/// <param name="Port">The port of the app; 0 picks a free port.</param>
/// <param name="Data">The folder of Azurite's data, dev.json and the samples.</param>
/// <param name="Fresh">Whether to delete the folder's data first.</param>
/// <param name="Seed">Whether to create the demo project, once per folder.</param>
/// <param name="Storage">A connection string to use instead of Azurite.</param>
internal sealed record DevOptions(int Port, string Data, bool Fresh, bool Seed, string? Storage);

/// <summary>The command line of the development server.</summary>
internal static class DevCommand
{
    public const int DefaultPort = 7071;

    public static string DefaultData => Path.Combine(Repository.Root, ".azurite");

    public static RootCommand Create(Func<DevOptions, CancellationToken, Task> run)
    {
        var port = new Option<int>("--port")
        {
            Description = "Port of the app; 0 takes a free one.",
            DefaultValueFactory = _ => DefaultPort,
        };
        var data = new Option<string>("--data")
        {
            Description = "Folder for data, dev.json and samples: new, empty, or one that was made here.",
            HelpName = "DIR",
            DefaultValueFactory = _ => DefaultData,
        };
        var fresh = new Option<bool>("--fresh") { Description = "Delete what is in that folder, and start anew." };
        var noSeed = new Option<bool>("--no-seed") { Description = "No demo project: only the administrator exists." };
        var storage = new Option<string?>("--storage")
        {
            Description = "Use this storage account, and no Azurite.",
            HelpName = "CONNECTION_STRING",
        };

        port.Validators.Add(result =>
        {
            if (
                !int.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "0", out var number)
                || number is < 0 or > IPEndPoint.MaxPort
            )
                result.AddError($"--port takes a number from 0 to {IPEndPoint.MaxPort}.");
        });
        storage.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
                result.AddError("--storage takes a connection string, and this one is empty.");
        });

        var command = new RootCommand("Runs ServerlessRosa on this machine, with storage and demo data.")
        {
            port,
            data,
            fresh,
            noSeed,
            storage,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                run(
                    new DevOptions(
                        parsed.GetValue(port),
                        Path.GetFullPath(parsed.GetRequiredValue(data)),
                        parsed.GetValue(fresh),
                        !parsed.GetValue(noSeed),
                        parsed.GetValue(storage)
                    ),
                    cancellationToken
                )
        );
        return command;
    }
}
