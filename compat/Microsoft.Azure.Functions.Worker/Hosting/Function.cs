using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>A function that passed all checks. Each run gets an instance of its class from the run's own scope.</summary>
internal abstract class Function(string name, MethodInfo method) : FunctionDefinition
{
    private readonly ObjectFactory? _create = method.IsStatic
        ? null
        : ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes);
    private readonly FunctionInvoker _invoke = FunctionInvoker.Compile(method);

    public override string Name { get; } = name;

    public override string Id => Name;

    public override string EntryPoint { get; } = $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly { get; } = method.DeclaringType!.Assembly.Location;

    public Task<IResult?> RunAsync(Invocation run) => _invoke.RunAsync(_create?.Invoke(run.InstanceServices, null), run);
}

internal sealed class HttpFunction(string name, MethodInfo method, RoutePattern route, IReadOnlyList<string> verbs) : Function(name, method)
{
    public RoutePattern Route { get; } = route;

    /// <summary>In capitals; none means any.</summary>
    public IReadOnlyList<string> Verbs { get; } = verbs;
}

internal sealed class TimerFunction(string name, MethodInfo method, CronSchedule schedule, TimerTriggerAttribute trigger)
    : Function(name, method)
{
    public CronSchedule Schedule { get; } = schedule;

    public bool RunOnStartup { get; } = trigger.RunOnStartup;

    public bool UseMonitor { get; } = trigger.UseMonitor;
}
