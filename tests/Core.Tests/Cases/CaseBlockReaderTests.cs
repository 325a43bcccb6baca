using System.Globalization;
using System.Text;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using Xunit;

namespace ServerlessRosa.Core.Tests.Cases;

public sealed class CaseBlockReaderTests
{
    private const string V2 = "xmlns='http://commcarehq.org/case/transaction/v2'";

    [Fact]
    [Clause("CC-056")]
    public void Blocks_are_found_at_any_depth_with_any_prefix_in_document_order()
    {
        var blocks = Read(
            $"""
            <case {V2} case_id="a" date_modified="2015-11-02T16:04:54.950-04" user_id="u2"><create><case_type>t</case_type>
            <case_name> Amina </case_name></create></case>
            <g><h><n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="b"><n0:update><n0:weight>1</n0:weight>
            <n0:weight>7.2</n0:weight><n0:none/></n0:update><n0:close/></n0:case></h></g>
            <case case_id="c"/>
            """
        );

        Assert.Null(blocks.Problem);
        Assert.Equal(["a", "b", "c"], blocks.Blocks.Select(block => block.Id.Value));
        Assert.Equal(("u1", "u2", "u1"), (blocks.UserId, blocks.UserOf(blocks.Blocks[0]), blocks.UserOf(blocks.Blocks[1])));
        Assert.Equal(new DateTimeOffset(2015, 11, 2, 20, 4, 54, 950, TimeSpan.Zero), blocks.Blocks[0].ModifiedOn);
        Assert.Equal("Amina", blocks.Blocks[0].Create!["case_name"]);
        Assert.Equal(new Dictionary<string, string> { ["weight"] = "7.2", ["none"] = "" }, blocks.Blocks[1].Update);
        Assert.True(blocks.Blocks[1].Closes);
        Assert.False(blocks.Blocks[0].Closes);
    }

    [Fact]
    [Clause("CC-057")]
    public void A_case_element_without_id_is_data_and_its_children_are_searched()
    {
        var blocks = Read(
            $"""<case><inner><case {V2} case_id="a"><update><case case_id="not this">x</case></update></case></inner></case>"""
                + $"""<case {V2}><case_idea>1</case_idea></case>"""
        );

        Assert.Null(blocks.Problem);
        Assert.Equal("a", Assert.Single(blocks.Blocks).Id.Value);
    }

    [Fact]
    [Clause("CC-083")]
    public void Version_1_blocks_and_referrals_are_problems_for_CommCare_only()
    {
        Assert.Equal("VersionNotSupported", Read("<g><case><case_id>a</case_id></case></g>").Problem!.Error);
        Assert.Null(Read("<case><g><case_id>a</case_id></g></case><case_id>b</case_id>").Problem);
        Assert.Equal(
            CaseBlocks.None with
            {
                UserId = "u1",
                Blocks = [],
            },
            Read("<case><case_id>a</case_id></case>", knowsVersion1: false) with
            {
                Blocks = [],
            }
        );
        Assert.Equal("UsesReferrals", Read($"""<case {V2} case_id="a"><referral/></case>""").Problem!.Error);
        Assert.Equal("VersionNotSupported", Read("""<case xmlns="http://commcare.org/case/transaction" case_id="a"/>""").Problem!.Error);
        Assert.Equal("VersionNotSupported", Read("""<case xmlns="" case_id="a"/>""").Problem!.Error);
    }

    [Theory]
    [InlineData("", "IllegalCaseId")]
    [InlineData("  ", "IllegalCaseId")]
    public void A_blank_case_id_is_a_problem(string id, string error) =>
        Assert.Equal(error, Read($"""<case {V2} case_id="{id}"/>""").Problem!.Error);

    [Theory]
    [Clause("CC-071")]
    [InlineData("2015-11-02T16:04:54.950-04", "2015-11-02T20:04:54.9500000+00:00")]
    [InlineData("2015-11-02T16:04:54.950-04:00", "2015-11-02T20:04:54.9500000+00:00")]
    [InlineData("2015-11-02T16:04:54.123456Z", "2015-11-02T16:04:54.1234560+00:00")]
    [InlineData("2015-11-02T16:04:54+05:30", "2015-11-02T10:34:54.0000000+00:00")]
    [InlineData("2015-11-02T16:04:54+0530", "2015-11-02T10:34:54.0000000+00:00")]
    [InlineData("2015-11-02T16:04", "2015-11-02T16:04:00.0000000+00:00")]
    [InlineData("2015-11-02", "2015-11-02T00:00:00.0000000+00:00")]
    public void Dates_of_phones_are_read_as_utc(string text, string expected) =>
        Assert.Equal(expected, CaseDates.Parse(text)!.Value.ToString("O", CultureInfo.InvariantCulture));

    [Theory]
    [Clause("CC-070")]
    [InlineData("yesterday")]
    [InlineData("2015-13-02")]
    [InlineData("2015-02-30T00:00:00Z")]
    [InlineData("2015-11-02T25:00:00Z")]
    [InlineData("0001-01-01T00:00:00+05:30")]
    [InlineData("٢٠١٥-11-02")]
    public void A_date_that_is_none_is_a_problem(string text) =>
        Assert.Equal("PhoneDateValueError", Read($"""<case {V2} case_id="a" date_modified="{text}"/>""").Problem!.Error);

    [Theory]
    [Clause("CC-070")]
    [InlineData("")]
    [InlineData(" ")]
    public void An_empty_date_counts_as_none(string text)
    {
        var read = Read($"""<case {V2} case_id="a" date_modified="{text}"/>""");
        Assert.Null(read.Problem);
        Assert.Null(Assert.Single(read.Blocks).ModifiedOn);
    }

    [Fact]
    [Clause("CC-072")]
    [Clause("CC-074")]
    public void Indices_are_read_and_removed_by_empty_text()
    {
        var block = Assert.Single(
            Read(
                $"""
                <case {V2} case_id="a"><index><parent case_type="household">p</parent><host case_type="x"
                    relationship="extension">h</host><gone/><parent case_type="t">q</parent></index></case>
                """
            ).Blocks
        );

        Assert.Equal(
            [
                new("host", Id("h"), "x", CaseRelationship.Extension),
                new("gone", null, "", CaseRelationship.Child),
                new("parent", Id("q"), "t", CaseRelationship.Child),
            ],
            block.Indices
        );
    }

    [Theory]
    [Clause("CC-073")]
    [Clause("CC-077")]
    [InlineData("<parent>p</parent>")]
    [InlineData("<parent case_type='t' relationship=''>p</parent>")]
    [InlineData("<parent case_type='t' relationship='cousin'>p</parent>")]
    [InlineData("<parent case_type='t'>a</parent>")]
    public void An_index_without_type_or_with_another_relationship_or_to_itself_is_a_problem(string index) =>
        Assert.Equal("InvalidCaseIndex", Read($"""<case {V2} case_id="a"><index>{index}</index></case>""").Problem!.Error);

    [Theory]
    [Clause("CC-066")]
    [InlineData("case_name")]
    [InlineData("case_type")]
    [InlineData("owner_id")]
    [InlineData("external_id")]
    public void A_fixed_field_holds_255_characters(string name)
    {
        var most = string.Concat(Enumerable.Repeat("😀", 255));
        Assert.Null(
            Read($"""<case {V2} case_id="a"><update><{name}>{most}</{name}><custom>{most}{most}</custom></update></case>""").Problem
        );
        Assert.Equal("CaseValueError", Read($"""<case {V2} case_id="a"><create><{name}>{most}x</{name}></create></case>""").Problem!.Error);
    }

    private static CaseId Id(string text) => CaseId.TryParse(text, out var id) ? id : throw new InvalidOperationException();

    private static CaseBlocks Read(string inner, bool knowsVersion1 = true) =>
        CaseBlockReader.Read(
            Encoding.UTF8.GetBytes(
                $"<data xmlns='http://example.org/visit'>{inner}<n1:meta xmlns:n1='http://openrosa.org/jr/xforms'>"
                    + "<n1:userID>u1</n1:userID></n1:meta></data>"
            ),
            knowsVersion1
        );
}
