using System.Text.RegularExpressions;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests;

/// <summary>docs/protocol.md agrees with the tests, the source and the catalogue of refusals.</summary>
public sealed class ProtocolPageTests
{
    [Fact]
    public void Each_clause_that_the_page_calls_kept_has_a_test_and_no_test_cites_another() =>
        AssertNone(Page().ComplaintsAboutClauses([.. CitedHere(), .. CitedInCoreTests()]));

    [Fact]
    public void Each_clause_that_the_source_names_has_a_row() =>
        AssertNone(Page().ComplaintsAboutNames(SourceFiles().SelectMany(file => ProtocolPage.NamedIn(File.ReadAllText(file)))));

    [Fact]
    public void Each_kept_clause_names_the_file_that_implements_it() => AssertNone(Page().ComplaintsAboutFiles(SourceFiles()));

    [Fact]
    public void The_source_cites_clauses_and_no_sections() =>
        Assert.DoesNotContain(SourceFiles(), file => Regex.IsMatch(File.ReadAllText(file), @"\bspec [0-9]"));

    [Fact]
    public void The_page_lists_exactly_the_refusals_that_there_are() =>
        AssertNone(
            Page()
                .ComplaintsAboutCodes(
                    ProtocolPage.CodesIn(
                        string.Concat(
                            Directory.GetFiles(Repository.Locate("src", "Core", "Problems"), "Problem*.cs").Select(File.ReadAllText)
                        )
                    )
                )
        );

    [Fact]
    public void A_page_that_agrees_with_its_tests_has_no_complaints()
    {
        var page = ProtocolPage.Parse(WholePage());
        Assert.Empty(page.ComplaintsAboutClauses(["OR-001", "OR-002"]));
    }

    [Theory]
    [InlineData("| OR-001 | x | kept | `A.cs` | |", "", "OR-001 is missing.")]
    [InlineData("| OR-002 |", "| OR-001 |", "OR-001 stands there 2 times.")]
    [InlineData("| OR-291 |", "| OR-292 |", "OR-292 is no clause.")]
    [InlineData("| CC-157 |", "| CC-158 |", "CC-157 is missing.")]
    [InlineData("| OR-003 | x | later | | |", "| OR-003 | x | kept | `A.cs` | |", "OR-003 has no test.")]
    [InlineData("| OR-003 | x | later | | |", "| OR-003 | x | differs | | why |", "OR-003 has no test.")]
    [InlineData("| OR-002 | x | differs | `B.cs` | why |", "| OR-002 | x | differs | `B.cs` | |", "OR-002 differs, and does not say why.")]
    [InlineData("| OR-002 | x | differs | `B.cs` | why |", "| OR-002 | x | later | | |", "OR-002 is marked as later, but a test cites it.")]
    [InlineData("| OR-003 | x | later | | |", "| OR-003 | x | soon | | |", "OR-003 has the unknown state 'soon'.")]
    [InlineData("| OR-003 | x | later | | |", "| OR-003 | x |", "OR-003 has the unknown state ''.")]
    public void A_page_with_an_invalid_row_is_reported(string row, string instead, string complaint)
    {
        var page = ProtocolPage.Parse(WholePage().Replace(row, instead, StringComparison.Ordinal));
        Assert.Contains(complaint, page.ComplaintsAboutClauses(["OR-001", "OR-002"]));
    }

    [Fact]
    public void A_test_that_cites_an_unknown_clause_is_reported() =>
        Assert.Equal(
            ["OR-1 is cited by a test, but is not there."],
            ProtocolPage.Parse(WholePage()).ComplaintsAboutClauses(["OR-001", "OR-002", "OR-1"])
        );

    [Fact]
    public void A_clause_that_the_source_cites_without_a_row_is_reported() =>
        Assert.Equal(
            ["OR-292 is named in the source, but has no row."],
            ProtocolPage.Parse(WholePage()).ComplaintsAboutNames(ProtocolPage.NamedIn("// OR-001 to OR-292\n/// (CC-153; OR-292)"))
        );

    [Fact]
    public void A_kept_clause_without_a_file_is_reported()
    {
        string[] files = ["src/Core/A.cs", "src/Core/B.cs"];
        var page = WholePage();
        Assert.Empty(ProtocolPage.Parse(page).ComplaintsAboutFiles(files));
        Assert.Equal(
            ["OR-001 is kept, but names no file."],
            ProtocolPage.Parse(page.Replace("`A.cs`", "", StringComparison.Ordinal)).ComplaintsAboutFiles(files)
        );
        Assert.Equal(
            ["OR-002 names B.cs, of which the source has 0."],
            ProtocolPage.Parse(page).ComplaintsAboutFiles(["src/Core/A.cs", "src/Core/C.cs"])
        );
        Assert.Equal(
            ["OR-002 names B.cs, of which the source has 2."],
            ProtocolPage.Parse(page).ComplaintsAboutFiles([.. files, "src/Functions/B.cs"])
        );
    }

    [Fact]
    public void Refusals_are_compared_in_both_directions()
    {
        var page = ProtocolPage.Parse("| 400.1 | 400 | x |\n| 404.1 | 404 | x |\n| 404.1 | 404 | x |\n| 409.18 | 400 | x |\n");
        Assert.Equal(
            ["403.1 is missing.", "404.1 is not in the catalogue.", "404.1 stands there 2 times.", "409.18 is not answered with 400."],
            page.ComplaintsAboutCodes(ProtocolPage.CodesIn("new(400.1m, \"\"); new(\n    409.18m, \"\"); new(403.1m, \"\");"))
        );
    }

    [Fact]
    public void Clauses_are_found_in_source() =>
        Assert.Equal(["OR-001", "OR-002"], ProtocolPage.CitedIn("[Fact, Clause(\"OR-001\")]\n[Clause(\"OR-002\")] // OR-003"));

    // OR-001 is kept, OR-002 differs, the others come later.
    private static string WholePage() =>
        "| OR-001 | x | kept | `A.cs` | |\n| OR-002 | x | differs | `B.cs` | why |\n"
        + Rows("OR", Enumerable.Range(3, 289))
        + Rows("CC", Enumerable.Range(1, 157));

    private static string Rows(string family, IEnumerable<int> numbers) =>
        string.Concat(numbers.Select(number => $"| {family}-{number:000} | x | later | | |\n"));

    private static void AssertNone(IReadOnlyList<string> complaints) => Assert.True(complaints.Count == 0, string.Join('\n', complaints));

    private static ProtocolPage Page() => ProtocolPage.Parse(File.ReadAllText(Repository.Locate("docs", "protocol.md")));

    private static IEnumerable<string> SourceFiles() =>
        Directory.EnumerateFiles(Repository.Locate("src"), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> CitedHere() =>
        typeof(ProtocolPageTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Cast<System.Reflection.MemberInfo>().Append(type))
            .SelectMany(member => member.GetCustomAttributes(typeof(ClauseAttribute), inherit: false))
            .Select(clause => ((ClauseAttribute)clause).Id);

    // The other test assembly isn't loaded here, but its source is beside ours.
    private static IEnumerable<string> CitedInCoreTests() =>
        Directory
            .EnumerateFiles(Repository.Locate("tests", "Core.Tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => ProtocolPage.CitedIn(File.ReadAllText(file)));
}
