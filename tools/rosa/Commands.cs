using System.CommandLine;
using System.CommandLine.Invocation;
using Azure;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServerlessRosa.Core;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Maintenance;

namespace ServerlessRosa.Tool;

/// <summary>The commands that work on a storage account without the app (docs/operations.md).</summary>
public static partial class Commands
{
    /// <param name="arguments">As on a command line: `verify --storage ...`.</param>
    /// <param name="output">Gets what the command found or did.</param>
    /// <param name="error">Gets progress, and why it failed.</param>
    /// <returns>The exit code: 0 when it did what was asked and, for `verify`, found no damage.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Verifies, backs up, restores and moves the storage of ServerlessRosa (docs/operations.md).");
        foreach (var command in All(output, error))
            root.Subcommands.Add(command);
        try
        {
            var parsed = root.Parse(arguments);
            if (parsed.Action is ParseErrorAction invalid)
                invalid.ShowHelp = false;
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    Output = output,
                    Error = error,
                }
            );
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped.");
            return 1;
        }
        catch (MaintenanceException e)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static IEnumerable<Command> All(TextWriter output, TextWriter error) =>
        [
            FirstAdmin(output),
            Verify(output, error),
            Backup(output),
            Restore(output, error),
            Rebuild(output, error),
            Export(output),
            Import(output),
        ];

    private static Command FirstAdmin(TextWriter output)
    {
        var email = new Option<string>("--email") { Description = "Address of the administrator.", Required = true };
        var password = new Option<string>("--password") { Description = "10 characters to 72 bytes.", Required = true };
        return OnStorage(
            "first-admin",
            "Makes the first administrator of a storage account that has none.",
            [email, password],
            async (parsed, services, cancellationToken) =>
            {
                var users = services.GetRequiredService<WebUsers>();
                var created =
                    await users.CreateFirstAdministratorAsync(
                        parsed.GetRequiredValue(email),
                        parsed.GetRequiredValue(password),
                        cancellationToken
                    )
                    ?? throw new MaintenanceException(
                        "This storage account has, or had, an administrator: whoever is one makes further ones."
                    );
                await output.WriteLineAsync($"{created.Email} is the administrator.");
                return 0;
            }
        );
    }

    private static Command Rebuild(TextWriter output, TextWriter error)
    {
        var replace = new Option<bool>("--replace") { Description = "Write over what is in the tables." };
        var project = new Option<int?>("--project") { Description = "Only the project of this number.", HelpName = "N" };
        var only = new Option<RebuildPart[]>("--only")
        {
            Description = "What to rebuild, if not all of it: forms, submissions, cases.",
            AllowMultipleArgumentsPerToken = true,
        };
        return OnStorage(
            "rebuild",
            "Makes the tables of forms, submissions and cases again from what lies in blobs. Stop the app first.",
            [project, replace, only],
            async (parsed, services, cancellationToken) =>
            {
                var parts = parsed.GetValue(only) is { Length: > 0 } some ? some : Enum.GetValues<RebuildPart>();
                var done = await services
                    .GetRequiredService<RebuildTables>()
                    .RunAsync(
                        parsed.GetValue(project) is { } number ? new ProjectId(number) : null,
                        parts,
                        parsed.GetValue(replace),
                        error.WriteLine,
                        cancellationToken
                    );
                await WriteAsync(output, done);
                return 0;
            }
        );
    }

    private static Command Export(TextWriter output)
    {
        var project = new Option<int>("--project") { Description = "Its number.", Required = true };
        var folder = new Option<string>("--to")
        {
            Description = "A folder that is new or empty.",
            HelpName = "DIR",
            Required = true,
        };
        return OnStorage(
            "export",
            "Copies a whole project into a folder: rows and blobs.",
            [project, folder],
            async (parsed, services, cancellationToken) =>
            {
                var done = await services
                    .GetRequiredService<ExportProject>()
                    .RunAsync(
                        new ProjectId(parsed.GetValue(project)),
                        Path.GetFullPath(parsed.GetRequiredValue(folder)),
                        cancellationToken
                    );
                await output.WriteLineAsync($"Exported {done.Rows} rows and {done.Blobs} blobs.");
                return 0;
            }
        );
    }

    private static Command Import(TextWriter output)
    {
        var folder = new Option<string>("--from")
        {
            Description = "A folder that `export` has filled.",
            HelpName = "DIR",
            Required = true,
        };
        return OnStorage(
            "import",
            "Copies a project from a folder into a storage account where its number is free.",
            [folder],
            async (parsed, services, cancellationToken) =>
            {
                var done = await services
                    .GetRequiredService<ImportProject>()
                    .RunAsync(Path.GetFullPath(parsed.GetRequiredValue(folder)), cancellationToken);
                await output.WriteLineAsync($"Imported {done.Rows} rows and {done.Blobs} blobs.");
                return 0;
            }
        );
    }

    private static Command Verify(TextWriter output, TextWriter error)
    {
        var project = new Option<int?>("--project") { Description = "Only the project of this number.", HelpName = "N" };
        var content = new Option<bool>("--content")
        {
            Description = "Read every blob and compare its hash, and the forms that each case is made of.",
        };
        var orphans = new Option<bool>("--orphans") { Description = "Name each blob that no row names." };
        var settle = new Option<double>("--settle")
        {
            Description = "Wait so long before what looks wrong is read again.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 5,
        };
        settle.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 3600))
                result.AddError("--settle takes a number of seconds up to 3600.");
        });
        return OnStorage(
            "verify",
            "Checks what has to hold between blobs and tables, and prints what does not.",
            [project, content, orphans, settle],
            async (parsed, services, cancellationToken) =>
            {
                var options = new VerifyOptions(
                    parsed.GetValue(project) is { } number ? new ProjectId(number) : null,
                    parsed.GetValue(content),
                    parsed.GetValue(orphans),
                    TimeSpan.FromSeconds(parsed.GetValue(settle))
                );
                var operations = StorageOperations.Begin();
                var done = await services
                    .GetRequiredService<VerifyStorage>()
                    .RunAsync(options, output.WriteLine, error.WriteLine, cancellationToken);
                await output.WriteLineAsync(
                    $"{done.Differences} differences and {done.Notes} notes. Looked at "
                        + $"{string.Join(", ", done.Looked.Select(one => $"{one.Value} {one.Key}"))}, with {operations.Count} storage "
                        + "operations."
                );
                return done.Differences == 0 ? 0 : 1;
            }
        );
    }

    private static Command OnStorage(
        string name,
        string description,
        IEnumerable<Option> options,
        Func<ParseResult, IServiceProvider, CancellationToken, Task<int>> run
    )
    {
        var storage = new Option<string?>("--storage")
        {
            Description = "The storage account, by a connection string.",
            HelpName = "CONNECTION_STRING",
        };
        var account = new Option<string?>("--account")
        {
            Description = "Or by its name: as whoever is signed in to Azure here.",
            HelpName = "NAME",
        };
        var command = new Command(name, description) { storage, account };
        foreach (var option in options)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(storage)) == string.IsNullOrEmpty(result.GetValue(account)))
                result.AddError("Give either --storage with a connection string or --account with a name.");
        });
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                await using var services = Services(parsed.GetValue(storage), parsed.GetValue(account));
                var opened = Open(services);
                try
                {
                    await opened.StartAsync(cancellationToken);
                    return await run(parsed, services, cancellationToken);
                }
                catch (Exception e) when (ReasonOf(e) is { } reason)
                {
                    throw new MaintenanceException(reason, e);
                }
            }
        );
        return command;
    }

    // Null for an unexpected failure. The first line of the client's long message is sufficient.
    private static string? ReasonOf(Exception e) =>
        e switch
        {
            ProblemException problem => problem.Problem.Message,
            RequestFailedException => $"Storage refused or did not answer: {FirstLine(e)}",
            AggregateException { InnerException: RequestFailedException last } => $"Storage did not answer: {FirstLine(last)}",
            AuthenticationFailedException => $"Nobody is signed in to Azure here, which `az login` changes: {FirstLine(e)}",
            _ => null,
        };

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].TrimEnd();

    private static StorageAccount Open(ServiceProvider services)
    {
        try
        {
            return services.GetRequiredService<StorageAccount>();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new MaintenanceException($"This is not the connection string of a storage account: {e.Message}", e);
        }
    }

    private static ServiceProvider Services(string? connectionString, string? account)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Storage:ConnectionString"] = connectionString,
            ["Storage:AccountName"] = account,
        };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRosaCore(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).AddRosaMaintenance();
        return services.BuildServiceProvider();
    }
}
