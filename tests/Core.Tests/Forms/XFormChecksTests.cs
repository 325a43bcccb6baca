using System.Text.Json;
using ServerlessRosa.Core.Forms;
using Xunit;
using static ServerlessRosa.Core.Tests.Forms.FormSamples;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Forms;

public sealed class XFormChecksTests
{
    private const string Version = "entities:entities-version='2024.1.0'";

    private static XForm Read(string instance, string model = "", string body = "", string modelAttributes = "") =>
        XFormReader.Read(Form(instance, model, body, modelAttributes));

    private static XForm WithEntity(string entity, string modelAttributes = Version, string model = "") =>
        Read($"<data id='f'><a/><meta>{entity}<instanceID/></meta></data>", model, modelAttributes: modelAttributes);

    [Theory, Clause("OR-152")]
    [InlineData("<data id='f'><a/></data>")]
    [InlineData("<data id='f'><meta/></data>")]
    [InlineData("<data id='f'><metadata><instanceID/></metadata></data>")]
    public void A_new_form_without_a_meta_group_is_refused(string instance) =>
        Expect(400.27, () => XFormChecks.ForCreation(Read(instance)));

    [Theory, Clause("OR-152")]
    [InlineData("<data id='f'><meta><instanceID/></meta></data>")]
    [InlineData("<data id='f'><orx:meta><orx:instanceID/></orx:meta></data>")]
    public void A_new_form_with_a_meta_group_is_accepted(string instance) => Assert.Empty(XFormChecks.ForCreation(Read(instance)));

    [Fact, Clause("OR-152")]
    public void A_new_draft_needs_no_meta_group() =>
        Assert.Empty(XFormChecks.AgainstEarlier(Read("<data id='f'><a/></data>"), Read("<data id='f'><a/></data>")));

    [Fact, Clause("OR-175")]
    public void A_media_name_with_two_types_is_refused()
    {
        var form = Read("<data id='f'><a>jr://images/x</a><meta><instanceID/></meta></data>", "<instance src='jr://file/x'/>");
        Assert.Contains("attachment", Expect(400.8, () => XFormChecks.ForCreation(form)).Message, StringComparison.Ordinal);
        Expect(400.8, () => XFormChecks.AgainstEarlier(form, form));
    }

    [Fact, Clause("OR-160")]
    public void A_draft_with_another_form_id_is_refused() =>
        Assert.Contains(
            "xmlFormId",
            Expect(400.8, () => XFormChecks.AgainstEarlier(Read("<data id='F'/>"), Read("<data id='f'/>"))).Message,
            StringComparison.Ordinal
        );

    [Theory, Clause("OR-161")]
    [InlineData("int", "decimal")]
    [InlineData("string", "int")]
    [InlineData("binary", "int")]
    public void A_field_may_not_change_its_type(string earlier, string next)
    {
        var problem = Expect(400.17, () => XFormChecks.AgainstEarlier(Typed(next), Typed(earlier)));
        Assert.Equal($$"""{"path":"/a","type":"{{earlier}}"}""", JsonSerializer.Serialize(problem.Details));
    }

    [Fact, Clause("OR-161")]
    public void A_group_may_not_become_text() =>
        Expect(400.17, () => XFormChecks.AgainstEarlier(Typed("string"), Read("<data id='f'><a><b/></a></data>")));

    [Fact, Clause("OR-161")]
    public void A_repeat_may_not_become_a_group() =>
        Expect(
            400.17,
            () =>
                XFormChecks.AgainstEarlier(
                    Read("<data id='f'><a><b/></a></data>"),
                    Read("<data id='f'><a><b/></a></data>", body: "<repeat nodeset='/data/a'/>")
                )
        );

    [Theory, Clause("OR-161")]
    [InlineData("int", "string")]
    [InlineData("binary", "string")]
    [InlineData("int", "int")]
    public void A_field_may_stay_or_become_text(string earlier, string next) =>
        Assert.Empty(XFormChecks.AgainstEarlier(Typed(next), Typed(earlier)));

    [Fact, Clause("OR-162")]
    public void Removed_fields_are_a_warning_and_new_ones_are_not()
    {
        var warning = Assert.Single(
            XFormChecks.AgainstEarlier(Read("<data id='f'><a/><new/></data>"), Read("<data id='f'><a/><g><b/></g><c/></data>"))
        );
        Assert.Equal("structureChanged", warning.Type);
        Assert.Equal("""["g","b","c"]""", JsonSerializer.Serialize(warning.Details));
    }

    [Theory]
    [InlineData("<entity dataset='trees' create='1'/>")]
    [InlineData("<entity dataset='trees' update=''/>")]
    [InlineData("<orx:entity entities:dataset='_a:b-1' entities:create='' entities:update=''/>")]
    public void An_entity_declares_its_dataset_and_actions(string entity) => Assert.Empty(XFormChecks.ForCreation(WithEntity(entity)));

    [Theory]
    [InlineData("<entity create=''/>")]
    [InlineData("<entity dataset='' create=''/>")]
    [InlineData("<entity dataset='a.b' create=''/>")]
    [InlineData("<entity dataset='__a' create=''/>")]
    [InlineData("<entity dataset='1a' create=''/>")]
    [InlineData("<entity dataset='a b' create=''/>")]
    [InlineData("<entity dataset='trees'/>")]
    [InlineData("<entity/>")]
    [InlineData("<entity dataset='trees' create=''/><entity dataset='birds' create=''/>")]
    public void An_invalid_entity_declaration_is_refused(string entity)
    {
        var form = WithEntity(entity);
        Expect(400.25, () => XFormChecks.ForCreation(form));
        Expect(400.25, () => XFormChecks.AgainstEarlier(form, form));
    }

    [Theory]
    [InlineData("")]
    [InlineData("entities:entities-version=''")]
    [InlineData("entities:entities-version='2021.1.0'")]
    [InlineData("entities:entities-version='2025.2.0'")]
    [InlineData("entities:entities-version='2026.1.0'")]
    [InlineData("entities:entities-version='2024.1'")]
    [InlineData("entities:entities-version='v2024.1.0'")]
    public void An_entities_version_that_is_not_known_is_refused(string version) =>
        Expect(400.25, () => XFormChecks.ForCreation(WithEntity("<entity dataset='trees' create=''/>", version)));

    [Theory]
    [InlineData("2022.1.0", true)]
    [InlineData("2023.1.0", true)]
    [InlineData("2024.1.0", false)]
    [InlineData("2025.1.7", false)]
    public void An_old_entities_version_is_a_warning(string version, bool warns)
    {
        var warnings = XFormChecks.ForCreation(WithEntity("<entity dataset='trees' create=''/>", $"entities-version='{version}'"));
        Assert.Equal(warns ? ["oldEntityVersion"] : [], warnings.Select(warning => warning.Type));
    }

    [Fact]
    public void Entities_in_repeats_need_the_version_that_has_them()
    {
        const string Instance = "<data id='f'><r><meta><entity dataset='trees' create=''/></meta></r><meta><instanceID/></meta></data>";
        Expect(400.25, () => XFormChecks.ForCreation(Read(Instance, modelAttributes: Version)));
        Assert.Empty(XFormChecks.ForCreation(Read(Instance, modelAttributes: "entities-version='2025.1.0'")));
    }

    [Theory]
    [InlineData("height", true)]
    [InlineData("_a.b-1", true)]
    [InlineData("names", true)]
    [InlineData("name", false)]
    [InlineData("Label", false)]
    [InlineData("__a", false)]
    [InlineData("1a", false)]
    [InlineData("a b", false)]
    [InlineData("a:b", false)]
    public void An_invalid_entity_property_name_is_refused(string property, bool lawful)
    {
        var form = WithEntity(
            "<entity dataset='trees' create=''/>",
            model: $"<bind nodeset='/data/a' type='string' entities:saveto='{property}'/>"
        );
        if (lawful)
            Assert.Empty(XFormChecks.ForCreation(form));
        else
            Expect(400.25, () => XFormChecks.ForCreation(form));
    }

    [Fact]
    public void The_entities_of_an_encrypted_form_are_ignored() =>
        Assert.Empty(XFormChecks.ForCreation(WithEntity("<entity/>", "", "<submission base64RsaPublicKey='MIIB'/>")));

    private static XForm Typed(string type) => Read("<data id='f'><a/></data>", $"<bind nodeset='/data/a' type='{type}'/>");
}
