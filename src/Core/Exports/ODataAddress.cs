using System.Text.RegularExpressions;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// What an OData address below the service is about (OR-276 to OR-279): a table, `Submissions` or `Submissions.plots.plot`; one submission,
/// `Submissions('uuid:1')`; what it has in a repeat, `Submissions('uuid:1')/plots/plot`; or one instance of that, `.../plot('4f7a..')`,
/// and so on inwards.
/// </summary>
public sealed partial record ODataAddress(ExportTable Table)
{
    /// <summary>Null for a whole table.</summary>
    public InstanceId? Submission { get; private init; }

    /// <summary>The ids of the repeat instances in the address.</summary>
    public IReadOnlyDictionary<ExportTable, string> RepeatIds { get; private init; } = new Dictionary<ExportTable, string>();

    /// <summary>Refuses what the form hasn't with 404.1.</summary>
    public static ODataAddress Parse(ExportSchema schema, IReadOnlyList<string> segments)
    {
        if (segments.Count == 1 && schema.Tables.FirstOrDefault(table => table.ODataName == segments[0]) is { } whole)
        {
            return new ODataAddress(whole);
        }
        var (name, id) = Split(segments[0]);
        if (name != schema.Root.ODataName || id is null)
        {
            throw Problem.NotFound().AsException();
        }
        var node = schema.Root.Node;
        var repeatIds = new Dictionary<ExportTable, string>();
        for (var i = 1; i < segments.Count; i++)
        {
            var (step, repeatId) = Split(segments[i]);

            // A repeat inside a repeat is addressed through an instance of the outer one.
            var inside =
                node.IsRepeat && !repeatIds.ContainsKey(node.Table)
                    ? null
                    : node.Children.FirstOrDefault(child => child.ODataName == step && !child.IsQuestion);
            node = inside is not null && (repeatId is null || inside.IsRepeat) ? inside : throw Problem.NotFound().AsException();
            if (repeatId is not null)
            {
                repeatIds.Add(node.Table, repeatId);
            }
        }
        return segments.Count == 1 || node.IsRepeat
            ? new ODataAddress(node.Table) { Submission = InstanceId.Parse(id), RepeatIds = repeatIds }
            : throw Problem.NotFound().AsException();
    }

    internal bool Includes(ExportRow row, string instanceId)
    {
        if (row.Table != Table)
        {
            return false;
        }
        for (var at = row; at is not null && RepeatIds.Count > 0; at = at.Parent)
        {
            if (RepeatIds.TryGetValue(at.Table, out var id) && at.ODataId(instanceId) != id)
            {
                return false;
            }
        }
        return true;
    }

    private static (string Name, string? Id) Split(string segment) =>
        Keyed().Match(segment) is { Success: true } match
            ? (match.Groups["name"].Value, match.Groups["id"].Value.Replace("''", "'", StringComparison.Ordinal))
            : (segment, null);

    [GeneratedRegex(@"^(?<name>[^(]+)\('(?<id>(?:[^']|'')*)'\)$")]
    private static partial Regex Keyed();
}
