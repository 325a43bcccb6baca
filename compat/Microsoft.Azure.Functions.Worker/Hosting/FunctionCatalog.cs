using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>All functions of the app, in the order of their names: the order in which the real host tries their routes.</summary>
internal sealed class FunctionCatalog
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private FunctionCatalog(IReadOnlyList<Function> functions)
    {
        Http = [.. functions.OfType<HttpFunction>()];
        Timers = [.. functions.OfType<TimerFunction>()];
    }

    public IReadOnlyList<HttpFunction> Http { get; }

    public IReadOnlyList<TimerFunction> Timers { get; }

    public static FunctionCatalog Find(IEnumerable<Type>? types, string? hostJson, IServiceProvider services)
    {
        var reader = new FunctionReader(
            HostJson.RoutePrefix(hostJson ?? HostJson.Find()),
            services.GetRequiredService<ParameterPolicyFactory>(),
            services.GetRequiredService<IConfiguration>()
        );
        var functions =
            from type in types ?? Assembly.GetEntryAssembly()!.GetTypes()
            from method in type.GetMethods(Declared)
            let attribute = method.GetCustomAttribute<FunctionAttribute>()
            where attribute is not null
            select reader.Read(method, attribute.Name);

        var ordered = functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase).ToList();
        RefuseSharedNames(ordered);
        var catalog = new FunctionCatalog(ordered);
        RefuseSharedRoutes(catalog.Http);
        return catalog;
    }

    private static void RefuseSharedNames(List<Function> ordered)
    {
        foreach (var (one, next) in ordered.Zip(ordered.Skip(1)))
        {
            if (string.Equals(one.Name, next.Name, StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException($"{one.EntryPoint} and {next.EntryPoint} share the function name {one.Name}.");
        }
    }

    /// <summary>
    /// The host would choose the first by name, but the worker behind it matches the path once more, without that order, and
    /// fails with 500 when two functions match equally well.
    /// </summary>
    private static void RefuseSharedRoutes(IReadOnlyList<HttpFunction> functions)
    {
        var answers = functions.SelectMany(
            function => function.Verbs.DefaultIfEmpty("any"),
            (function, verb) => (Function: function, Verb: verb)
        );
        foreach (
            var same in answers.GroupBy(
                answer => $"{answer.Verb} {Shape(answer.Function.Route)}",
                answer => answer.Function,
                StringComparer.OrdinalIgnoreCase
            )
        )
        {
            if (same.Skip(1).FirstOrDefault() is { } second)
                throw new InvalidOperationException($"{same.First().EntryPoint} and {second.EntryPoint} share a route and a verb.");
        }
    }

    /// <summary>The template without the names of its parameters.</summary>
    private static string Shape(RoutePattern route) =>
        string.Join(
            '/',
            route.PathSegments.Select(segment =>
                string.Concat(
                    segment.Parts.Select(part =>
                        part switch
                        {
                            RoutePatternLiteralPart literal => literal.Content,
                            RoutePatternSeparatorPart separator => separator.Content,
                            RoutePatternParameterPart parameter =>
                                $"{{{(parameter.IsCatchAll ? "*" : "")}{string.Join(':', parameter.ParameterPolicies.Select(policy => policy.Content))}}}",
                            _ => "",
                        }
                    )
                )
            )
        );
}
