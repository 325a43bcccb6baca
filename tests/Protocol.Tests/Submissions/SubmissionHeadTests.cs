using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Values that the server reads from a submission's XML (OR-193 to OR-199).</summary>
public sealed class SubmissionHeadTests
{
    [Theory, Clause("OR-193")]
    [InlineData("<data/>")]
    [InlineData("<data id=''/>")]
    [InlineData("<data id='  ' version='1'/>")]
    [InlineData("<data><id>trees</id></data>")]
    public async Task XML_without_form_id_is_refused(string xml)
    {
        var inbox = await Inbox.OpenAsync();

        (await inbox.PostAsync(xml)).ShouldBeOpenRosaError(400, "Required parameter form ID xml attribute missing");
        await inbox.ShouldHoldNothingAsync();
    }

    [Theory, Clause("OR-194")]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<data id='{0}' version='1'><meta><instanceID>uuid:1</instanceID></meta>")]
    [InlineData("<data id='{0}' version='1'><meta><instanceID>uuid:1</instanceID></data></meta>")]
    [InlineData("<data id='{0}' version='1'/><data/>")]
    [InlineData("<data id='{0}' version='1'>&nbsp;</data>")]
    [InlineData("<data id='{0}' id='{0}' version='1'/>")]
    [InlineData("<orx:data id='{0}' version='1'/>")]
    [InlineData("<data id='{0}' version='1'>\u0001</data>")]
    public async Task Malformed_xml_is_refused_even_when_its_form_can_be_read(string xml)
    {
        var inbox = await Inbox.OpenAsync();

        (await inbox.PostAsync(xml.Replace("{0}", inbox.Form, StringComparison.Ordinal))).ShouldBeOpenRosaError(
            400,
            "Could not parse the given data"
        );
        await inbox.ShouldHoldNothingAsync();
    }

    [Theory]
    [Clause("OR-195"), Clause("OR-196"), Clause("OR-199")]
    [InlineData("<meta><instanceID>{0}</instanceID></meta>")]
    [InlineData("<orx:meta xmlns:orx='http://openrosa.org/xforms'><orx:instanceID>{0}</orx:instanceID></orx:meta>")]
    [InlineData("<x:meta xmlns:x='urn:any'><instanceID>{0}</instanceID></x:meta>")]
    [InlineData("<instanceID>{0}</instanceID>")]
    [InlineData("<instanceID>other</instanceID><meta><instanceID>{0}</instanceID></meta>")]
    [InlineData("<meta><instanceID>\n  {0}\t</instanceID></meta>")]
    [InlineData("<meta><instanceID><![CDATA[{0}]]></instanceID></meta>")]
    [InlineData("<group><meta><instanceID>other</instanceID></meta></group><meta><instanceID>{0}</instanceID></meta>")]
    public async Task The_instance_id_is_read_from_all_places_that_clients_use(string content)
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();

        (
            await inbox.PostAsync($"<data id='{inbox.Form}' version='1'>{content.Replace("{0}", id, StringComparison.Ordinal)}</data>")
        ).ShouldBeReceived();
        Assert.Equal([id], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-196")]
    public async Task The_instance_id_may_be_an_attribute_of_the_root()
    {
        var inbox = await Inbox.OpenAsync();

        (await inbox.PostAsync($"<data id='{inbox.Form}' version='1' instanceID='uuid:attribute'/>")).ShouldBeReceived();
        Assert.Equal(["uuid:attribute"], await inbox.InstanceIdsAsync());
    }

    [Theory, Clause("OR-197")]
    [InlineData("")]
    [InlineData("<meta><instanceID/></meta>")]
    [InlineData("<meta><instanceID>  </instanceID></meta>")]
    public async Task Without_an_instance_id_each_post_is_a_new_submission(string content)
    {
        var inbox = await Inbox.OpenAsync();
        var xml = $"<data id='{inbox.Form}' version='1'>{content}</data>";

        (await inbox.PostAsync(xml)).ShouldBeReceived();
        (await inbox.PostAsync(xml)).ShouldBeReceived();

        var ids = await inbox.InstanceIdsAsync();
        Assert.Equal(2, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
        Assert.Equal(xml, await inbox.XmlAsync(ids[0]!));
    }

    [Fact, Clause("OR-198")]
    public async Task An_instance_id_may_have_249_characters()
    {
        var inbox = await Inbox.OpenAsync();
        var longest = new string('x', 249);

        (await inbox.PostAsync(inbox.Submission(longest))).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission(longest + "x"))).ShouldBeOpenRosaError(400, "too long");
        Assert.Equal([longest], await inbox.InstanceIdsAsync());
    }

    [Theory, Clause("OR-199")]
    [InlineData("a & b < \"c\" 'd'")]
    [InlineData("uuid:木/🌳?#%25\\..;=|")]
    [Trait("Needs", "FrontEnd")]
    public async Task An_instance_id_may_contain_any_characters(string id)
    {
        var inbox = await Inbox.OpenAsync();
        var xml = inbox.Submission(id, photo: "a.jpg");

        (await inbox.PostAsync(xml, ("a.jpg", Samples.Bytes(10), "image/jpeg"))).ShouldBeReceived();
        (await inbox.PostAsync(xml)).ShouldBeReceived();

        Assert.Equal([id], await inbox.InstanceIdsAsync());
        Assert.Equal(xml, await inbox.XmlAsync(id));
        Assert.Equal(Samples.Bytes(10), await inbox.BytesAsync(id, "a.jpg"));
    }

    [Fact, Clause("OR-181")]
    public async Task An_instance_name_may_have_any_length()
    {
        var inbox = await Inbox.OpenAsync();
        var name = string.Concat(Enumerable.Repeat("Old oak 🌳 ", 20_000));
        var id = Samples.NewInstanceId();
        var xml =
            $"<data id='{inbox.Form}' version='1'><meta><instanceID>{id}</instanceID><instanceName>{name}</instanceName></meta></data>";

        (await inbox.PostAsync(xml)).ShouldBeReceived();
        Assert.Equal(xml, await inbox.XmlAsync(id));
        Assert.StartsWith(
            "Old oak 🌳 Old oak",
            (await inbox.GetAsync(id)).GetProperty("currentVersion").GetProperty("instanceName").GetString(),
            StringComparison.Ordinal
        );
    }
}
