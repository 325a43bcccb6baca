using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>`$orderby`: by a row's metadata, nulls first; newest first among equals.</summary>
public class RowOrder<T>
{
    private readonly Func<T, object?>[] _fields;
    private readonly bool[] _descending;

    /// <summary>Refuses another field with 501.5, and what can't be parsed with 400.18.</summary>
    /// <param name="newest">The field by which lists have the newest first anyway.</param>
    protected RowOrder(string text, Func<string, Func<T, object?>> fields, string newest)
    {
        var parts = text.Split(',').Select(part => part.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (parts.Any(part => part is not ([_] or [_, "asc" or "desc"])))
        {
            throw Problem.UnparseableODataFilter(text).AsException();
        }
        _fields = [.. parts.Select(part => fields(part[0]))];
        _descending = [.. parts.Select(part => part is [_, "desc"])];
        IsNewestFirst = parts is [[var field, "desc"]] && field == newest;
    }

    /// <summary>The order that lists have anyway.</summary>
    public bool IsNewestFirst { get; }

    internal object?[] KeysOf(T row) => [.. _fields.Select(field => field(row))];

    internal int Compare(object?[] left, object?[] right)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            var order = CompareOne(left[i], right[i]);
            if (order != 0)
            {
                return _descending[i] ? -order : order;
            }
        }
        return 0;
    }

    private static int CompareOne(object? left, object? right) =>
        (left, right) switch
        {
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            (string a, string b) => string.CompareOrdinal(a, b),
            (IComparable a, _) => a.CompareTo(right),
            _ => 0,
        };
}
