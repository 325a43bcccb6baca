using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>Computes which cases belong on the phone of a user with these owners (CC-108 to CC-114).</summary>
public static class LiveCases
{
    /// <summary><paramref name="cases"/> are those that are not deleted; indices to other cases are ignored.</summary>
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
