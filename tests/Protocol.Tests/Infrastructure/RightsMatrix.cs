using System.Text.RegularExpressions;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>A row of the table in docs/rights.md: an address, its prefixed twins, and `yes`, `no` or `-` for each actor.</summary>
public sealed record RightsRow(string Endpoint, IReadOnlyList<string> Twins, IReadOnlyDictionary<string, string> Cells)
{
    public string Method => Endpoint.Split(' ')[0];

    public string Path => Endpoint.Split(' ')[1];

    /// <summary>The address is complete, with its leading slash, since it is not under `v1/`.</summary>
    public bool IsWhole => Path.StartsWith('/');

    public bool IsOfDomain => Path.StartsWith("/a/{domain}/", StringComparison.Ordinal);

    /// <summary>The addresses of the row, as in the source: `GET key/{key}/formList`.</summary>
    public IEnumerable<string> Endpoints => [Endpoint, .. Twins.Select(twin => $"{Method} {twin}{Path}")];
}

/// <summary>The tables of docs/rights.md, and complaints about them.</summary>
public static partial class RightsMatrix
{
    public const string KeyPrefix = "key/{key}/";
    public const string TestPrefix = "test/{draftToken}/";
    public const string DraftToken = "draft token";
    public const string Yes = "yes";
    public const string No = "no";
    private const string NoSuchAddress = "-";
    private const string Version = "v1/";

    /// <summary>A parameter without a value: the root.</summary>
    private const string Root = "{root}";

    public static IReadOnlyList<string> Actors { get; } =
    ["nobody", "app user", "public link", "data collector", "viewer", "manager", "administrator", DraftToken, "manager of another project"];

    /// <summary>In the addresses of a project's domain, mobile workers are at home, and drafts aren't.</summary>
    public static IReadOnlyList<string> DomainActors { get; } = [.. Actors.Where(actor => actor != DraftToken), "mobile worker"];

    public static IReadOnlyList<RightsRow> Parse(string markdown)
    {
        const string head = "| Endpoint |";
        var rows = new List<RightsRow>();
        var rest = markdown
            .Split('\n', StringSplitOptions.TrimEntries)
            .SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal))
            .ToList();
        while (rest.Count > 0)
        {
            var actors = Cells(rest[0]).Skip(1).ToList();
            rows.AddRange(rest.Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => Row(Cells(line), actors)));
            rest = [.. rest.Skip(1).SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal))];
        }
        return rows;
    }

    /// <summary>The addresses that a source file answers, without constraints and `v1/`, or with a leading slash where that is not what
    /// they start with. What answers all that is left is none.</summary>
    public static IEnumerable<string> EndpointsIn(string source) =>
        from match in Trigger().Matches(source)
        let route = Constraint().Replace(match.Groups["route"].Value, "}").Replace(Root, "", StringComparison.Ordinal)
        where route != "{*path}"
        from method in Methods([.. match.Groups["method"].Captures.Select(method => method.Value.ToUpperInvariant())])
        select $"{method} {(route.StartsWith(Version, StringComparison.Ordinal) ? route[Version.Length..] : $"/{route}")}";

    /// <summary>How many functions <see cref="EndpointsIn"/> understands.</summary>
    public static int CountUnderstood(string source) => Trigger().Count(source);

    /// <summary>How many functions with an HTTP trigger there are, whatever their attributes look like: a check on <see
    /// cref="EndpointsIn"/>.</summary>
    public static int CountTriggers(string source) => source.Split("[HttpTrigger(").Length - 1;

    /// <summary>Each sentence names an address. None: the table has all of them, and is well-formed.</summary>
    public static IReadOnlyList<string> Complaints(IReadOnlyList<RightsRow> rows, IEnumerable<string> served)
    {
        var listed = rows.SelectMany(row => row.Endpoints).ToLookup(endpoint => endpoint);
        var expected = served.ToHashSet();
        return
        [
            .. expected.Where(endpoint => !listed.Contains(endpoint)).Select(endpoint => $"{endpoint} is missing."),
            .. listed.Where(endpoint => !expected.Contains(endpoint.Key)).Select(endpoint => $"{endpoint.Key} is not served."),
            .. listed.Where(endpoint => endpoint.Count() > 1).Select(endpoint => $"{endpoint.Key} stands there {endpoint.Count()} times."),
            .. rows.Where(row => !row.Cells.Keys.SequenceEqual(row.IsOfDomain ? DomainActors : Actors))
                .Select(row => $"{row.Endpoint} has other actors."),
            .. from row in rows
            from cell in row.Cells
            where !IsAllowed(row, cell.Key, cell.Value)
            select $"{row.Endpoint} has '{cell.Value}' for {cell.Key}.",
        ];
    }

    // Only a draft's token can be without an address, and it is exactly where there is no twin for it.
    private static bool IsAllowed(RightsRow row, string actor, string cell) =>
        actor == DraftToken && !row.Twins.Contains(TestPrefix) ? cell == NoSuchAddress : cell is Yes or No;

    // The others are HEAD beside GET, and what an address takes only to refuse it.
    private static string[] Methods(string[] taken) => taken is ["GET", ..] && taken.Contains("POST") ? ["GET", "POST"] : taken[..1];

    private static RightsRow Row(string[] cells, List<string> actors)
    {
        var names = Code().Matches(cells[0]).Select(match => match.Groups[1].Value).ToList();
        return new RightsRow(names[0], names[1..], actors.Zip(cells.Skip(1)).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    private static string[] Cells(string line) => line.Trim('|').Split('|', StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(
        @"\[Function\(""\w+""\)\](?:(?!\[Function\()[\s\S])*?\[HttpTrigger\(\s*AuthorizationLevel\.\w+,\s*""(?<method>\w+)"
            + @"""(,\s*""(?<method>\w+)"")*,\s*Route = ""(?<route>[^""]+)""\s*\)\]"
    )]
    private static partial Regex Trigger();

    [GeneratedRegex(@":\w+(\([^}]*\))?\??\}")]
    private static partial Regex Constraint();
}
