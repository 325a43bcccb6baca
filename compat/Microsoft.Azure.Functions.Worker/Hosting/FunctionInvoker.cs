using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>A call of a function's method, compiled once, so that a request pays for no reflection.</summary>
internal sealed class FunctionInvoker
{
    private readonly Func<object?, Invocation, Task<IResult?>> _call;

    private FunctionInvoker(Func<object?, Invocation, Task<IResult?>> call) => _call = call;

    public static FunctionInvoker Compile(MethodInfo method)
    {
        var instance = Expression.Parameter(typeof(object));
        var run = Expression.Parameter(typeof(Invocation));
        var call = Expression.Call(
            method.IsStatic ? null : Expression.Convert(instance, method.DeclaringType!),
            method,
            method.GetParameters().Select(parameter => Argument(parameter, run))
        );
        return new(Expression.Lambda<Func<object?, Invocation, Task<IResult?>>>(AsResult(call), instance, run).Compile());
    }

    public Task<IResult?> RunAsync(object? instance, Invocation run) => _call(instance, run);

    private static Expression Argument(ParameterInfo parameter, Expression run)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
            return run;
        if (type == typeof(CancellationToken))
            return Expression.Property(run, nameof(Invocation.CancellationToken));
        if (type == typeof(HttpRequest))
            return Expression.Property(run, nameof(Invocation.Request));
        if (type == typeof(TimerInfo))
            return Expression.Property(run, nameof(Invocation.Timer));

        var name = Expression.Constant(parameter.Name);
        return type == typeof(string)
            ? Expression.Call(run, nameof(Invocation.RouteText), null, name)
            : Expression.Call(run, nameof(Invocation.RouteValue), [type], name);
    }

    private static Expression AsResult(Expression call)
    {
        if (call.Type == typeof(Task<IResult>))
            return call;
        return call.Type == typeof(Task)
            ? Expression.Call(typeof(FunctionInvoker), nameof(WithoutResult), null, call)
            : Expression.Call(typeof(Task), nameof(Task.FromResult), [typeof(IResult)], call);
    }

    private static async Task<IResult?> WithoutResult(Task task)
    {
        await task;
        return null;
    }
}
