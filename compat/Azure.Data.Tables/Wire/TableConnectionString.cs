namespace Azure.Data.Tables.Wire;

/// <summary>The parts of a storage connection string that name a table account.</summary>
internal sealed record TableConnectionString(Uri Endpoint, TableSharedKeyCredential Credential)
{
    private const string EmulatorAccount = "devstoreaccount1";

    // The emulator's key is public and the same everywhere.
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static TableConnectionString Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var settings = Split(connectionString);
        if (settings.TryGetValue("UseDevelopmentStorage", out var emulator) && emulator.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            var host = new UriBuilder(settings.GetValueOrDefault("DevelopmentStorageProxyUri", "http://127.0.0.1"))
            {
                Port = 10002,
                Path = EmulatorAccount,
            };
            return new TableConnectionString(host.Uri, new TableSharedKeyCredential(EmulatorAccount, EmulatorKey));
        }

        var account = Required(settings, "AccountName");
        var credential = new TableSharedKeyCredential(account, Required(settings, "AccountKey"));
        var endpoint = settings.GetValueOrDefault("TableEndpoint")
            ?? $"{settings.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{account}.table.{settings.GetValueOrDefault("EndpointSuffix", "core.windows.net")}";
        return new TableConnectionString(new Uri(endpoint), credential);
    }

    private static Dictionary<string, string> Split(string connectionString)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Only the first '=': a key ends in some of them.
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new FormatException("The settings of a connection string have the form name=value.");
            settings[setting[..equals]] = setting[(equals + 1)..];
        }

        return settings;
    }

    private static string Required(Dictionary<string, string> settings, string name) =>
        settings.GetValueOrDefault(name) is { Length: > 0 } value ? value : throw new FormatException($"The connection string lacks {name}.");
}
