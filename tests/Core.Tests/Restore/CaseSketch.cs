using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>
/// Cases and indices in a line: `C(o) ->c P(x)` is an owned case C that is a child of the closed P, `->e` makes it an extension. Entries
/// are separated by `;`; a case that is only referred to is open and belongs to another owner.
/// </summary>
internal static class CaseSketch
{
    public static readonly OwnerId Me = new("me");
    public static readonly OwnerId Other = new("other");
    public static readonly HashSet<OwnerId> Owners = [Me];

    public static List<CaseState> Read(string sketch)
    {
        var cases = new Dictionary<string, CaseState>();
        foreach (var entry in sketch.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = entry.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var source = Name(cases, words[0]);
            for (var i = 1; i + 1 < words.Length; i += 2)
            {
                var target = Name(cases, words[i + 1]);
                var relationship = words[i] == "->c" ? CaseRelationship.Child : CaseRelationship.Extension;
                var one = cases[source];
                var link = new CaseLink($"i{one.Links.Count}", Id(target), relationship);
                cases[source] = one with { Links = [.. one.Links, link] };
                source = target;
            }
        }
        return [.. cases.Values];
    }

    public static CaseId Id(string text) =>
        CaseId.TryParse(text, out var id) ? id : throw new ArgumentException($"'{text}' is no case id.");

    public static string Names(IEnumerable<CaseId> ids) => string.Join(' ', ids.Select(id => id.Value).Order(StringComparer.Ordinal));

    private static string Name(Dictionary<string, CaseState> cases, string word)
    {
        var parts = word.Split('(', ')');
        var flags = parts.Length > 1 ? parts[1] : "";
        if (flags.Length > 0 || !cases.ContainsKey(parts[0]))
        {
            var links = cases.TryGetValue(parts[0], out var known) ? known.Links : [];
            cases[parts[0]] = new CaseState(Id(parts[0]), flags.Contains('o') ? Me : Other, flags.Contains('x'), links, 1);
        }
        return parts[0];
    }
}
