using System.Text.Json;
using LocalFunctionsHost.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace LocalFunctionsHost;

/// <summary>A function as the worker describes it.</summary>
/// <param name="TriggerName">The name of the parameter that the trigger binds.</param>
internal abstract record Function(RpcFunctionMetadata Metadata, string TriggerName)
{
    public string Name => Metadata.Name;

    public string Id => Metadata.FunctionId;

    /// <summary>It answers no request and has no schedule; it can still be run by hand.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Why the worker could not load it, or null.</summary>
    public string? LoadFailure { get; set; }

    /// <summary>Null for a trigger that this host does not know.</summary>
    /// <exception cref="FormatException">The route or the schedule is malformed, with the function's name.</exception>
    public static Function? Read(RpcFunctionMetadata metadata, string routePrefix, IInlineConstraintResolver constraints, Settings settings)
    {
        var isDisabled = settings.IsDisabled(metadata.Name);
        foreach (var text in metadata.RawBindings)
        {
            using var binding = JsonDocument.Parse(text);
            var root = binding.RootElement;
            try
            {
                switch (root.GetProperty("type").GetString()?.ToUpperInvariant())
                {
                    case "HTTPTRIGGER":
                        return HttpFunction.Read(metadata, root, routePrefix, constraints) with { IsDisabled = isDisabled };
                    case "TIMERTRIGGER":
                        return TimerFunction.Read(metadata, root, settings) with { IsDisabled = isDisabled };
                    case "QUEUETRIGGER":
                        return new QueueFunction(
                            metadata,
                            TextOf(root, "name")!,
                            settings.Expand(TextOf(root, "queueName")!),
                            settings.ConnectionString(TextOf(root, "connection"))
                        )
                        {
                            IsDisabled = isDisabled,
                        };
                }
            }
            catch (Exception e)
                when (e is ArgumentException or InvalidOperationException or RouteCreationException or NCrontab.CrontabException)
            {
                throw new FormatException($"The trigger of the function {metadata.Name} is malformed: {e.Message}", e);
            }
        }
        return null;
    }

    protected static string? TextOf(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A function with an HTTP trigger. No methods means any.</summary>
internal sealed record HttpFunction(
    RpcFunctionMetadata Metadata,
    string TriggerName,
    IReadOnlyList<string> Methods,
    TemplateMatcher Route,
    IReadOnlyDictionary<string, IRouteConstraint> Constraints
) : Function(Metadata, TriggerName)
{
    public static HttpFunction Read(
        RpcFunctionMetadata metadata,
        JsonElement binding,
        string routePrefix,
        IInlineConstraintResolver resolver
    )
    {
        var path = TextOf(binding, "route") is { Length: > 0 } route ? route.TrimStart('/') : metadata.Name;
        var template = TemplateParser.Parse(routePrefix.Length == 0 ? path : $"{routePrefix}/{path}");
        var constraints = new RouteConstraintBuilder(resolver, path);
        var defaults = new RouteValueDictionary();
        foreach (var parameter in template.Parameters)
        {
            foreach (var constraint in parameter.InlineConstraints)
                constraints.AddResolvedConstraint(parameter.Name!, constraint.Constraint);
            if (parameter.IsOptional)
                constraints.SetOptional(parameter.Name!);
            if (parameter.DefaultValue is { } value)
                defaults[parameter.Name!] = value;
        }

        IReadOnlyList<string> methods =
            binding.TryGetProperty("methods", out var listed) && listed.ValueKind == JsonValueKind.Array
                ? [.. listed.EnumerateArray().Select(method => method.GetString()!)]
                : [];
        return new HttpFunction(
            metadata,
            TextOf(binding, "name")!,
            methods,
            new TemplateMatcher(template, defaults),
            constraints.Build().AsReadOnly()
        );
    }

    /// <summary>The route values of a request that this function answers; null for any other.</summary>
    public RouteValueDictionary? Match(HttpContext http)
    {
        if (Methods.Count > 0 && !Methods.Contains(http.Request.Method, StringComparer.OrdinalIgnoreCase))
            return null;
        var values = new RouteValueDictionary();
        var matches =
            Route.TryMatch(http.Request.Path, values)
            && Constraints.All(constraint => constraint.Value.Match(http, null, constraint.Key, values, RouteDirection.IncomingRequest));
        return matches ? values : null;
    }
}

/// <summary>A function with a timer trigger.</summary>
internal sealed record TimerFunction(
    RpcFunctionMetadata Metadata,
    string TriggerName,
    NCrontab.CrontabSchedule Schedule,
    bool RunOnStartup,
    bool UseMonitor
) : Function(Metadata, TriggerName)
{
    private static readonly NCrontab.CrontabSchedule.ParseOptions WithSeconds = new() { IncludingSeconds = true };

    public static TimerFunction Read(RpcFunctionMetadata metadata, JsonElement binding, Settings settings) =>
        new(
            metadata,
            TextOf(binding, "name")!,
            NCrontab.CrontabSchedule.Parse(settings.Expand(TextOf(binding, "schedule") ?? ""), WithSeconds),
            Flag(binding, "runOnStartup", false),
            Flag(binding, "useMonitor", true)
        );

    private static bool Flag(JsonElement binding, string name, bool otherwise) =>
        binding.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : otherwise;
}

/// <summary>A function with a queue trigger.</summary>
internal sealed record QueueFunction(RpcFunctionMetadata Metadata, string TriggerName, string Queue, string ConnectionString)
    : Function(Metadata, TriggerName);
