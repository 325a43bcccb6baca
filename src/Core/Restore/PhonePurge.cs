using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// The purge of a phone: a fixed sequence of closures, each in one direction. For some unusual graphs it keeps fewer cases than
/// <see cref="LiveCases"/>, and it is not idempotent (CC-115), so it is reproduced step by step.
/// </summary>
public static class PhonePurge
{
    public static HashSet<CaseId> Keep(IReadOnlyList<CaseState> onPhone, IReadOnlySet<OwnerId> owners)
    {
        var cases = WithoutDangling(onPhone);
        var graph = new CaseGraph(cases);
        static bool Extension(int source, bool extends) => extends;
        bool OpenExtension(int source, bool extends) => extends && graph.IsOpen(source);

        var relevant = graph.Where(one => graph.IsOpen(one) && owners.Contains(cases[one].Owner));
        graph.AddTargets(relevant);
        graph.AddSources(relevant, Extension);

        var available = graph.Where(one => relevant[one] && graph.IsOpen(one) && !graph.IsExtension(one));
        graph.AddSources(available, OpenExtension);

        var live = graph.Where(one => relevant[one] && available[one] && owners.Contains(cases[one].Owner));
        for (var i = 0; i < 2; i++)
        {
            graph.AddTargets(live);
            graph.AddSources(live, OpenExtension);
        }
        return graph.IdsOf(live);
    }

    // First removes every case with an index to a case that the phone does not have, and all cases that refer to it.
    private static IReadOnlyList<CaseState> WithoutDangling(IReadOnlyList<CaseState> onPhone)
    {
        var graph = new CaseGraph(onPhone);
        if (!graph.Dangling.Contains(true))
        {
            return onPhone;
        }
        graph.AddSources(graph.Dangling, (_, _) => true);
        return [.. onPhone.Where((_, one) => !graph.Dangling[one])];
    }
}
