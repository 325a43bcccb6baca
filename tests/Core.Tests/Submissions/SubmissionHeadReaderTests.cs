using System.Text;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using Xunit;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Submissions;

public sealed class SubmissionHeadReaderTests
{
    private static SubmissionHead Read(string document) => SubmissionHeadReader.Read(Utf8(document));

    [Fact]
    public void The_submission_of_the_specification_is_read()
    {
        var head = Read(SubmissionSamples.Plain);
        Assert.Equal("data", head.RootName);
        Assert.Equal("trees", head.FormId);
        Assert.Equal("2024-05", head.Version);
        Assert.Equal("uuid:6e1f", head.InstanceId?.Value);
        Assert.Null(head.DeprecatedId);
        Assert.Null(head.InstanceName);
        Assert.Null(head.Encrypted);
        Assert.Equal(0, head.CaseBlocks);
    }

    [Theory, Clause("OR-193")]
    [InlineData("<data/>")]
    [InlineData("<data id=''/>")]
    [InlineData("<data id=' '/>")]
    [InlineData("<data id='' xmlns='http://www.w3.org/2002/xforms'/>")]
    [InlineData("<data><a id='f'/></data>")]
    [InlineData("<p:data xmlns:p='http://example.org/f'/>")]
    public void Without_a_form_id_it_is_refused(string document) =>
        Assert.Contains("form ID xml attribute", Expect(400.2, () => Read(document)).Message, StringComparison.Ordinal);

    [Theory, Clause("OR-148")]
    [InlineData("<data xmlns='http://example.org/f'/>", "http://example.org/f")]
    [InlineData("<data xmlns='http://example.org/f' id='f'/>", "f")]
    [InlineData("<data id=' a&amp;b.xml '/>", " a&b.xml ")]
    public void The_form_is_named_by_id_or_namespace(string document, string formId) => Assert.Equal(formId, Read(document).FormId);

    [Theory]
    [InlineData("version='1'", "1")]
    [InlineData("xmlns:o='u' o:version='1'", "1")]
    [InlineData("xmlns:version='u'", "")]
    [InlineData("", "")]
    public void The_version_is_an_attribute_with_any_prefix(string attribute, string version) =>
        Assert.Equal(version, Read($"<data id='f' {attribute}/>").Version);

    [Theory, Clause("OR-194")]
    [InlineData("<data id='f'>")]
    [InlineData("<data id='f'><meta><instanceID>x</instanceID></meta>")]
    [InlineData("<data id='f'/><more/>")]
    [InlineData("<data id='f'><orx:meta/></data>")]
    public void Truncated_or_malformed_xml_is_refused(string document) => Expect(400.1, () => Read(document));

    [Theory, Clause("OR-195")]
    [InlineData("<data id='f'><meta><instanceID>x</instanceID></meta></data>")]
    [InlineData("<data id='f' xmlns:o='http://openrosa.org/xforms'><o:meta><o:instanceID>x</o:instanceID></o:meta></data>")]
    [InlineData("<data id='f'><n0:meta xmlns:n0='http://openrosa.org/jr/xforms'><n0:instanceID>x</n0:instanceID></n0:meta></data>")]
    [InlineData("<data id='f'><meta xmlns='a'><instanceID xmlns='b'>x</instanceID></meta></data>")]
    public void The_instance_id_is_in_a_meta_of_any_namespace(string document) => Assert.Equal("x", Read(document).InstanceId?.Value);

    [Theory, Clause("OR-196")]
    [InlineData("<data id='f'><instanceID>x</instanceID></data>")]
    [InlineData("<data id='f' instanceID='x'/>")]
    [InlineData("<data id='f' instanceID='z'><instanceID>x</instanceID></data>")]
    [InlineData("<data id='f' instanceID='z'><instanceID>y</instanceID><meta><instanceID>x</instanceID></meta></data>")]
    [InlineData("<data id='f' instanceID='x'><instanceID/><meta><instanceID> </instanceID></meta></data>")]
    public void The_instance_id_may_be_a_child_or_attribute_of_the_root(string document) =>
        Assert.Equal("x", Read(document).InstanceId?.Value);

    [Theory, Clause("OR-197")]
    [InlineData("<data id='f'/>")]
    [InlineData("<data id='f'><meta><instanceID/></meta></data>")]
    [InlineData("<data id='f'><meta><instanceID> \n </instanceID></meta></data>")]
    [InlineData("<data id='f'><meta><g><instanceID>x</instanceID></g></meta></data>")]
    [InlineData("<data id='f'><g><meta><instanceID>x</instanceID></meta></g></data>")]
    [InlineData("<data id='f'><g><instanceID>x</instanceID></g></data>")]
    public void A_blank_or_misplaced_instance_id_is_absent(string document) => Assert.Null(Read(document).InstanceId);

    [Fact, Clause("OR-198")]
    public void An_instance_id_has_up_to_249_characters()
    {
        var (fits, tooLong) = (new string('x', 249), new string('x', 250));
        Assert.Equal(fits, Read($"<data id='f'><meta><instanceID> {fits} </instanceID></meta></data>").InstanceId?.Value);
        Expect(400.13, () => Read($"<data id='f'><meta><instanceID>{tooLong}</instanceID></meta></data>"));
        Expect(400.13, () => Read($"<data id='f'><meta><deprecatedID>{tooLong}</deprecatedID></meta></data>"));
    }

    [Fact, Clause("OR-199")]
    public void Values_of_meta_are_decoded_and_trimmed()
    {
        var head = Read(
            """
            <data id="f"><meta>
              <instanceID> a&amp;b<!-- c --><![CDATA[<1>]]>
              </instanceID>
              <deprecatedID> old </deprecatedID><instanceName> Oak &#38; ash </instanceName>
            </meta></data>
            """
        );
        Assert.Equal("a&b<1>", head.InstanceId?.Value);
        Assert.Equal("old", head.DeprecatedId?.Value);
        Assert.Equal("Oak & ash", head.InstanceName);
    }

    [Fact]
    public void An_empty_deprecated_id_or_name_is_absent()
    {
        var head = Read("<data id='f'><meta><deprecatedID/><instanceName> </instanceName></meta></data>");
        Assert.Null(head.DeprecatedId);
        Assert.Null(head.InstanceName);
    }

    [Theory, Clause("OR-237")]
    [InlineData("http://www.opendatakit.org/xforms/encrypted")]
    [InlineData("http://opendatakit.org/submissions")]
    public void An_encryption_manifest_is_read_in_either_namespace(string uri)
    {
        var head = Read(SubmissionSamples.Encrypted(uri));
        Assert.Equal("uuid:1", head.InstanceId?.Value);
        Assert.Equal("a2V5", head.Encrypted?.Key);
        Assert.Equal("submission.xml.enc", head.Encrypted?.XmlFile);
        Assert.Equal("c2ln", head.Encrypted?.Signature);
        Assert.Equal(["1.jpg.enc", "audit.csv.enc", "2.jpg.enc"], head.Encrypted?.MediaFiles);
    }

    [Fact, Clause("OR-235")]
    public void An_encrypted_submission_expects_its_media_and_then_its_xml() =>
        Assert.Equal(
            [new("1.jpg.enc", false), new("audit.csv.enc", true), new("2.jpg.enc", false), new("submission.xml.enc", false)],
            Read(SubmissionSamples.Encrypted("u")).Encrypted!.ExpectedFiles
        );

    [Theory, Clause("OR-236")]
    [InlineData("<data id='f' encrypted='yes'/>")]
    [InlineData("<data id='f'><base64EncryptedKey>a2V5</base64EncryptedKey><meta><instanceID/></meta></data>")]
    public void An_encrypted_submission_without_instance_id_is_refused(string document) =>
        Assert.Contains(
            "instanceId (required for encrypted submissions)",
            Expect(400.2, () => Read(document)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_group_named_media_is_not_mistaken_for_an_encryption_manifest() =>
        Assert.Null(Read("<data id='f'><media><file>x.jpg</file></media><base64EncryptedKey/></data>").Encrypted);

    [Theory]
    [InlineData("<case xmlns='http://commcarehq.org/case/transaction/v2' case_id='1'/>", 1)]
    [InlineData("<g><h><c:case xmlns:c='http://commcarehq.org/case/transaction/v2' case_id=''/></h></g><case case_id='2'/>", 2)]
    [InlineData("<case/>", 0)]
    [InlineData("<case xmlns='http://commcarehq.org/case/transaction/v2'/>", 0)]
    [InlineData("<Case xmlns='http://commcarehq.org/case/transaction/v2' case_id='1'/>", 0)]
    public void Case_blocks_are_counted_at_any_depth(string content, int count) =>
        Assert.Equal(count, Read($"<data id='f'>{content}</data>").CaseBlocks);

    [Fact]
    public void A_byte_order_mark_and_utf_16_are_read()
    {
        Assert.Equal("trees", SubmissionHeadReader.Read((byte[])[.. Encoding.UTF8.Preamble, .. Utf8(SubmissionSamples.Plain)]).FormId);
        Assert.Equal("trees", SubmissionHeadReader.Read(Encoding.Unicode.GetBytes(SubmissionSamples.Plain)).FormId);
    }

    [Fact]
    public void Ids_are_made_at_the_edge()
    {
        Assert.Equal(InstanceId.Parse("a"), InstanceId.Parse(" a "));
        Expect(400.2, () => InstanceId.Parse(" "));
        Assert.Matches("^uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", InstanceId.New().Value);
    }
}
