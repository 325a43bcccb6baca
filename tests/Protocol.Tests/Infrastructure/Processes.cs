namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Several app processes of ours on one storage, as a deployment has several instances. Each is started when first asked
/// for.</summary>
public static class Processes
{
    private static readonly Lazy<Task<Server>> FirstOne = new(StartFirstAsync);
    private static readonly Lazy<Task<Server>> Remembering = new(() => StartAsync("300"));
    private static readonly Lazy<Task<Server>> AlsoRemembering = new(() => StartAsync("300"));
    private static readonly Lazy<Task<Server>> Forgetful = new(() => StartAsync("1"));

    /// <summary>Where things are set up.</summary>
    public static Task<Server> FirstAsync() => FirstOne.Value;

    /// <summary>
    /// A process that has cached nothing of <see cref="FirstAsync"/>, and caches what it reads for longer than any test runs.
    /// </summary>
    public static Task<Server> RememberingAsync() => Remembering.Value;

    /// <summary>Another one, for what a process like <see cref="RememberingAsync"/> did that it does not know of.</summary>
    public static Task<Server> AlsoRememberingAsync() => AlsoRemembering.Value;

    /// <summary>A process that caches what it reads for a second.</summary>
    public static Task<Server> ForgetfulAsync() => Forgetful.Value;

    private static Task<Server> StartAsync(string cacheSeconds) =>
        Server.StartAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = cacheSeconds });

    private static async Task<Server> StartFirstAsync() =>
        await Server.SharedAsync() is { App: not null } shared ? shared : await Server.StartAsync();
}
