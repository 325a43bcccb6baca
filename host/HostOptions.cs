using System.Globalization;

namespace LocalFunctionsHost;

/// <summary>What to run, and in which ways to behave like a deployment. The command line gives all but the last two as
/// <c>--name value</c>.</summary>
public sealed record HostOptions
{
    /// <summary>The folder of the built app: it holds <c>host.json</c> and <c>worker.config.json</c>.</summary>
    public required string App { get; init; }

    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>When set, <c>/admin</c> answers only requests with this <c>x-functions-key</c>, and others with 401.</summary>
    public string? AdminKey { get; init; }

    /// <summary>Keeps <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of a request, as if a front end had sent them.</summary>
    public bool TrustForwarded { get; init; }

    /// <summary>Reads a body with Content-Length whole before the function starts, as the real host does.</summary>
    public bool BufferBodies { get; init; }

    /// <summary>Answers 500 to a larger body, as the real host does. Unlimited unless set.</summary>
    public long? BodyLimit { get; init; }

    /// <summary>Of the host and the app, beside the environment's and before them: <c>Section__Key</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Called with each line of output of the host and of its worker, from any thread.</summary>
    public Action<string> Output { get; init; } = Console.Out.WriteLine;

    /// <summary>Settings ignore case, but environment variables do not on most systems: one that differs in case only is
    /// replaced.</summary>
    public static void AddSettings(IReadOnlyDictionary<string, string> settings, IDictionary<string, string?> environment)
    {
        foreach (var (name, value) in settings)
        {
            foreach (var same in environment.Keys.Where(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList())
                environment.Remove(same);
            environment[name] = value;
        }
    }

    /// <exception cref="ArgumentException">The command line is wrong, with the reason.</exception>
    public static HostOptions Parse(IReadOnlyList<string> args)
    {
        var options = new HostOptions { App = "" };
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--app" => options with { App = Path.GetFullPath(Next()) },
                "--port" => options with { Port = int.Parse(Next(), CultureInfo.InvariantCulture) },
                "--admin-key" => options with { AdminKey = Next() },
                "--trust-forwarded" => options with { TrustForwarded = true },
                "--buffer-bodies" => options with { BufferBodies = true },
                "--body-limit" => options with { BodyLimit = long.Parse(Next(), CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"{args[i]} is not an option of this host."),
            };

            string Next() => ++i < args.Count ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
        }
        return options.App.Length > 0 ? options : throw new ArgumentException("--app is missing: the folder of the built app.");
    }
}
