using Spectre.Console;

namespace ServerlessRosa.Dev;

/// <summary>Everything on one machine: storage, the app, demo data.</summary>
internal static class DevServer
{
    public const string LogName = "app.log";

    private const string EmailSetting = "Rosa__FirstAdminEmail";
    private const string PasswordSetting = "Rosa__FirstAdminPassword";

    /// <summary>Runs until it is cancelled, or the app ends by itself.</summary>
    /// <exception cref="StartException">Something doesn't start, or the app ended by itself.</exception>
    public static async Task RunAsync(DevOptions options, CancellationToken cancellationToken)
    {
        if (options.Port != 0)
            LoopbackPort.EnsureFree(options.Port);
        using var folder = DataFolder.Open(options.Data, options.Fresh);

        // Disposed in reverse order: the app stops before its storage.
        await using var azurite = options.Storage is null
            ? await Azurite.StartAsync(new AzuriteOptions(folder.Path), cancellationToken)
            : null;
        await using var log = TextWriter.Synchronized(new StreamWriter(folder.PathOf(LogName)) { AutoFlush = true });
        var admin = (Email: Setting(EmailSetting, "admin@example.org"), Password: Setting(PasswordSetting, "serverless-rosa"));
        await using var app = await RosaApp.StartAsync(
            new RosaAppOptions(
                options.Storage ?? azurite!.ConnectionString,
                options.Port,
                new Dictionary<string, string> { [EmailSetting] = admin.Email, [PasswordSetting] = admin.Password },
                log.WriteLine
            ),
            cancellationToken
        );

        var server = new DevFile(app.BaseUrl.GetLeftPart(UriPartial.Authority), admin.Email, admin.Password)
        {
            Storage = azurite?.ConnectionString,
        };
        try
        {
            server = await SeedAsync(server, app.BaseUrl, folder, options.Seed, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new StartException($"The app stopped answering ({e.Message}); its log is {folder.PathOf(LogName)}.", e);
        }
        await server.WriteAsync(folder, cancellationToken);
        await WriteWelcomeAsync(server, folder, cancellationToken);

        await app.WaitForExitAsync(cancellationToken);
        throw new StartException($"The app ended by itself; its log is {folder.PathOf(LogName)}.");
    }

    private static async Task<DevFile> SeedAsync(
        DevFile server,
        Uri baseUrl,
        DataFolder folder,
        bool seed,
        CancellationToken cancellationToken
    )
    {
        using var client = new RestClient(baseUrl);

        // Also creates the first administrator.
        if (!await client.SignInAsync(server.AdminEmail, server.AdminPassword, cancellationToken))
            throw new StartException(
                $"{server.AdminEmail} cannot sign in: this storage has accounts of its own. Start anew with --fresh or another "
                    + "--data folder, "
                    + $"or name its administrator in {EmailSetting} and {PasswordSetting}."
            );

        // Once per folder, so that a deleted form does not come back.
        var before = await DevFile.ReadAsync(folder, cancellationToken);
        if (
            before is { ProjectId: { } project, AppUserToken: { } token, WorkerUserId: not null }
            && await client.KnowsAsync($"/v1/key/{token}/projects/{project}", cancellationToken)
        )
        {
            return server with
            {
                ProjectId = project,
                Domain = before.Domain,
                AppUserToken = token,
                WorkerUsername = before.WorkerUsername,
                WorkerPassword = before.WorkerPassword,
                WorkerUserId = before.WorkerUserId,
            };
        }
        if (!seed)
            return server;

        (project, token) = await new DemoProject(client).EnsureAsync(cancellationToken);
        var worker = await new DemoDomain(client).EnsureAsync(cancellationToken);
        return server with
        {
            ProjectId = project,
            Domain = DemoProject.Domain,
            AppUserToken = token,
            WorkerUsername = DemoDomain.Worker,
            WorkerPassword = DemoDomain.Password,
            WorkerUserId = worker,
        };
    }

    private static async Task WriteWelcomeAsync(DevFile server, DataFolder folder, CancellationToken cancellationToken)
    {
        // The automatic detection checks the terminal, not whether output is redirected to a file.
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect }
        );
        var welcome = new Welcome(console, server, folder);
        welcome.Write();
        if (server.AppUserToken is null)
        {
            welcome.WriteCurlLines(samples: null);
        }
        else
        {
            welcome.WriteCurlLines(Samples.CopyTo(folder, server.WorkerUserId));
            var publicUrl = new Uri(Setting("Rosa__PublicUrl", server.BaseUrl));
            var serverUrl = new Uri(publicUrl, $"/v1/key/{server.AppUserToken}/projects/{server.ProjectId}");
            var payload = CollectQr.Payload(serverUrl.AbsoluteUri, DemoProject.Name);
            var png = folder.PathOf("collect-qr.png");
            await File.WriteAllBytesAsync(png, CollectQr.Png(payload), cancellationToken);
            welcome.WriteQr(payload, png, publicUrl);
        }
        welcome.WriteHowToStop();
    }

    // Environment variables override the app's settings, so they are read here too.
    private static string Setting(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
