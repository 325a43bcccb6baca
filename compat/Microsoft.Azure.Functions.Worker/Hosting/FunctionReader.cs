using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>Turns a method with <see cref="FunctionAttribute"/> into a function, or says what the real host or its worker would
/// refuse.</summary>
internal sealed partial class FunctionReader(string routePrefix, ParameterPolicyFactory constraints, IConfiguration configuration)
{
    private static readonly Type[] RouteValueTypes = [typeof(string), typeof(int), typeof(long), typeof(Guid)];

    public Function Read(MethodInfo method, string name)
    {
        if (!method.IsPublic || !method.DeclaringType!.IsVisible)
            throw Refuse(method, "a function is a public method of a public class");
        if (method.IsGenericMethod || method.DeclaringType.ContainsGenericParameters)
            throw Refuse(method, "a function cannot be generic");
        if (!method.IsStatic && method.DeclaringType.IsAbstract)
            throw Refuse(method, "a function's class cannot be abstract");
        if (!NamePattern().IsMatch(name))
            throw Refuse(method, $"'{name}' cannot be the name of a function");

        var triggers = method
            .GetParameters()
            .Where(parameter => parameter.IsDefined(typeof(HttpTriggerAttribute)) || parameter.IsDefined(typeof(TimerTriggerAttribute)))
            .ToList();
        if (triggers.Count != 1)
            throw Refuse(method, $"a function has one trigger, not {triggers.Count}");

        return triggers[0].GetCustomAttribute<HttpTriggerAttribute>() is { } http
            ? ReadHttp(method, name, triggers[0], http)
            : ReadTimer(method, name, triggers[0], triggers[0].GetCustomAttribute<TimerTriggerAttribute>()!);
    }

    private HttpFunction ReadHttp(MethodInfo method, string name, ParameterInfo trigger, HttpTriggerAttribute attribute)
    {
        if (attribute.AuthLevel != AuthorizationLevel.Anonymous)
            throw Refuse(method, "this host has no function keys: only AuthorizationLevel.Anonymous");
        if (trigger.ParameterType != typeof(HttpRequest))
            throw Refuse(method, $"[HttpTrigger] belongs on an HttpRequest, not on {trigger.ParameterType.Name}");
        if (method.ReturnType != typeof(Task<IResult>) && method.ReturnType != typeof(IResult) && method.ReturnType != typeof(Task))
            throw Refuse(method, "an HTTP function returns Task<IResult>, IResult or Task");

        var route = ReadRoute(method, attribute.Route ?? name);
        foreach (var parameter in method.GetParameters())
        {
            if (parameter == trigger || IsContext(parameter))
                continue;
            CheckRouteValue(method, parameter, route);
        }

        var verbs = attribute.Methods?.Select(verb => verb.ToUpperInvariant()).Distinct().ToArray() ?? [];
        return new HttpFunction(name, method, route, verbs);
    }

    private RoutePattern ReadRoute(MethodInfo method, string template)
    {
        if (template.Length == 0)
            throw Refuse(method, "an empty route means the function's name: write {ignored:maxlength(0)?} for the root");

        var route = ParseRoute(method, template);
        if (route.PathSegments is [{ IsSimple: true, Parts: [RoutePatternLiteralPart { Content: var first }] }, ..] && HostPaths.Own(first))
            throw Refuse(method, $"paths under /{first} belong to the host");
        return route;
    }

    private RoutePattern ParseRoute(MethodInfo method, string template)
    {
        var path = template.TrimStart('/');
        try
        {
            var route = RoutePatternFactory.Parse(routePrefix.Length == 0 ? path : $"{routePrefix}/{path}");
            foreach (var parameter in route.Parameters)
            {
                foreach (var constraint in parameter.ParameterPolicies)
                    constraints.Create(parameter, constraint);
            }

            return route;
        }
        catch (Exception e) when (e is RoutePatternException or InvalidOperationException)
        {
            // The second is what ASP.NET throws for a constraint that it doesn't know.
            throw Refuse(method, $"the route '{template}' is not a template: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static void CheckRouteValue(MethodInfo method, ParameterInfo parameter, RoutePattern route)
    {
        if (!RouteValueTypes.Contains(parameter.ParameterType))
            throw Refuse(method, $"nothing is bound to the parameter '{parameter.Name}' of type {parameter.ParameterType.Name}");
        if (route.GetParameter(parameter.Name!) is not { } value || value.Name != parameter.Name)
            throw Refuse(method, $"the route '{route.RawText}' has no '{{{parameter.Name}}}'");
        if (value.IsOptional && parameter.ParameterType != typeof(string))
            throw Refuse(method, $"'{{{parameter.Name}}}' may be missing from the path: only a string can be null");
    }

    private TimerFunction ReadTimer(MethodInfo method, string name, ParameterInfo trigger, TimerTriggerAttribute attribute)
    {
        if (trigger.ParameterType != typeof(TimerInfo))
            throw Refuse(method, $"[TimerTrigger] belongs on a TimerInfo, not on {trigger.ParameterType.Name}");
        if (method.ReturnType != typeof(Task))
            throw Refuse(method, "a timer function returns Task");
        if (method.GetParameters().FirstOrDefault(parameter => parameter != trigger && !IsContext(parameter)) is { } unbound)
            throw Refuse(method, $"nothing is bound to the parameter '{unbound.Name}' of type {unbound.ParameterType.Name}");

        try
        {
            return new TimerFunction(name, method, CronSchedule.Parse(ReadSchedule(method, attribute.Schedule)), attribute);
        }
        catch (FormatException e)
        {
            throw Refuse(method, e.Message, e);
        }
    }

    private string ReadSchedule(MethodInfo method, string schedule) =>
        schedule is not ['%', .. var setting, '%']
            ? schedule
            : configuration[setting] ?? throw Refuse(method, $"its schedule is the setting {setting}, which is missing");

    private static bool IsContext(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(FunctionContext) || parameter.ParameterType == typeof(CancellationToken);

    private static InvalidOperationException Refuse(MethodInfo method, string reason, Exception? cause = null) =>
        new($"{method.DeclaringType!.FullName}.{method.Name} cannot be a function: {reason}.", cause);

    [GeneratedRegex("^(?!host$)[a-z][a-z0-9_-]{0,127}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
