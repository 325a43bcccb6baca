using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>`$orderby`: by a submission's metadata, nulls first; newest first among equals.</summary>
public sealed class SubmissionOrder
{
    private readonly Func<Submission, object?>[] _fields;
    private readonly bool[] _descending;

    private SubmissionOrder(Func<Submission, object?>[] fields, bool[] descending) => (_fields, _descending) = (fields, descending);

    /// <summary>The order that lists have anyway.</summary>
    public bool IsNewestFirst { get; private init; }

    /// <summary>Refuses another field with 501.5, and what can't be parsed with 400.18.</summary>
    public static SubmissionOrder Parse(string text)
    {
        var parts = text.Split(',').Select(part => part.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (parts.Any(part => part is not ([_] or [_, "asc" or "desc"])))
        {
            throw Problem.UnparseableODataFilter(text).AsException();
        }
        return new SubmissionOrder([.. parts.Select(part => SubmissionField.Read(part[0]))], [.. parts.Select(part => part is [_, "desc"])])
        {
            IsNewestFirst = parts is [["__system/submissionDate", "desc"]],
        };
    }

    internal object?[] KeysOf(Submission submission) => [.. _fields.Select(field => field(submission))];

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
