using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>The publisher of a version, and extended metadata of forms in the trash.</summary>
public sealed class PublisherTests
{
    [Fact]
    public async Task Extended_versions_name_who_published_them()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (manager, email, _) = await programme.WebUserAsync("manager");
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2"))).ShouldBe(HttpStatusCode.OK);
        (await manager.PostAsync($"{programme.FormPath(form)}/draft/publish")).ShouldBe(HttpStatusCode.OK);

        var extended = programme.Admin.With("X-Extended-Metadata", "true");
        var versions = (await extended.GetAsync($"{programme.FormPath(form)}/versions")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            [email, Server.AdminEmail],
            versions.EnumerateArray().Select(version => version.GetProperty("publishedBy").GetProperty("displayName").GetString())
        );
        Assert.False((await programme.Admin.GetAsync($"{programme.FormPath(form)}/versions")).Json[0].TryGetProperty("publishedBy", out _));
    }

    [Fact]
    public async Task The_trash_is_listed_with_extended_metadata()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        using var body = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()));
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        (await programme.Admin.DeleteAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);
        var trash = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync($"{programme.Path}/forms?deleted=true")).Json;
        var trashed = Assert.Single(trash.EnumerateArray());
        Assert.Equal(1, trashed.GetProperty("submissions").GetInt32());
        Assert.Equal(JsonValueKind.Object, trashed.GetProperty("createdBy").ValueKind);
    }
}
