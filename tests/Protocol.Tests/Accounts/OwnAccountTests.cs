using System.Net;
using System.Net.Http.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Access to the caller's own account, which the tables of docs/rights.md do not show.</summary>
public sealed class OwnAccountTests
{
    [Fact]
    public async Task Web_users_can_read_and_change_only_their_own_account()
    {
        var programme = await Programme.StartAsync();
        var (user, _, password) = await programme.WebUserAsync();
        var id = (await user.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetInt32();
        var other = (await programme.WebUserAsync()).Api;

        foreach (var own in new[] { "current", $"{id}" })
        {
            var name = Samples.Unique("name");
            Assert.Equal(
                name,
                (await user.PatchJsonAsync($"/users/{own}", new { displayName = name }))
                    .ShouldBe(HttpStatusCode.OK)
                    .Json.GetProperty("displayName")
                    .GetString()
            );
            Assert.Equal(
                name,
                (await user.GetAsync($"/users/{own}")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("displayName").GetString()
            );
        }
        (await other.GetAsync($"/users/{id}")).ShouldBeProblem(403.1m);
        (await other.PatchJsonAsync($"/users/{id}", new { displayName = "Other" })).ShouldBeProblem(403.1m);

        using var passwords = JsonContent.Create(new { old = password, @new = "another long password" });
        (await user.SendAsync(HttpMethod.Put, $"/users/{id}/password", passwords)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_complete_email_address_finds_only_its_account()
    {
        var programme = await Programme.StartAsync();
        var (user, email, _) = await programme.WebUserAsync("viewer");
        var sought = (await programme.WebUserAsync()).Email;

        Assert.Equal(
            sought,
            Assert
                .Single((await user.GetAsync($"/users?q={sought}")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray())
                .GetProperty("email")
                .GetString()
        );
        foreach (var part in new[] { "", $"?q={sought[..^1]}", "?q=example.org", $"?q={email[1..]}" })
        {
            Assert.Equal(0, (await user.GetAsync($"/users{part}")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
        }
    }

    [Fact]
    public async Task A_submitter_fills_empty_slots_of_their_submission_until_it_is_edited()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var sender = (await programme.WebUserAsync("formfill")).Api;
        var other = (await programme.WebUserAsync("formfill")).Api;
        var (kept, edited) = (await SendAsync("a.jpg"), await SendAsync("a.jpg"));
        (
            await sender.SendAsync(
                HttpMethod.Put,
                $"{programme.FormPath(form)}/submissions/{edited}",
                Xml(Samples.Submission(form, Samples.NewInstanceId(), photo: "b.jpg", deprecatedId: edited))
            )
        ).ShouldBe(HttpStatusCode.OK);

        (await PutAsync(other, kept, "a.jpg")).ShouldBeProblem(403.1m);
        (await PutAsync(sender, kept, "a.jpg")).ShouldBe(HttpStatusCode.OK);
        (await PutAsync(sender, kept, "a.jpg")).ShouldBeProblem(403.1m);
        (await PutAsync(sender, edited, "b.jpg")).ShouldBeProblem(403.1m);
        (await PutAsync(programme.Admin, edited, "b.jpg")).ShouldBe(HttpStatusCode.OK);

        async Task<string> SendAsync(string photo)
        {
            var instance = Samples.NewInstanceId();
            (
                await sender.PostXmlAsync($"{programme.FormPath(form)}/submissions", Samples.Submission(form, instance, photo: photo))
            ).ShouldBe(HttpStatusCode.OK);
            return instance;
        }

        Task<Answer> PutAsync(Api client, string instance, string name) =>
            client.PostAsync(
                $"{programme.FormPath(form)}/submissions/{instance}/attachments/{name}",
                Samples.Part(Samples.Bytes(100), "image/jpeg")
            );

        static StringContent Xml(string xml) => new(xml, System.Text.Encoding.UTF8, "application/xml");
    }

    [Fact]
    public async Task A_role_on_a_form_opens_the_form_and_lists_no_project()
    {
        var programme = await Programme.StartAsync();
        var (form, other) = (await programme.PublishAsync(), await programme.PublishAsync());
        var (_, email, password) = await programme.WebUserAsync();
        var id = (await programme.Admin.GetAsync($"/users?q={email}")).Json[0].GetProperty("id").GetInt32();
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/viewer/{id}")).ShouldBe(HttpStatusCode.OK);
        var viewer = await Api.SignInAsync(programme.Server, email, password);

        (await viewer.GetAsync($"{programme.FormPath(form)}/submissions")).ShouldBe(HttpStatusCode.OK);
        (await viewer.GetAsync($"{programme.FormPath(other)}/submissions")).ShouldBeProblem(403.1m);
        Assert.Equal(0, (await viewer.GetAsync("/projects")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
    }
}
