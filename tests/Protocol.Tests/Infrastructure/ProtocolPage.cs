using System.Globalization;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The rows of docs/protocol.md, and complaints about them.</summary>
public sealed partial class ProtocolPage
{
    private const string Later = "later";
    private static readonly (string Family, int Last)[] Families = [("OR", 291), ("CC", 157)];
    private static readonly string[] TestedStates = ["kept", "differs"];

    private readonly List<(string Id, string State, string File, string Note)> _clauses = [];
    private readonly List<(string Code, string Status)> _codes = [];

    private ProtocolPage() { }

    public static ProtocolPage Parse(string markdown)
    {
        var page = new ProtocolPage();
        foreach (var line in markdown.Split('\n').Where(line => line.StartsWith('|')))
        {
            var cells = line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (Families.Any(family => cells[0].StartsWith($"{family.Family}-", StringComparison.Ordinal)))
            {
                page._clauses.Add(
                    (
                        cells[0],
                        cells.ElementAtOrDefault(2) ?? "",
                        (cells.ElementAtOrDefault(3) ?? "").Trim('`'),
                        cells.ElementAtOrDefault(4) ?? ""
                    )
                );
            }
            else if (Code().IsMatch(cells[0]))
            {
                page._codes.Add((cells[0], cells.ElementAtOrDefault(1) ?? ""));
            }
        }
        return page;
    }

    /// <summary>The clauses that C# source cites, as `Clause("OR-042")`.</summary>
    public static IEnumerable<string> CitedIn(string source) => Citation().Matches(source).Select(match => match.Groups[1].Value);

    /// <summary>The codes of the catalogue, read from its source: each factory makes a `Problem` of a literal one.</summary>
    public static IEnumerable<string> CodesIn(string source) => Literal().Matches(source).Select(match => match.Groups[1].Value);

    /// <summary>Each sentence names a clause. None: the page is whole, and agrees with the tests.</summary>
    public IReadOnlyList<string> ComplaintsAboutClauses(IEnumerable<string> cited)
    {
        var tested = cited.ToHashSet();
        var complaints = new List<string>();
        var rows = _clauses.ToLookup(clause => clause.Id);
        var expected = Families
            .SelectMany(family =>
                Enumerable
                    .Range(1, family.Last)
                    .Select(number => string.Create(CultureInfo.InvariantCulture, $"{family.Family}-{number:000}"))
            )
            .ToList();

        complaints.AddRange(expected.Where(id => !rows.Contains(id)).Select(id => $"{id} is missing."));
        complaints.AddRange(rows.Select(row => row.Key).Except(expected).Select(id => $"{id} is no clause."));
        complaints.AddRange(rows.Where(row => row.Count() > 1).Select(row => $"{row.Key} stands there {row.Count()} times."));
        foreach (var (id, state, _, note) in _clauses)
        {
            if (state == Later)
            {
                if (tested.Contains(id))
                    complaints.Add($"{id} is marked as later, but a test cites it.");
            }
            else if (!TestedStates.Contains(state))
            {
                complaints.Add($"{id} has the unknown state '{state}'.");
            }
            else
            {
                if (!tested.Contains(id))
                    complaints.Add($"{id} has no test.");
                if (state == "differs" && note.Length == 0)
                    complaints.Add($"{id} differs, and does not say why.");
            }
        }
        complaints.AddRange(
            tested
                .Except(rows.Select(row => row.Key))
                .Order(StringComparer.Ordinal)
                .Select(id => $"{id} is cited by a test, but is not there.")
        );
        return complaints;
    }

    /// <summary>The clauses that source names in comments: `OR-042`.</summary>
    public static IEnumerable<string> NamedIn(string source) => Name().Matches(source).Select(match => match.Value);

    /// <summary>Each sentence names a clause. None: every clause that source names has a row.</summary>
    public IReadOnlyList<string> ComplaintsAboutNames(IEnumerable<string> named) =>
        [
            .. named
                .Distinct()
                .Except(_clauses.Select(clause => clause.Id))
                .Order(StringComparer.Ordinal)
                .Select(id => $"{id} is named in the source, but has no row."),
        ];

    /// <summary>Each sentence names a clause. None: every kept clause names the one file of the source that implements it.</summary>
    public IReadOnlyList<string> ComplaintsAboutFiles(IEnumerable<string> sourceFiles)
    {
        var files = sourceFiles.ToLookup(Path.GetFileName);
        return
        [
            .. _clauses
                .Where(clause => clause.State == "kept" && clause.File.Length == 0)
                .Select(clause => $"{clause.Id} is kept, but names no file."),
            .. from clause in _clauses
            where clause.File.Length > 0 && files[clause.File].Count() != 1
            select $"{clause.Id} names {clause.File}, of which the source has {files[clause.File].Count()}.",
        ];
    }

    /// <summary>Each sentence names a refusal code. None: the page has the catalogue's codes, once each.</summary>
    public IReadOnlyList<string> ComplaintsAboutCodes(IEnumerable<string> catalogue)
    {
        var used = catalogue.ToHashSet();
        var listed = _codes.ToLookup(code => code.Code);
        return
        [
            .. used.Where(code => !listed.Contains(code)).Select(code => $"{code} is missing."),
            .. listed.Select(code => code.Key).Except(used).Select(code => $"{code} is not in the catalogue."),
            .. listed.Where(code => code.Count() > 1).Select(code => $"{code.Key} stands there {code.Count()} times."),
            .. _codes
                .Where(code => code.Code.Split('.')[0] != code.Status)
                .Select(code => $"{code.Code} is not answered with {code.Status}."),
        ];
    }

    [GeneratedRegex(@"^[0-9]{3}\.[0-9]+$")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b(?:OR|CC)-[0-9]+\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\bClause\(""([^""]+)""\)")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\bnew\(\s*([0-9]{3}\.[0-9]+)m\b")]
    private static partial Regex Literal();
}
