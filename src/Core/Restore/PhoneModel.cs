using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>
/// What a phone holds, as far as the server can know: changed by what the phone submits and by what it is sent, the way the phone
/// itself changes (CC-135 to CC-138, CC-142). It is purged when a request names the token, as a phone purges before it asks, and
/// at no other time (CC-137).
/// </summary>
public sealed class PhoneModel
{
    private readonly Dictionary<CaseId, CaseState> _cases;

    public PhoneModel(IEnumerable<CaseState> cases) => _cases = cases.ToDictionary(one => one.Id);

    public IReadOnlyCollection<CaseState> Cases => _cases.Values;

    public CaseState? Find(CaseId id) => _cases.GetValueOrDefault(id);

    /// <summary>What one case block of a form did to the phone that sent it. Effects come in the order of the document (CC-135 to
    /// CC-137).</summary>
    public void Apply(CaseEffect effect)
    {
        var before = Find(effect.Case);
        if (before is null && !effect.Creates)
        {
            return; // a phone refuses such a form; should the phone hold the case all the same, it is sent again whole
        }
        _cases[effect.Case] = new CaseState(
            effect.Case,
            effect.Owner ?? before?.Owner ?? new OwnerId(""),
            (before?.Closed ?? false) || effect.Closes,
            Changed(before?.Links ?? [], effect.Indices),
            VersionAfter(effect, before?.Version ?? 0)
        );
    }

    /// <summary>What a case block of a restore does to the phone: it has the server's owner and indices then, but nothing reopens a
    /// case there (CC-116 to CC-127).</summary>
    public void Apply(CaseState sent) =>
        _cases[sent.Id] = sent with { Closed = sent.Closed || Find(sent.Id) is { Closed: true }, Extensions = 0 };

    /// <summary>The cases that the phone keeps when it purges. The model itself stays as it is.</summary>
    public HashSet<CaseId> Footprint(IReadOnlySet<OwnerId> owners) => PhonePurge.Keep([.. _cases.Values], owners);

    /// <summary>Leaves only these cases.</summary>
    public void Keep(IReadOnlySet<CaseId> footprint)
    {
        foreach (var id in _cases.Keys.Where(id => !footprint.Contains(id)).ToList())
        {
            _cases.Remove(id);
        }
    }

    // The phone has all of a version only if it had all of the one before: else somebody else changed the case too, and it is sent
    // whole (CC-119).
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
