namespace ServerlessRosa.Tests;

/// <summary>A case as the restore rules see it: whether the user owns it, whether it is open, and its indices.</summary>
internal sealed record NaiveCase(string Id, bool Owned, bool Open, IReadOnlyList<(string Target, bool Extension)> Targets);

/// <summary>
/// A reference implementation of CC-108 to CC-115, without optimisation: sets of names and lists of edges. The product's results are
/// compared with it.
/// </summary>
internal sealed class NaiveRules(IEnumerable<NaiveCase> cases)
{
    private readonly Dictionary<string, NaiveCase> _cases = cases.ToDictionary(one => one.Id);

    public HashSet<string> Live()
    {
        var edges = Edges().Where(edge => _cases.ContainsKey(edge.To)).ToList();
        var available = Fixpoint(
            (name, known) =>
            {
                var hosts = edges.Where(edge => edge.From == name && edge.Extension).Select(edge => edge.To).ToList();
                return _cases[name].Open && (hosts.Count == 0 || hosts.Exists(known.Contains));
            }
        );
        return Fixpoint(
            (name, known) =>
                (_cases[name].Owned && available.Contains(name))
                || edges.Exists(edge => edge.To == name && !edge.Extension && known.Contains(edge.From))
                || edges.Exists(edge => edge.To == name && edge.Extension && known.Contains(edge.From))
                || (_cases[name].Open && edges.Exists(edge => edge.From == name && edge.Extension && known.Contains(edge.To)))
        );
    }

    public HashSet<string> Purged()
    {
        var all = Edges();
        var onPhone = _cases.Keys.ToHashSet();
        for (var before = -1; before != onPhone.Count;)
        {
            before = onPhone.Count;
            onPhone.RemoveWhere(name => all.Exists(edge => edge.From == name && !onPhone.Contains(edge.To)));
        }
        var edges = all.Where(edge => onPhone.Contains(edge.From)).ToList();
        var extensions = edges.Where(edge => edge.Extension).ToList();

        var relevant = onPhone.Where(name => _cases[name] is { Owned: true, Open: true }).ToHashSet();
        relevant = Out(relevant, edges);
        relevant = In(relevant, extensions, onlyOpen: false);
        var available = In(
            [.. relevant.Where(name => _cases[name].Open && !extensions.Exists(edge => edge.From == name))],
            extensions,
            onlyOpen: true
        );
        var live = onPhone.Where(name => _cases[name].Owned && relevant.Contains(name) && available.Contains(name)).ToHashSet();
        live = In(Out(live, edges), extensions, onlyOpen: true);
        return In(Out(live, edges), extensions, onlyOpen: true);
    }

    // Of several edges to the same target one is left: child wins.
    private List<(string From, string To, bool Extension)> Edges() =>
        [
            .. _cases
                .Values.SelectMany(one => one.Targets.Select(target => (From: one.Id, To: target.Target, target.Extension)))
                .GroupBy(edge => (edge.From, edge.To))
                .Select(edges => (edges.Key.From, edges.Key.To, edges.All(edge => edge.Extension))),
        ];

    private HashSet<string> Fixpoint(Func<string, HashSet<string>, bool> belongs)
    {
        HashSet<string> known = [];
        for (var before = -1; before != known.Count;)
        {
            before = known.Count;
            known = [.. _cases.Keys.Where(name => belongs(name, known))];
        }
        return known;
    }

    private static HashSet<string> Out(HashSet<string> set, List<(string From, string To, bool Extension)> edges)
    {
        var next = set.Concat(edges.Where(edge => set.Contains(edge.From)).Select(edge => edge.To)).ToHashSet();
        return next.Count == set.Count ? next : Out(next, edges);
    }

    private HashSet<string> In(HashSet<string> set, List<(string From, string To, bool Extension)> edges, bool onlyOpen)
    {
        var next = set.Concat(edges.Where(edge => set.Contains(edge.To) && (!onlyOpen || _cases[edge.From].Open)).Select(edge => edge.From))
            .ToHashSet();
        return next.Count == set.Count ? next : In(next, edges, onlyOpen);
    }
}
