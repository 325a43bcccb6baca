using LocalFunctionsHost.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalFunctionsHost;

/// <summary>All functions of the app in the order of their names, which is the order in which the real host tries their routes.</summary>
internal sealed class FunctionCatalog
{
    private readonly List<Function> _all;
    private readonly List<HttpFunction> _http;

    private FunctionCatalog(List<Function> all)
    {
        _all = all;
        _http = [.. Enabled<HttpFunction>()];
    }

    public IReadOnlyList<Function> All => _all;

    /// <summary>Those that the host runs by itself.</summary>
    public IEnumerable<T> Enabled<T>()
        where T : Function => _all.OfType<T>().Where(function => !function.IsDisabled);

    /// <exception cref="FormatException">A trigger is malformed.</exception>
    public static FunctionCatalog Read(
        IEnumerable<RpcFunctionMetadata> functions,
        string routePrefix,
        IInlineConstraintResolver constraints,
        Settings settings
    ) =>
        new([
            .. functions
                .Select(metadata => Function.Read(metadata, routePrefix, constraints, settings))
                .OfType<Function>()
                .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase),
        ]);

    public Function? Find(string name) => _all.Find(function => function.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The first function whose methods, route and constraints fit, however specific its route is.</summary>
    public (HttpFunction Function, RouteValueDictionary Values)? Route(HttpContext http)
    {
        foreach (var function in _http)
        {
            if (function.Match(http) is { } values)
                return (function, values);
        }
        return null;
    }
}
