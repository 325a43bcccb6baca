using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// The server's model of the cases on a phone. It applies what the phone submits and what it is sent, as the phone itself does (CC-135 to
/// CC-138, CC-142). It is purged when a request names the token, as a phone purges before it syncs, and at no other time (CC-137).
/// </summary>
public sealed class PhoneModel
{
    private readonly Dictionary<CaseId, CaseState> _cases;

    public PhoneModel(IEnumerable<CaseState> cases) => _cases = cases.ToDictionary(one => one.Id);

    public IReadOnlyCollection<CaseState> Cases => _cases.Values;

    public CaseState? Find(CaseId id) => _cases.GetValueOrDefault(id);

    /// <summary>
    /// Applies the effect of one case block that the phone submitted. Effects must be applied in document order (CC-135 to CC-137).
    /// </summary>
    public void Apply(CaseEffect effect)
    {
        var before = Find(effect.Case);
        if (before is null && !effect.Creates)
        {
            return; // phones refuse such a form; a phone that has the case after all gets it again in full
        }
        _cases[effect.Case] = new CaseState(
            effect.Case,
            effect.Owner ?? before?.Owner ?? new OwnerId(""),
            (before?.Closed ?? false) || effect.Closes,
            Changed(before?.Links ?? [], effect.Indices),
            VersionAfter(effect, before?.Version ?? 0)
        );
    }

    /// <summary>
    /// Applies a case block of a restore: owner and indices become the server's, but a closed case stays closed (CC-116 to CC-127).
    /// </summary>
    public void Apply(CaseState sent) =>
        _cases[sent.Id] = sent with { Closed = sent.Closed || Find(sent.Id) is { Closed: true }, Extensions = 0 };

    /// <summary>The cases that the phone keeps when it purges. Does not change the model.</summary>
    public HashSet<CaseId> Footprint(IReadOnlySet<OwnerId> owners) => PhonePurge.Keep([.. _cases.Values], owners);

    /// <summary>Removes all other cases from the model.</summary>
    public void Keep(IReadOnlySet<CaseId> footprint)
    {
        foreach (var id in _cases.Keys.Where(id => !footprint.Contains(id)).ToList())
        {
            _cases.Remove(id);
        }
    }

    // The phone has a version completely only if it had the previous one. Otherwise another user changed the case too, and it is sent in
    // full (CC-119).
    private static int VersionAfter(CaseEffect effect, int before) => effect.Version == before + 1 ? before + 1 : before;

    private static IReadOnlyList<CaseLink> Changed(IReadOnlyList<CaseLink> links, IReadOnlyList<CaseIndex> changes)
    {
        if (changes.Count == 0)
        {
            return links;
        }
        var byIdentifier = links.ToDictionary(link => link.Identifier);
        foreach (var change in changes)
        {
            if (change.Target is { } target)
            {
                byIdentifier[change.Identifier] = new CaseLink(change.Identifier, target, change.Relationship);
            }
            else
            {
                byIdentifier.Remove(change.Identifier);
            }
        }
        return [.. byIdentifier.Values];
    }
}
