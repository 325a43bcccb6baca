using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>The forms that a phone's form list contains, and their entries.</summary>
[Trait("Speed", "Fast")]
public sealed class FormListTests
{
    [Fact, Clause("OR-082"), Clause("OR-087"), Clause("OR-088"), Clause("OR-089"), Clause("OR-096")]
    public async Task A_form_is_listed_with_its_children_in_order_and_its_title_as_name()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("plots & <trees>");
        await programme.PublishAsync(Samples.Form(form, "2024-05", "Trees & <shrubs>", "leaf.png"), form);

        var listed = Assert.Single((await programme.FormListAsync()).FormList());
        Assert.Equal((form, "Trees & <shrubs>", "2024-05"), (listed.FormId, listed.Name, listed.Version));
        Assert.Equal(["formID", "name", "version", "hash", "downloadUrl", "manifestUrl"], listed.Children);
    }

    [Fact, Clause("OR-089"), Clause("OR-090")]
    public async Task Without_title_and_version_the_name_is_the_id_and_the_version_an_empty_element()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("plain");
        await programme.PublishAsync(Samples.Form(form, version: null, title: null), form);

        var listed = Assert.Single((await programme.FormListAsync()).FormList());
        Assert.Equal((form, ""), (listed.Name, listed.Version));
    }

    [Fact, Clause("OR-083"), Clause("OR-110")]
    public async Task Only_open_forms_are_listed_and_reopening_lists_a_form_again()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (var (state, count) in new[] { ("closing", 0), ("open", 1), ("closed", 0), ("open", 1) })
        {
            await programme.SetStateAsync(form, state);
            Assert.Equal(count, (await programme.FormListAsync()).FormList().Count);
        }
    }

    [Fact, Clause("OR-084"), Clause("OR-085")]
    public async Task A_form_that_is_only_a_draft_is_not_listed()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.DraftAsync();
        Assert.Empty((await programme.FormListAsync()).FormList());

        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Single((await programme.FormListAsync()).FormList());
    }

    [Fact, Clause("OR-085")]
    public async Task An_anonymous_form_list_is_empty_and_not_refused()
    {
        var programme = await Programme.StartAsync();
        await programme.PublishAsync();
        var stranger = await programme.WebUserAsync();

        Assert.Empty((await (await programme.AppUserAsync()).GetAsync($"{programme.Path}/formList")).FormList());
        Assert.Empty((await stranger.Api.OpenRosa.GetAsync($"{programme.Path}/formList")).FormList());
        Assert.Empty((await (await Programme.StartAsync()).FormListAsync()).FormList());
    }

    [Fact, Clause("OR-085")]
    public async Task A_phone_is_shown_the_forms_it_is_assigned_to_and_no_others()
    {
        var programme = await Programme.StartAsync();
        var (mine, _) = (await programme.PublishAsync(), await programme.PublishAsync());
        var phone = await programme.AppUserAsync(mine);
        Assert.Equal(mine, Assert.Single((await phone.GetAsync($"{programme.Path}/formList")).FormList()).FormId);
    }

    [Theory, Clause("OR-086")]
    [InlineData("/projects/2000000000/formList")]
    [InlineData("/projects/0/formList")]
    public async Task The_list_of_an_unknown_project_is_not_found(string path)
    {
        var admin = (await Api.AdministratorAsync()).OpenRosa;
        (await admin.GetAsync(path)).ShouldBeOpenRosaError(404, "Could not find the resource");
    }

    [Fact, Clause("OR-091"), Clause("OR-093"), Clause("OR-261")]
    public async Task The_hash_is_the_MD5_of_what_the_download_address_serves()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("hashed");
        var created = (await programme.CreateFormAsync(Samples.Form(form), "?publish=true")).ShouldBe(HttpStatusCode.OK);
        var listed = Assert.Single((await programme.FormListAsync()).FormList());

        var served = (await programme.Admin.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("md5:" + ProgrammeForms.Md5(served.Bytes), listed.Hash);
        Assert.Equal("md5:" + created.Json.GetProperty("hash").GetString(), listed.Hash);
    }

    [Fact, Clause("OR-092")]
    public async Task The_hash_stays_when_files_state_or_access_change()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("leaf.png", Samples.Bytes(10), "image/png"));
        async Task<string> HashAsync() => Assert.Single((await programme.FormListAsync()).FormList()).Hash;
        var before = await HashAsync();

        await programme.SetStateAsync(form, "closing");
        await programme.SetStateAsync(form, "open");
        await programme.AppUserAsync(form);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, "leaf.png", Samples.Bytes(20), "image/png")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(before, await HashAsync());
    }

    [Fact, Clause("OR-094")]
    public async Task A_manifest_is_announced_when_the_form_expects_files_even_before_any_is_there()
    {
        var programme = await Programme.StartAsync();
        var (with, without) = (Samples.Unique("with"), Samples.Unique("without"));
        await programme.PublishAsync(Samples.Form(with, pictures: "leaf.png"), with);
        await programme.PublishAsync(Samples.Form(without), without);

        var list = (await programme.FormListAsync()).FormList();
        Assert.EndsWith("/manifest", list.Single(form => form.FormId == with).ManifestUrl, StringComparison.Ordinal);
        Assert.Null(list.Single(form => form.FormId == without).ManifestUrl);
    }

    [Fact, Clause("OR-097")]
    public async Task Returned_addresses_contain_the_key_of_the_request()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("keyed");
        await programme.PublishAsync(Samples.Form(form, pictures: "leaf.png"), form);
        var user = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/app-user/{user.GetProperty("id").GetInt32()}")).ShouldBe(
            HttpStatusCode.OK
        );
        var key = user.GetProperty("token").GetString()!;
        var start = $"{programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority)}/v1/key/{key}{programme.FormPath(form)}";

        foreach (
            var list in new[]
            {
                await Api.WithKey(programme.Server, key).GetAsync($"{programme.Path}/formList"),
                await Api.Anonymous(programme.Server).OpenRosa.GetAsync($"{programme.Path}/formList?st={Uri.EscapeDataString(key)}"),
            }
        )
        {
            var listed = Assert.Single(list.FormList());
            Assert.Equal(($"{start}.xml", $"{start}/manifest"), (listed.DownloadUrl, listed.ManifestUrl));
            (await Api.Anonymous(programme.Server).GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
            (await Api.Anonymous(programme.Server).OpenRosa.GetAsync(listed.ManifestUrl!)).ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact, Clause("OR-098")]
    public async Task The_list_is_sorted_by_name_without_regard_to_case_then_by_id()
    {
        var programme = await Programme.StartAsync();
        foreach (
            var (id, title) in new[] { ("d", "birch"), ("c", "Ash"), ("b", "ash"), ("a", "Birch"), ("e", "ash"), ("f", (string?)null) }
        )
        {
            await programme.PublishAsync(Samples.Form(id, title: title), id);
        }
        Assert.Equal(["c", "b", "e", "a", "d", "f"], (await programme.FormListAsync()).FormList().Select(form => form.FormId));
    }
}
