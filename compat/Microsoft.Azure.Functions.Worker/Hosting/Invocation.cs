using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>One run of a function, and what its parameters are taken from.</summary>
internal sealed class Invocation(Function function, IServiceProvider services, CancellationToken cancellationToken) : FunctionContext
{
    private string? _id;
    private IDictionary<object, object>? _items;

    public override string InvocationId => _id ??= Guid.NewGuid().ToString();

    public override string FunctionId => function.Id;

    public override FunctionDefinition FunctionDefinition => function;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override IDictionary<object, object> Items
    {
        get => _items ??= new Dictionary<object, object>();
        set => _items = value;
    }

    public override CancellationToken CancellationToken => cancellationToken;

    public HttpRequest? Request { get; init; }

    public TimerInfo? Timer { get; init; }

    public string? RouteText(string name) => (string?)Request!.RouteValues[name];

    public T RouteValue<T>(string name)
        where T : IParsable<T> => T.Parse(RouteText(name)!, CultureInfo.InvariantCulture);
}
