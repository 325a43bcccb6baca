using ServerlessRosa.Core.Submissions;
using Xunit;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Submissions;

public sealed class ExpectedFilesTests
{
    private static string Read(string document, params string[] paths) =>
        string.Join(
            ' ',
            SubmissionContentReader.Read(Utf8(document), paths, []).Files.Select(file => file.IsAudit ? file.Name + "*" : file.Name)
        );

    [Fact, Clause("OR-214"), Clause("OR-215")]
    public void The_values_of_binary_fields_are_expected_in_document_order_and_once() =>
        Assert.Equal("1.jpg 2.jpg 3.m4a 4.jpg audit.csv*", Read(SubmissionSamples.Rich, SubmissionSamples.RichBinaryPaths));

    [Fact, Clause("OR-214")]
    public void Values_of_non_binary_fields_are_not_expected() => Assert.Equal("3.m4a", Read(SubmissionSamples.Rich, "/child/media/sound"));

    [Theory, Clause("OR-216")]
    [InlineData("<data><meta><audit>audit.csv</audit></meta></data>", "audit.csv*")]
    [InlineData("<data xmlns:o='u'><o:meta><o:audit> audit.csv </o:audit></o:meta></data>", "audit.csv*")]
    [InlineData("<data><audit>audit.csv</audit></data>", "")]
    [InlineData("<data><g><meta><audit>audit.csv</audit></meta></g></data>", "")]
    public void The_audit_log_is_flagged(string document, string files) => Assert.Equal(files, Read(document, "/meta/audit"));

    [Fact, Clause("OR-217")]
    public void Without_binary_fields_nothing_is_expected() => Assert.Equal("", Read(SubmissionSamples.Rich));

    [Theory]
    [InlineData("<data><a>x</a></data>", "x")]
    [InlineData("<data><a>x<b>y</b></a></data>", "x")]
    [InlineData("<data><a> </a><a/></data>", "")]
    [InlineData("<data>a</data>", "")]
    [InlineData("<a>x</a>", "")]
    [InlineData("<data/>", "")]
    [InlineData("<data><a>a &amp; b.jpg</a></data>", "a & b.jpg")]
    public void A_value_is_the_trimmed_text_of_the_field(string document, string files) => Assert.Equal(files, Read(document, "/a"));

    [Fact]
    public void Text_that_is_longer_than_any_file_name_names_no_file() =>
        Assert.Equal(new string('x', 255), Read($"<data><a>{new string('y', 256)}</a><a>{new string('x', 255)}</a></data>", "/a"));

    [Fact]
    public void Malformed_xml_is_refused() => Expect(400.1, () => Read("<data><a>x</a>", "/a"));

    [Fact]
    public void Paths_without_binary_fields_cost_nothing()
    {
        var answers = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<row><text>answer {i}</text></row>"));
        var document = Utf8($"<data>{answers}<photo>1.jpg</photo></data>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Single(SubmissionContentReader.Read(document, ["/photo", "/row/sound"], []).Files);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }
}
