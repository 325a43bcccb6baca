using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// Which members of a case an answer has (CC-146): those of `fields`, or all but those of `exclude`. Both are lists with commas and dots,
/// such as `case_id,properties.dob`; `fields.properties=dob` says the same.
/// </summary>
internal sealed class CaseFields
{
    private const string Fields = "fields";
    private const string Exclude = "exclude";

    private readonly IReadOnlyList<string[]> _paths;
    private readonly bool _includes;

    private CaseFields(IReadOnlyList<string[]> paths, bool includes)
    {
        _paths = paths;
        _includes = includes;
    }

    /// <summary>Whether a query parameter is one of these.</summary>
    public static bool Takes(string parameter) =>
        parameter is Fields or Exclude
        || parameter.StartsWith(Fields + ".", StringComparison.Ordinal)
        || parameter.StartsWith(Exclude + ".", StringComparison.Ordinal);

    /// <summary>Refuses both at once with 400.8.</summary>
    public static CaseFields Of(HttpRequest request)
    {
        var (fields, exclude) = (PathsOf(request, Fields), PathsOf(request, Exclude));
        return fields.Count > 0 && exclude.Count > 0
            ? throw Problem.UnexpectedValue(Exclude, null, "it does not go with fields.").AsException()
            : new CaseFields(fields.Count > 0 ? fields : exclude, fields.Count > 0);
    }

    public object Apply(CaseAnswer shape)
    {
        if (_paths.Count == 0)
        {
            return shape;
        }
        var whole = JsonSerializer.SerializeToNode(shape, CommCareJson.Default.CaseAnswer)!.AsObject();
        if (!_includes)
        {
            foreach (var path in _paths)
            {
                (Find(whole, path[..^1]) as JsonObject)?.Remove(path[^1]);
            }
            return whole;
        }
        var chosen = new JsonObject();
        foreach (var path in _paths.Where(path => Find(whole, path[..^1]) is JsonObject parent && parent.ContainsKey(path[^1])))
        {
            var target = chosen;
            foreach (var name in path[..^1])
            {
                target = target[name] as JsonObject ?? Added(target, name);
            }
            target[path[^1]] = Find(whole, path)?.DeepClone();
        }
        return chosen;
    }

    private static JsonObject Added(JsonObject target, string name)
    {
        var added = new JsonObject();
        target[name] = added;
        return added;
    }

    private static JsonNode? Find(JsonNode? node, IEnumerable<string> path) =>
        path.Aggregate(node, (parent, name) => (parent as JsonObject)?[name]);

    private static List<string[]> PathsOf(HttpRequest request, string parameter) =>
        [
            .. from one in request.Query
            where one.Key == parameter || one.Key.StartsWith(parameter + ".", StringComparison.Ordinal)
            from value in one.Value
            from name in value!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            select $"{one.Key[parameter.Length..].TrimStart('.')}.{name}".TrimStart('.').Split('.'),
        ];
}
