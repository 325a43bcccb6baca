using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>What a phone may ask formList for.</summary>
public sealed class FormListParametersTests
{
    [Fact, Clause("OR-099"), Clause("OR-100")]
    public async Task The_formID_filter_lists_exactly_that_form()
    {
        var programme = await Programme.StartAsync();
        foreach (var id in new[] { "trees", "Trees", "trees 2" })
        {
            await programme.PublishAsync(Samples.Form(id), id);
        }
        async Task<IEnumerable<string>> IdsAsync(string query) =>
            (await programme.FormListAsync(query)).FormList().Select(form => form.FormId).Order(StringComparer.Ordinal);

        Assert.Equal(["trees"], await IdsAsync("?formID=trees"));
        Assert.Equal(["Trees", "trees 2"], await IdsAsync("?formID=Trees&formID=trees%202&formID=Trees"));
        Assert.Equal(["trees 2"], await IdsAsync("?formID=trees+2"));
        Assert.Empty(await IdsAsync("?formID=TREES"));
        Assert.Empty(await IdsAsync("?formID="));
    }

    [Fact, Clause("OR-101"), Clause("OR-102")]
    public async Task A_description_is_listed_on_request_if_there_is_one()
    {
        var programme = await Programme.StartAsync();
        var (described, other) = (await programme.PublishAsync(), await programme.PublishAsync());
        (await programme.Admin.PatchJsonAsync(programme.FormPath(described), new { description = "One plot & its <trees>" })).ShouldBe(
            HttpStatusCode.OK
        );

        foreach (var query in new[] { "?verbose=true", "?verbose=TRUE" })
        {
            var list = (await programme.FormListAsync(query)).FormList();
            var shown = list.Single(form => form.FormId == described);
            Assert.Equal("One plot & its <trees>", shown.Description);
            Assert.Equal(["formID", "name", "version", "hash", "descriptionText", "downloadUrl"], shown.Children);
            Assert.Null(list.Single(form => form.FormId == other).Description);
        }
        foreach (var query in new[] { "", "?verbose=false", "?verbose=1", "?verbose=" })
        {
            Assert.All((await programme.FormListAsync(query)).FormList(), form => Assert.Null(form.Description));
        }
    }

    [Fact, Clause("OR-103"), Clause("OR-104"), Clause("OR-113"), Clause("OR-114"), Clause("OR-134")]
    public async Task All_versions_are_listed_newest_first_each_with_its_own_hash_and_addresses()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("versions");
        await programme.PublishAsync(Samples.Form(form, version: null, pictures: "a.png"), form);
        await programme.PublishVersionAsync(form, "2 & a half", "b.png");
        await programme.PublishVersionAsync(form, "3/x");

        var list = (await programme.FormListAsync("?listAllVersions=true")).FormList();
        Assert.Equal(["3/x", "2 & a half", ""], list.Select(entry => entry.Version));
        Assert.EndsWith($"/forms/{form}.xml", list[0].DownloadUrl, StringComparison.Ordinal);
        Assert.EndsWith($"/forms/{form}/versions/2%20%26%20a%20half.xml", list[1].DownloadUrl, StringComparison.Ordinal);
        Assert.EndsWith($"/forms/{form}/versions/___.xml", list[2].DownloadUrl, StringComparison.Ordinal);
        Assert.Equal(
            [null, $"{list[1].DownloadUrl[..^4]}/manifest", $"{list[2].DownloadUrl[..^4]}/manifest"],
            list.Select(entry => entry.ManifestUrl)
        );
        foreach (var entry in list)
        {
            var xml = (await programme.Admin.GetAsync(entry.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(entry.Hash, "md5:" + ProgrammeForms.Md5(xml.Bytes));
        }
        Assert.Equal(3, list.Select(entry => entry.Hash).Distinct().Count());
    }

    [Theory, Clause("OR-103")]
    [InlineData("?listAllVersions=", 2)]
    [InlineData("?listAllVersions", 2)]
    [InlineData("?listAllVersions=1", 2)]
    [InlineData("?listAllVersions=false", 1)]
    [InlineData("?listAllVersions=0", 1)]
    [InlineData("", 1)]
    public async Task Versions_are_listed_unless_the_client_declines(string query, int count)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await programme.PublishVersionAsync(form, "2");
        Assert.Equal(count, (await programme.FormListAsync(query)).FormList().Count);
    }

    [Fact, Clause("OR-105")]
    public async Task Unknown_parameters_and_languages_change_nothing()
    {
        var programme = await Programme.StartAsync();
        await programme.PublishAsync();
        var plain = await programme.FormListAsync();
        var asked = await programme
            .Admin.OpenRosa.With("Accept-Language", "fr")
            .GetAsync($"{programme.Path}/formList?deviceID=collect%3Aabc&unheard=of");
        Assert.Equal(
            plain.FormList(),
            asked.FormList(),
            (a, b) => a.Children.SequenceEqual(b.Children) && (a with { Children = b.Children }) == b
        );
    }

    [Fact, Clause("OR-106"), Clause("OR-107")]
    public async Task The_server_s_own_list_names_each_project_with_forms_for_this_client()
    {
        var programme = await Programme.StartAsync();
        var other = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await other.PublishAsync();
        var manager = await programme.WebUserAsync("manager");
        var collector = await programme.WebUserAsync();

        var root = (await manager.Api.OpenRosa.GetAsync("/formList")).Root(OpenRosaDocuments.FormListNamespace + "xforms");
        var group = Assert.Single(root.Elements());
        Assert.Equal(["groupID", "name", "listUrl"], group.Elements().Select(child => child.Name.LocalName));
        Assert.Equal(OpenRosaDocuments.FormListNamespace + "xforms-group", group.Name);
        Assert.Equal($"{programme.Id}", Child(group, "groupID"));
        Assert.Equal(form, Assert.Single((await manager.Api.OpenRosa.GetAsync(Child(group, "listUrl"))).FormList()).FormId);

        Assert.Empty((await collector.Api.OpenRosa.GetAsync("/formList")).Root(OpenRosaDocuments.FormListNamespace + "xforms").Elements());
    }

    [Fact, Clause("OR-106"), Clause("OR-107"), Clause("OR-097")]
    public async Task A_phone_s_key_stays_in_the_address_of_its_project_s_list()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var group = Assert.Single((await phone.GetAsync("/formList")).Root(OpenRosaDocuments.FormListNamespace + "xforms").Elements());
        Assert.Contains("/v1/key/", Child(group, "listUrl"), StringComparison.Ordinal);
        Assert.Equal(
            form,
            Assert.Single((await Api.Anonymous(programme.Server).OpenRosa.GetAsync(Child(group, "listUrl"))).FormList()).FormId
        );
    }

    private static string Child(XElement group, string name) => group.Element(OpenRosaDocuments.FormListNamespace + name)!.Value;
}
