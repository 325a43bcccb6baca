using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>Clients that sign in with a password, step by step as they do it.</summary>
public sealed class PasswordClientTests
{
    [Fact, Clause("OR-281")]
    public async Task Collect_waits_for_the_challenge_at_every_step()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        await programme.PublishAsync(Samples.Form(form, pictures: "leaf.png"), form);
        var (_, email, password) = await programme.WebUserAsync("formfill");
        using var collect = new PasswordClient(programme.Server, email, password);
        const string device = "?deviceID=collect%3Aabc";

        var list = (await collect.SendAsync(HttpMethod.Get, $"{programme.Path}/formList{device}"))
            .ShouldBe(HttpStatusCode.OK)
            .ShouldBeOpenRosa();
        Assert.Contains($"<formID>{form}</formID>", list.Text, StringComparison.Ordinal);
        (await collect.SendAsync(HttpMethod.Get, $"{programme.FormPath(form)}.xml{device}")).ShouldBe(HttpStatusCode.OK);
        (await collect.SendAsync(HttpMethod.Get, $"{programme.FormPath(form)}/manifest{device}"))
            .ShouldBe(HttpStatusCode.OK)
            .ShouldBeOpenRosa();
        (await collect.SendAsync(HttpMethod.Head, $"{programme.Path}/submission{device}")).ShouldBe(HttpStatusCode.NoContent);
        var body = Samples.Multipart(
            Samples.Submission(form, Samples.NewInstanceId(), photo: "a.jpg"),
            ("a.jpg", Samples.Bytes(100_000), "image/jpeg")
        );
        (await collect.SendAsync(HttpMethod.Post, $"{programme.Path}/submission{device}", body))
            .ShouldBe(HttpStatusCode.Created)
            .ShouldBeOpenRosa();
    }

    [Fact, Clause("OR-281")]
    public async Task Collect_with_a_wrong_password_is_refused_in_the_end()
    {
        var programme = await Programme.StartAsync();
        var (_, email, _) = await programme.WebUserAsync("formfill");
        using var collect = new PasswordClient(programme.Server, email, "not the password");

        (await collect.SendAsync(HttpMethod.Get, $"{programme.Path}/formList")).ShouldBeOpenRosaError(401, "Could not authenticate");
    }

    [Fact, Clause("OR-282")]
    public async Task Enketo_asks_without_credentials_and_then_answers_the_challenge()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var stranger = Api.Anonymous(programme.Server).OpenRosa;
        var enketo = Api.WithBasic(programme.Server, email, password).OpenRosa;

        foreach (var path in new[] { $"{programme.Path}/formList?formID={form}", $"{programme.Path}/submission" })
        {
            var asked = (await stranger.HeadAsync(path)).ShouldBe(HttpStatusCode.Unauthorized);
            Assert.StartsWith("Basic ", asked.Header("WWW-Authenticate"), StringComparison.Ordinal);
            Assert.InRange((int)(await enketo.HeadAsync(path)).Status, 200, 204);
        }
        Assert.Equal("100000000", (await enketo.HeadAsync($"{programme.Path}/submission")).Header("X-OpenRosa-Accept-Content-Length"));
        var body = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()));
        (await enketo.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
    }

    [Fact, Clause("OR-283")]
    public async Task Enketo_finds_exactly_its_form()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await programme.PublishAsync(id: form + "-2");
        var (_, email, password) = await programme.WebUserAsync("formfill");

        var list = (
            await Api.WithBasic(programme.Server, email, password).OpenRosa.GetAsync($"{programme.Path}/formList?formID={form}")
        ).ShouldBe(HttpStatusCode.OK);

        var entry = XDocument.Parse(list.Text).Root!.Elements().Single();
        Assert.Equal(form, entry.Elements().Single(child => child.Name.LocalName == "formID").Value);
    }

    [Fact, Clause("OR-284")]
    public async Task A_password_is_accepted_with_and_without_a_challenge()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var atOnce = Api.WithBasic(programme.Server, email, password).OpenRosa;
        using var whenAsked = new PasswordClient(programme.Server, email, password);

        (
            await atOnce.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
        ).ShouldBe(HttpStatusCode.Created);
        (
            await whenAsked.SendAsync(
                HttpMethod.Post,
                $"{programme.Path}/submission",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            )
        ).ShouldBe(HttpStatusCode.Created);
    }
}
