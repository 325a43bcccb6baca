using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>The ids of forms in web addresses, which public links are made of.</summary>
public sealed class FormLinkTests
{
    [Fact, Clause("OR-265")]
    public async Task A_public_link_s_address_leads_to_its_form()
    {
        var programme = await Programme.StartAsync();
        var (form, other) = (await programme.PublishAsync(), await programme.PublishAsync());
        var key = (await programme.PublicLinkAsync(form)).Key;
        var shown = (await programme.Admin.GetAsync(programme.FormPath(form))).Json;
        var (id, once) = (shown.GetProperty("enketoId").GetString()!, shown.GetProperty("enketoOnceId").GetString()!);
        Assert.Matches("^[a-z0-9]{32}$", id);
        Assert.Matches("^[a-z0-9]{64}$", once);

        var nobody = Api.Anonymous(programme.Server);
        foreach (var address in new[] { id, once })
        {
            var found = (await nobody.GetAsync($"/form-links/{address}/form?st={Uri.EscapeDataString(key)}")).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(form, found.Json.GetProperty("xmlFormId").GetString());
            Assert.Equal(programme.Id, found.Json.GetProperty("projectId").GetInt32());
            (await programme.Admin.GetAsync($"/form-links/{address}/form")).ShouldBe(HttpStatusCode.OK);
            (await nobody.GetAsync($"/form-links/{address}/form")).ShouldBeProblem(401.2m);
        }
        var others = (await programme.Admin.GetAsync(programme.FormPath(other))).Json.GetProperty("enketoId").GetString();
        (await nobody.GetAsync($"/form-links/{others}/form?st={Uri.EscapeDataString(key)}")).ShouldBeProblem(403.1m);
        foreach (var unknown in new[] { "abc", new string('0', 32), new string('a', 64), id.ToUpperInvariant() })
        {
            (await programme.Admin.GetAsync($"/form-links/{unknown}/form")).ShouldBeProblem(404.1m);
        }

        await programme.PublishVersionAsync(form, "2");
        await programme.SetStateAsync(form, "closed");
        var later = (await programme.Admin.GetAsync(programme.FormPath(form))).Json;
        Assert.Equal((id, once), (later.GetProperty("enketoId").GetString(), later.GetProperty("enketoOnceId").GetString()));
        (await nobody.GetAsync($"/form-links/{id}/form?st={Uri.EscapeDataString(key)}")).ShouldBeProblem(403.1m);
    }

    [Fact]
    public async Task A_draft_has_an_address_of_its_own()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var draft = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft")).Json;
        var id = draft.GetProperty("enketoId").GetString();
        Assert.Equal(JsonValueKind.Null, draft.GetProperty("enketoOnceId").ValueKind);
        Assert.NotEqual((await programme.Admin.GetAsync(programme.FormPath(form))).Json.GetProperty("enketoId").GetString(), id);
        (await programme.Admin.GetAsync($"/form-links/{id}/form")).ShouldBe(HttpStatusCode.OK);
        var (viewer, _, _) = await programme.WebUserAsync("viewer");
        (await viewer.GetAsync($"/form-links/{id}/form")).ShouldBeProblem(403.1m);
        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/draft")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync($"/form-links/{id}/form")).ShouldBeProblem(404.1m);
    }
}
