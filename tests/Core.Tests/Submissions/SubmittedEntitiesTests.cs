using System.Text;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Submissions;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

public sealed class SubmittedEntitiesTests
{
    private static readonly FormEntity House = new(
        "/meta/entity",
        "houses",
        Create: true,
        Update: true,
        [new("/colour", "colour"), new("/yard/size", "size")]
    );
    private static readonly FormEntity Person = new(
        "/house/person/meta/entity",
        "people",
        Create: true,
        Update: false,
        [new("/house/person/name", "first_name")]
    );

    [Fact]
    public void An_entity_has_its_attributes_its_label_and_the_values_that_are_there()
    {
        var block = Assert.Single(
            Read(
                """
                <d><colour> red </colour><yard><other>5</other></yard><orx:meta xmlns:orx="o"><orx:instanceID>uuid:1</orx:instanceID>
                <e:entity xmlns:e="e" dataset=" houses " id="uuid:A" update="true" baseVersion="2" trunkVersion="1"
                    branchId="b"><e:label>Red &amp; old</e:label></e:entity></orx:meta></d>
                """,
                House
            )
        );
        Assert.Equal(
            ("houses", "uuid:A", "Red & old", "2", "1", "b"),
            (block.Dataset, block.Id, block.Label, block.BaseVersion, block.TrunkVersion, block.Branch)
        );
        Assert.Equal((false, true), (block.Create, block.Update));
        Assert.Equal(new Dictionary<string, string> { ["colour"] = "red" }, block.Values);
    }

    [Theory]
    [InlineData("<d><meta><entity dataset=\"houses\" id=\"a\" create=\"\"/></meta></d>")]
    [InlineData("<d><meta><entity dataset=\"houses\" id=\"a\" create=\"0\" update=\"no\"/></meta></d>")]
    [InlineData("<d><group><meta><entity dataset=\"houses\" id=\"a\" create=\"1\"/></meta></group></d>")]
    [InlineData("<d><meta/></d>")]
    [InlineData("<d/>")]
    public void An_entity_without_a_declared_action_is_ignored(string xml) => Assert.Empty(Read(xml, House));

    [Fact]
    public void Each_iteration_of_a_repeat_has_its_own_values_separate_from_those_around_it()
    {
        var blocks = Read(
            """
            <d><colour>red</colour><house>
              <person><name>Ann</name><meta><entity dataset="people" id="1" create="1"><label/></entity></meta></person>
              <person><meta><entity dataset="people" id="2" create="1"/></meta><name>Bob</name></person>
              <person><name>Eve</name></person>
            </house><meta><entity dataset="houses" id="3" create="1"/></meta></d>
            """,
            House,
            Person
        );
        Assert.Equal(["3", "1", "2"], blocks.Select(block => block.Id));
        Assert.Equal(["Ann", "Bob"], blocks.Skip(1).Select(block => block.Values["first_name"]));
        Assert.Equal("red", Assert.Single(blocks[0].Values).Value);
        Assert.All(blocks, block => Assert.Null(block.Label));
    }

    [Fact]
    public void Entity_attributes_are_cut_at_the_maximum_length_of_a_name() =>
        Assert.Equal(
            300,
            Assert.Single(Read($"<d><meta><entity dataset=\"{new string('x', 5000)}\" create=\"1\"/></meta></d>", House)).Dataset.Length
        );

    private static IReadOnlyList<EntityBlock> Read(string xml, params FormEntity[] entities) =>
        SubmissionContentReader.Read(Encoding.UTF8.GetBytes(xml), [], entities).Entities;
}
