using System.Collections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>
/// A request's query parameters, of which the function may read those that it declares: reading another that was sent is a bug in its
/// declaration. So is answering as it does not declare: <see cref="ApiOperation.RequireDeclared"/>. For tests.
/// </summary>
internal sealed class DeclaredQuery(IQueryCollection query, ApiOperation operation) : IQueryCollection
{
    public int Count => query.Count;

    public ICollection<string> Keys => query.Keys;

    public StringValues this[string key] => query[Declared(key)];

    public bool ContainsKey(string key) => query.ContainsKey(Declared(key));

    public bool TryGetValue(string key, out StringValues value) => query.TryGetValue(Declared(key), out value);

    public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => query.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Does nothing for functions that are not part of the API.</summary>
    public static void Require(FunctionContext context)
    {
        if (context.GetHttpContext() is { } http && ApiOperation.All.TryGetValue(context.FunctionDefinition.Name, out var operation))
        {
            http.Features.Set(operation);
            http.Features.Set<IQueryFeature>(new Feature(new DeclaredQuery(http.Request.Query, operation)));
        }
    }

    private string Declared(string name) =>
        operation.Reads(name) || !query.ContainsKey(name)
            ? name
            : throw new InvalidOperationException($"{operation.Name} does not declare the query parameter {name}.");

    private sealed class Feature(IQueryCollection query) : IQueryFeature
    {
        public IQueryCollection Query { get; set; } = query;
    }
}
