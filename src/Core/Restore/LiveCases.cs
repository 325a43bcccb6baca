using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>Which cases belong on the phone of whoever is these owners (CC-108 to CC-114).</summary>
public static class LiveCases
{
    /// <summary><paramref name="cases"/> are those that are not deleted; an index to a case that is not among them counts for
    /// nothing.</summary>
    public static HashSet<CaseId> Among(IReadOnlyList<CaseState> cases, IReadOnlySet<OwnerId> owners)
    {
        var graph = new CaseGraph(cases);
        bool OpenExtension(int source, bool extends) => extends && graph.IsOpen(source);

        var available = graph.Where(one => graph.IsOpen(one) && !graph.IsExtension(one));
        graph.AddSources(available, OpenExtension);
        var live = graph.Where(one => available[one] && owners.Contains(cases[one].Owner));
        graph.AddTargetsAndSources(live, OpenExtension);
        return graph.IdsOf(live);
    }
}
