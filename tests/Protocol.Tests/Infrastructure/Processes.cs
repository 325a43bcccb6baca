namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Several app processes of ours on one storage, as a deployment has several instances. Each is started when first asked
/// for.</summary>
public static class Processes
{
    private static readonly Lazy<Task<Server>> FirstOne = new(StartFirstAsync);
    private static readonly Lazy<Task<Server>> Remembering = new(() =>
        Server.StartAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "300" })
    );
    private static readonly Lazy<Task<Server>> Forgetful = new(() =>
        Server.StartAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "1" })
    );

    /// <summary>Where things are set up.</summary>
    public static Task<Server> FirstAsync() => FirstOne.Value;

    /// <summary>
    /// A process that has cached nothing of <see cref="FirstAsync"/>, and caches what it reads for longer than any test runs.
    /// </summary>
    public static Task<Server> RememberingAsync() => Remembering.Value;

    /// <summary>A process that caches what it reads for a second.</summary>
    public static Task<Server> ForgetfulAsync() => Forgetful.Value;

    private static async Task<Server> StartFirstAsync() =>
        await Server.SharedAsync() is { App: not null } shared ? shared : await Server.StartAsync();
}
