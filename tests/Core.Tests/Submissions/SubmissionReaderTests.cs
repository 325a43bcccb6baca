using System.Text;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Xml;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

/// <summary>One pass over a submission finds what its readers find alone.</summary>
public sealed class SubmissionReaderTests
{
    private const string Entity = """
        <data id="trees" version="1" xmlns:e="http://www.opendatakit.org/xforms/entities"><tree><name>Oak</name><photo>1.jpg</photo>
        <case case_id="c1"><update><photo>2.jpg<x>no</x></photo></update></case><meta><entity dataset="trees" id="1" create="1">
        <label>La<b>no</b>bel</label></entity></meta></tree><tree/><meta><instanceID>u<case case_id="no"/>1</instanceID>
        <instanceID>2</instanceID><audit>audit.csv</audit></meta><balance xmlns="http://commcarehq.org/ledger/v1" entity-id="c1"/></data>
        """;

    private static readonly FormDefinition Definition = new("key", "1", "Trees", "", "", "", default)
    {
        BinaryPaths = ["/tree/photo", "/tree/case/update/photo", "/meta/audit", .. SubmissionSamples.RichBinaryPaths],
        Entities = [new FormEntity("/tree/meta/entity", "trees", true, false, [new SavedField("/tree/name", "name")])],
    };

    public static TheoryData<string> Documents =>
        [Entity, SubmissionSamples.Plain, SubmissionSamples.Rich, SubmissionSamples.Encrypted("urn:x"), "<data id='a'/>"];

    [Theory, MemberData(nameof(Documents))]
    public void One_pass_finds_what_each_reader_finds(string text)
    {
        var document = Encoding.UTF8.GetBytes(text);
        using var reader = SubmissionReader.Open(document);
        var read = reader.ReadAll(Definition);

        var head = SubmissionHeadReader.Read(document);
        var content = SubmissionContentReader.Read(document, Definition.BinaryPaths, Definition.Entities);
        Assert.Equal((head.FormId, head.Version), (reader.FormId, reader.Version));
        Assert.Equivalent(head, read.Head, strict: true);
        Assert.Equivalent(head.Encrypted?.ExpectedFiles ?? content.Files, read.Content.Files, strict: true);
        Assert.Equivalent(head.Encrypted is null ? content.Entities : [], read.Content.Entities, strict: true);
        Assert.Equivalent(
            head.CaseBlocks > 0 ? CaseBlockReader.Read(document, knowsVersion1: false) : CaseBlocks.None,
            read.Blocks,
            strict: true
        );
    }

    [Fact]
    public void Fields_hold_their_own_text_and_hide_what_is_inside_of_them()
    {
        using var reader = SubmissionReader.Open(Encoding.UTF8.GetBytes(Entity));
        var (head, content, blocks) = reader.ReadAll(Definition);

        Assert.Equal(("u1", 2), (head.InstanceId!.Value.Value, head.CaseBlocks));
        Assert.Equal(["1.jpg", "2.jpg", "audit.csv"], content.Files.Select(file => file.Name));
        Assert.Equal("Label", Assert.Single(content.Entities).Label);
        Assert.Equal(2, blocks.Blocks.Count);
    }

    /// <summary>Reading it a second time would take that much again.</summary>
    [Fact]
    public void A_submission_is_read_once()
    {
        var document = File.ReadAllBytes(Path.Combine(Repository.Root, "dev", "seed", "samples", "household.xml"));
        var once = AllocatedBy(() => SafeXml.Read(document, xml => xml.LocalName.Length));
        var all = AllocatedBy(() =>
        {
            using var reader = SubmissionReader.Open(document);
            return reader.ReadAll(Definition).Head.CaseBlocks;
        });

        Assert.InRange(all, 1, once * 3 / 2);
    }

    private static long AllocatedBy(Func<int> read)
    {
        read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            read();
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
    }
}
