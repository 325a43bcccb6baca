using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Syncs;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>Which cases belong on a phone, and which ones a phone keeps when it purges.</summary>
public sealed class LiveCasesTests
{
    /// <summary>Graphs of two or three cases, and the names of the cases that are live.</summary>
    public static TheoryData<string, string> Graphs { get; } =
        new()
        {
            // alone
            { "A(o)", "A" },
            { "A", "" },
            { "A(x)", "" },
            { "A(ox)", "" },
            // the worked examples of the specification, in its order
            { "C(o) ->c P", "C P" },
            { "C ->c P(o)", "P" },
            { "E ->e H(o)", "E H" },
            { "E(o) ->e H; F ->e H", "E F H" },
            { "E(o) ->e H(x)", "" },
            { "C(o) ->c P(ox)", "C P" },
            { "E(o) ->e A(x); E ->e B", "A B E" },
            { "C(o) ->e B(x) ->e A", "" },
            { "X ->c P(o); X ->e P", "P" },
            { "A(o) ->c B(x); C ->e B", "A B C" },
            { "K(o) ->e H; M ->c H", "H K" },
            { "C(ox) ->c P(ox)", "" },
            // a child
            { "C(o) ->c P(o)", "C P" },
            { "C(o) ->c P(x)", "C P" },
            { "C(ox) ->c P(o)", "P" },
            { "C(x) ->c P(o)", "P" },
            { "C(ox) ->c P", "" },
            { "C ->c P", "" },
            { "C ->c P(x)", "" },
            { "C ->c P(ox)", "" },
            // an extension
            { "E(o) ->e H(o)", "E H" },
            { "E(o) ->e H", "E H" },
            { "E(o) ->e H(ox)", "" },
            { "E(ox) ->e H(o)", "H" },
            { "E(x) ->e H(o)", "H" },
            { "E(ox) ->e H", "" },
            { "E ->e H", "" },
            { "E ->e H(ox)", "" },
            // generations
            { "C(o) ->c P ->c G", "C G P" },
            { "C(o) ->c P(x) ->c G(x)", "C G P" },
            { "C ->c P(o) ->c G", "G P" },
            { "F ->e E ->e H(o)", "E F H" },
            { "F(o) ->e E ->e H", "E F H" },
            { "F(o) ->e E ->e H(x)", "" },
            { "F ->e E(x) ->e H(o)", "H" },
            { "F(o) ->e E(x) ->e H(o)", "H" },
            // mixed
            { "E ->e C(o) ->c P", "C E P" },
            { "E ->e P; C(o) ->c P", "C E P" },
            { "E(x) ->e P; C(o) ->c P", "C P" },
            { "E(o) ->e C ->c P", "C E P" },
            { "C ->c E ->e H(o)", "E H" },
            { "C(o) ->c E ->e H", "C E H" },
            { "C(o) ->c E(x) ->e H(x)", "C E H" },
            { "C(o) ->c P; D ->c P", "C P" },
            // both at once
            { "X(o) ->c A; X ->e B(x)", "" },
            { "X(o) ->c A(x); X ->e B", "A B X" },
            { "X ->c A; X ->e B(o)", "A B X" },
        };

    [Theory, Clause("CC-108"), Clause("CC-109"), Clause("CC-110")]
    [MemberData(nameof(Graphs))]
    public void Relationships_decide_what_is_on_the_phone(string cases, string expected)
    {
        Assert.Equal(expected, CaseSketch.Names(LiveCases.Among(CaseSketch.Read(cases), CaseSketch.Owners)));
        Assert.Equal(expected, CaseSketch.Names(PhonePurge.Keep(CaseSketch.Read(cases), CaseSketch.Owners)));
    }

    [Theory, Clause("CC-113")]
    [InlineData("A(o) ->c B ->c A", "A B")]
    [InlineData("A(o) ->e B ->e A", "")]
    [InlineData("A(o) ->c A", "A")]
    [InlineData("A(o) ->e A", "")]
    [InlineData("A(o) ->c B ->e C ->c A", "A B C")]
    public void Cycles_of_indices_terminate(string cases, string expected) =>
        Assert.Equal(expected, CaseSketch.Names(LiveCases.Among(CaseSketch.Read(cases), CaseSketch.Owners)));

    [Fact, Clause("CC-054")]
    public void An_index_to_a_deleted_case_is_ignored_on_the_server_and_removes_the_source_on_the_phone()
    {
        var cases = CaseSketch.Read("C(o) ->c P ->c G; E ->e C").Where(one => one.Id.Value != "G").ToList();
        Assert.Equal("C E P", CaseSketch.Names(LiveCases.Among(cases, CaseSketch.Owners)));
        Assert.Equal("", CaseSketch.Names(PhonePurge.Keep(cases, CaseSketch.Owners)));
    }

    [Fact, Clause("CC-115")]
    public void A_phone_keeps_fewer_cases_than_the_rules_for_the_smallest_unusual_graph_and_fewer_at_the_second_purge()
    {
        var cases = CaseSketch.Read("H(o); F ->e H; F ->e A(x); G ->e A; G ->e B(x)");
        Assert.Equal("A B F G H", CaseSketch.Names(LiveCases.Among(cases, CaseSketch.Owners)));

        var once = PhonePurge.Keep(cases, CaseSketch.Owners);
        Assert.Equal("A F G H", CaseSketch.Names(once));
        Assert.Equal("A F H", CaseSketch.Names(PhonePurge.Keep([.. cases.Where(one => once.Contains(one.Id))], CaseSketch.Owners)));
    }

    /// <summary>Each seed gives a hundred graphs of up to nine cases, with holes, cycles and double edges in them.</summary>
    [Theory, Clause("CC-108"), Clause("CC-114"), Clause("CC-115")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Live_cases_of_random_graphs_match_the_published_rules(int seed)
    {
#pragma warning disable CA5394 // Test data.
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var count = random.Next(1, 10);
            var sketch =
                string.Join(
                    "; ",
                    Enumerable
                        .Range(0, count)
                        .Select(i => $"{(char)('A' + i)}({(random.Next(2) == 0 ? "o" : "")}{(random.Next(3) == 0 ? "x" : "")})")
                )
                + string.Concat(
                    Enumerable.Range(0, random.Next(0, 2 * count)).Select(_ => $"; {Any()} ->{(random.Next(2) == 0 ? "c" : "e")} {Any()}")
                );
            var cases = CaseSketch.Read(sketch).Where(_ => random.Next(12) > 0).ToList();
            var naive = new NaiveRules(
                cases.Select(one => new NaiveCase(
                    one.Id.Value,
                    one.Owner == CaseSketch.Me,
                    !one.Closed,
                    [.. one.Links.Select(link => (link.Target.Value, link.Relationship == CaseRelationship.Extension))]
                ))
            );

            Assert.True(naive.Live().SetEquals(LiveCases.Among(cases, CaseSketch.Owners).Select(id => id.Value)), sketch);
            Assert.True(naive.Purged().SetEquals(PhonePurge.Keep(cases, CaseSketch.Owners).Select(id => id.Value)), sketch);

            char Any() => (char)('A' + random.Next(count));
        }
#pragma warning restore CA5394
    }

    [Fact]
    public void A_chain_of_two_hundred_thousand_cases_is_followed_to_its_end()
    {
        var cases = Enumerable
            .Range(0, 200_000)
            .Select(i => new CaseState(
                CaseSketch.Id($"c{i}"),
                i == 0 ? CaseSketch.Me : CaseSketch.Other,
                i > 0,
                i == 199_999 ? [] : [new CaseLink("parent", CaseSketch.Id($"c{i + 1}"), CaseRelationship.Child)],
                1
            ))
            .ToList();
        Assert.Equal(200_000, LiveCases.Among(cases, CaseSketch.Owners).Count);
        Assert.Equal(200_000, PhonePurge.Keep(cases, CaseSketch.Owners).Count);
    }
}
