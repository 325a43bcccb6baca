using System.Globalization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>`limit` and `offset` of a listing.</summary>
public readonly record struct Paging(int Offset, int? Limit)
{
    /// <summary>Refuses what isn't a whole number from 0 on with 400.11 (OR-038).</summary>
    public static Paging Of(HttpRequest request) => new(Number(request, "offset") ?? 0, Number(request, "limit"));

    private static int? Number(HttpRequest request, string name)
    {
        if (!request.Query.TryGetValue(name, out var value) || value.Count == 0)
        {
            return null;
        }
        return int.TryParse(value[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Problem.InvalidDataType(value.ToString(), "integer").AsException();
    }
}
