using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// A graph of cases, with edges from the referring case to its target. Indices to cases outside the graph are ignored; of several indices
/// from one case to the same target one counts, and child wins (CC-114). Every walk is linear in the number of edges and ends on cycles
/// (CC-113).
/// </summary>
internal sealed class CaseGraph
{
    private static readonly (int Case, bool Extends)[] None = [];
    private readonly IReadOnlyList<CaseState> _cases;
    private readonly (int Case, bool Extends)[][] _targets;
    private readonly List<(int Case, bool Extends)>?[] _sources;

    public CaseGraph(IReadOnlyList<CaseState> cases)
    {
        _cases = cases;
        _targets = new (int, bool)[cases.Count][];
        _sources = new List<(int, bool)>?[cases.Count];
        Dangling = new bool[cases.Count];
        var numbers = new Dictionary<CaseId, int>(cases.Count);
        for (var i = 0; i < cases.Count; i++)
        {
            numbers.Add(cases[i].Id, i);
        }
        for (var i = 0; i < cases.Count; i++)
        {
            _targets[i] = cases[i].Links.Count == 0 ? None : Targets(cases[i], numbers, ref Dangling[i]);
            foreach (var (target, extends) in _targets[i])
            {
                (_sources[target] ??= new(1)).Add((i, extends));
            }
        }
    }

    public int Count => _cases.Count;

    /// <summary>Marks the cases with an index to a case outside the graph.</summary>
    public bool[] Dangling { get; }

    public bool IsOpen(int one) => !_cases[one].Closed;

    public bool IsExtension(int one) => Array.Exists(_targets[one], target => target.Extends);

    public bool[] Where(Predicate<int> holds)
    {
        var set = new bool[Count];
        for (var i = 0; i < Count; i++)
        {
            set[i] = holds(i);
        }
        return set;
    }

    public HashSet<CaseId> IdsOf(bool[] set)
    {
        var ids = new HashSet<CaseId>(set.Count(one => one));
        for (var i = 0; i < Count; i++)
        {
            if (set[i])
            {
                ids.Add(_cases[i].Id);
            }
        }
        return ids;
    }

    /// <summary>Adds all direct and indirect targets of the set.</summary>
    public void AddTargets(bool[] set) => Walk(set, targets: true, (_, _) => false);

    /// <summary>
    /// Adds all direct and indirect sources of the set, along the edges that <paramref name="follow"/> accepts; it gets the source and
    /// whether the source is an extension.
    /// </summary>
    public void AddSources(bool[] set, Func<int, bool, bool> follow) => Walk(set, targets: false, follow);

    /// <summary>Adds targets and sources until nothing changes.</summary>
    public void AddTargetsAndSources(bool[] set, Func<int, bool, bool> follow) => Walk(set, targets: true, follow);

    private void Walk(bool[] set, bool targets, Func<int, bool, bool> followSource)
    {
        var work = new Stack<int>();
        for (var i = 0; i < Count; i++)
        {
            if (set[i])
            {
                work.Push(i);
            }
        }
        while (work.TryPop(out var one))
        {
            if (targets)
            {
                foreach (var (target, _) in _targets[one])
                {
                    Add(target);
                }
            }
            foreach (var (source, extends) in _sources[one] ?? [])
            {
                if (followSource(source, extends))
                {
                    Add(source);
                }
            }
        }

        void Add(int found)
        {
            if (!set[found])
            {
                set[found] = true;
                work.Push(found);
            }
        }
    }

    private static (int, bool)[] Targets(CaseState one, Dictionary<CaseId, int> numbers, ref bool dangling)
    {
        var targets = new Dictionary<int, bool>(one.Links.Count);
        foreach (var link in one.Links)
        {
            if (!numbers.TryGetValue(link.Target, out var target))
            {
                dangling = true;
                continue;
            }
            targets[target] = link.Relationship == CaseRelationship.Extension && targets.GetValueOrDefault(target, true);
        }
        return [.. targets.Select(edge => (edge.Key, edge.Value))];
    }
}
