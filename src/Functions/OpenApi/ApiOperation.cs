using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>A function that HTTP calls, as its attributes declare it.</summary>
internal sealed record ApiOperation(string Name, string Folder, MethodInfo Method, HttpTriggerAttribute Trigger)
{
    /// <summary>The query parameter with a public link's key, which authenticates wherever the link has rights.</summary>
    public const string LinkKey = "st";

    private static readonly ConcurrentDictionary<string, ApiOperation> Running = new();

    /// <summary>All but those that are not part of the API, by name.</summary>
    public static IReadOnlyDictionary<string, ApiOperation> All { get; } =
        Find().Where(operation => !operation.Has<NotInApiAttribute>()).ToDictionary(operation => operation.Name);

    /// <summary>The operation that a request runs. Finds it by its method, so that the first one does not read all functions.</summary>
    public static ApiOperation Of(HttpContext http) =>
        Running.GetOrAdd(
            http.Features.GetRequiredFeature<FunctionDefinition>().EntryPoint,
            static entry =>
            {
                var dot = entry.LastIndexOf('.');
                return From(typeof(ApiOperation).Assembly.GetType(entry[..dot])!.GetMethod(entry[(dot + 1)..])!)!;
            }
        );

    public AnswerKind Kind { get; } =
        (Method.GetCustomAttribute<SpeaksAttribute>() ?? Method.DeclaringType!.GetCustomAttribute<SpeaksAttribute>())?.Kind
        ?? Folder switch
        {
            "OpenRosa" => AnswerKind.OpenRosa,
            "CommCare" => AnswerKind.DomainApi,
            _ => AnswerKind.Rest,
        };

    /// <summary>Null for a function that authenticates its callers.</summary>
    public OpenToAllAttribute? Opening { get; } = Method.GetCustomAttribute<OpenToAllAttribute>();

    /// <summary>Fails when the function runs otherwise than it declares. For tests.</summary>
    public void RequireDeclared(AnswerKind kind, bool isOpen)
    {
        var authenticates = isOpen ? Opening is not null : Opening is null or { TakesCredentials: true };
        if (!authenticates || Family(kind) != Family(Kind))
        {
            throw new InvalidOperationException($"{Name} does not declare that it answers as {kind}, or whom.");
        }

        // They differ in the challenge alone.
        static AnswerKind Family(AnswerKind kind) => kind == AnswerKind.Download ? AnswerKind.Rest : kind;
    }

    /// <summary>HEAD is GET without a body, and not listed.</summary>
    public IEnumerable<string> Methods =>
        Trigger.Methods!.Except(["head", .. Method.GetCustomAttribute<RefusesAttribute>()?.Methods ?? []]);

    /// <summary>Parts of the route: texts, and parameters with their constraints.</summary>
    public IEnumerable<(string Text, string? Constraint)> Parameters =>
        from part in Trigger.Route!.Split('/')
        from parameter in part.Split('{').Skip(1)
        let inside = parameter[..parameter.IndexOf('}', StringComparison.Ordinal)].TrimStart('*')
        let colon = inside.IndexOf(':', StringComparison.Ordinal)
        select colon < 0 ? (inside, null) : (inside[..colon], (string?)inside[(colon + 1)..]);

    /// <summary>The route as an address: `/v1/projects/{projectId}`.</summary>
    public string Path
    {
        get
        {
            var path = "/" + Trigger.Route!.Replace("{*", "{", StringComparison.Ordinal);
            foreach (var (text, constraint) in Parameters.Where(parameter => parameter.Constraint is not null))
            {
                path = path.Replace($"{{{text}:{constraint}}}", $"{{{text}}}", StringComparison.Ordinal);
            }
            return path;
        }
    }

    public IReadOnlyList<(string Name, QueryType Type)> Query { get; } =
    [.. Method.GetCustomAttributes<QueryParametersAttribute>().SelectMany(declared => declared.Parameters)];

    /// <summary>Whether the function may read a query parameter.</summary>
    public bool Reads(string name) => name == LinkKey || Declares(name);

    /// <summary>Whether the function itself has a query parameter.</summary>
    public bool Declares(string name) => Query.Any(declared => Covers(declared.Name, name));

    private static bool Covers(string declared, string name) =>
        declared.EndsWith('*') ? name.StartsWith(declared[..^1], StringComparison.Ordinal) : declared == name;

    private bool Has<T>()
        where T : Attribute => Method.GetCustomAttribute<T>() is not null;

    private static IEnumerable<ApiOperation> Find() =>
        from type in typeof(ApiOperation).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        let operation = From(method)
        where operation is not null
        select operation;

    private static ApiOperation? From(MethodInfo method) =>
        method.GetCustomAttribute<FunctionAttribute>() is { } function
        && method
            .GetParameters()
            .Select(one => one.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .FirstOrDefault()
            is { } trigger
            ? new ApiOperation(function.Name, method.DeclaringType!.Namespace!.Split('.')[^1], method, trigger)
            : null;
}
