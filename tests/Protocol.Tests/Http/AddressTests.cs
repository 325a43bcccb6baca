using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>What paths are served, and which addresses are given out (OR-022 to OR-040).</summary>
public sealed class AddressTests
{
    private const string Version = "X-OpenRosa-Version: 1.0";

    [Theory, Clause("OR-032")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Form_lists_and_manifests_accept_GET_and_HEAD_only(string method)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        foreach (var client in new[] { phone, programme.Admin.OpenRosa, Api.Anonymous(programme.Server) })
        {
            (await client.SendAsync(new HttpMethod(method), $"{programme.Path}/formList")).ShouldBeProblem(
                404.1m,
                "Could not find the resource"
            );
            (await client.SendAsync(new HttpMethod(method), $"{programme.FormPath(form)}/manifest")).ShouldBeProblem(404.1m);
        }
    }

    [Theory]
    [InlineData("/index.html", 404.2)]
    [InlineData("/formList", 404.2)]
    [InlineData("/projects/1/formList", 404.2)]
    [InlineData("/version/1", 404.2)]
    [InlineData("/v/1", 404.2)]
    [InlineData("/%76", 404.2)]
    [InlineData("/v2/projects/1/formList", 404.3)]
    [InlineData("/v2", 404.3)]
    [InlineData("/v0/projects", 404.3)]
    [InlineData("/v99999999999999999999/projects", 404.3)]
    [Clause("OR-033")]
    public async Task A_path_with_a_wrong_API_version_is_refused(string path, double code)
    {
        var answer = await RawHttp.SendAsync(await Server.SharedAsync(), "GET", path, Version);
        answer.ShouldBeProblem((decimal)code);
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/")]
    [InlineData("/v1/forms")]
    [InlineData("/v1//projects/1/formList")]
    [InlineData("/v1/projects/1/formList/more")]
    [InlineData("/v1/key")]
    [InlineData("/v1/key/a/b")]
    [Clause("OR-034")]
    public async Task An_unknown_path_is_not_found(string path)
    {
        var server = await Server.SharedAsync();
        (await RawHttp.SendAsync(server, "GET", path, Version)).ShouldBeProblem(404.1m, "Could not find the resource");
        (await RawHttp.SendAsync(server, "POST", path, "", [Version, "Content-Length: 0"])).ShouldBeProblem(404.1m);
    }

    [Theory, Clause("OR-034")]
    [InlineData("/projects/x", 400.11)]
    [InlineData("/projects/99999999999", 400.22)]
    [InlineData("/projects/x/forms/a/submissions", 400.11)]
    [InlineData("/projects/1/app-users/x", 400.11)]
    [InlineData("/projects/1/assignments/manager/x", 400.11)]
    [InlineData("/projects/1/forms/users/nothing", 404.1)]
    [InlineData("/projects/1/forms/x/restore", 400.11)]
    public async Task A_non_numeric_id_in_an_address_is_refused(string path, double code)
    {
        var admin = await Api.AdministratorAsync();
        (await admin.GetAsync(path)).ShouldBeProblem((decimal)code);
        (await admin.PostAsync(path)).ShouldBeProblem((decimal)code);
        if (path == "/projects/x")
        {
            (await admin.OpenRosa.GetAsync($"{path}/formList")).ShouldBeOpenRosaError(400, "(integer)");
        }
    }

    [Theory]
    [InlineData("/v1/%zz", false)]
    [InlineData("/v1/projects/%", false)]
    [InlineData("/v1/%ff%fe/%c0%af", false)]
    [InlineData("/v1/projects/{0}/forms/%zz.xml", true)]
    [InlineData("/v1/projects/{0}/forms/%ff/attachments/a.png", true)]
    [InlineData("/v1/projects/{0}/forms/%e2%82.xml", true)]
    [InlineData("/v1/projects/{0}/forms/a%2", true)]
    [InlineData("/v1/projects/{0}/forms/%2F%zz%252F.xml", true)]
    [Clause("OR-035")]
    public async Task An_invalid_escape_in_a_path_is_404(string path, bool signedIn)
    {
        var programme = await Programme.StartAsync();
        var target = path.Replace("{0}", $"{programme.Id}", StringComparison.Ordinal);
        var answer = await RawHttp.SendAsync(
            programme.Server,
            "GET",
            target,
            signedIn ? [$"Authorization: Bearer {programme.Admin.Token}"] : []
        );
        answer.ShouldBeProblem(404.1m, "Could not find the resource");
    }

    [Fact, Clause("OR-035")]
    public async Task A_NUL_in_the_path_is_refused_before_anything_reads_it()
    {
        var programme = await Programme.StartAsync();
        foreach (var target in new[] { "/v1/%00", $"/v1{programme.Path}/forms/a%00.xml", $"/v1{programme.Path}/forms/a/attachments/%00" })
        {
            (await RawHttp.SendAsync(programme.Server, "GET", target, $"Authorization: Bearer {programme.Admin.Token}")).ShouldBe(
                HttpStatusCode.BadRequest
            );
        }
        (
            await RawHttp.SendAsync(
                programme.Server,
                "GET",
                $"/v1{programme.Path}/formList?formID=%00&st",
                $"Authorization: Bearer {programme.Admin.Token}",
                Version
            )
        ).ShouldBeOpenRosaError(401, "Could not authenticate");
        (
            await RawHttp.SendAsync(
                programme.Server,
                "GET",
                $"/v1{programme.Path}/formList?formID=%00",
                $"Authorization: Bearer {programme.Admin.Token}",
                Version
            )
        ).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-034")]
    public async Task Dot_segments_in_a_path_do_not_bypass_routing()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);
        var root = $"/v1/key/{phone.Key}{programme.FormPath(form)}";

        (await RawHttp.SendAsync(programme.Server, "GET", $"{root}/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK);
        foreach (
            var name in new[]
            {
                "..%2F..%2Fform.xml",
                "%2e%2e%2fform.xml",
                "..%5c..%5cform.xml",
                "..%252Fform.xml",
                "%2Fetc%2Fpasswd",
                "leaf.png%2F",
                ".%2Fleaf.png",
            }
        )
        {
            (await RawHttp.SendAsync(programme.Server, "GET", $"{root}/attachments/{name}")).ShouldBeProblem(404.1m);
        }

        // Dot segments must not leave the path with the key.
        (await RawHttp.SendAsync(programme.Server, "GET", $"{root}/../../../../../../projects", Version)).ShouldBeProblem(401.2m);
        (
            await RawHttp.SendAsync(programme.Server, "GET", $"/v1/key/{phone.Key}/../../projects/{programme.Id}/formList", Version)
        ).ShouldBeOpenRosaError(401, "Could not authenticate");
    }

    [Theory, Clause("OR-038")]
    [InlineData("offset=abc")]
    [InlineData("limit=abc")]
    [InlineData("limit=-1")]
    [InlineData("offset=1.5")]
    [InlineData("limit=")]
    [InlineData("limit=99999999999999999999")]
    public async Task A_non_numeric_page_is_refused(string query)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        (await phone.GetAsync($"{programme.Path}/formList?{query}")).ShouldBeOpenRosaError(400, "Invalid input data type");
        (await phone.GetAsync($"{programme.FormPath(form)}/manifest?{query}")).ShouldBeOpenRosaError(400, "Invalid input data type");
        (await phone.GetAsync($"{programme.Path}/formList?limit=10&offset=0")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-039")]
    public async Task Addresses_start_with_the_configured_origin_whatever_host_was_asked()
    {
        var server = await Server.StartAsync(new Dictionary<string, string> { ["Rosa__PublicUrl"] = "https://forms.example.org/" });
        var programme = await Programme.StartAsync(server);
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = (await programme.AppUserAsync(form))
            .With("Host", "evil.example:8080")
            .With("X-Forwarded-Host", "evil.example")
            .With("Forwarded", "host=evil.example");
        var root = $"https://forms.example.org/v1/key/{phone.Key}{programme.FormPath(form)}";

        var list = (await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains(
            $"<downloadUrl>{root}.xml</downloadUrl><manifestUrl>{root}/manifest</manifestUrl>",
            list.Text,
            StringComparison.Ordinal
        );
        var groups = (await phone.GetAsync("/formList")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains(
            $"<listUrl>https://forms.example.org/v1/key/{phone.Key}{programme.Path}/formList</listUrl>",
            groups.Text,
            StringComparison.Ordinal
        );
        var manifest = (await phone.GetAsync($"{programme.FormPath(form)}/manifest")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains($"<downloadUrl>{root}/attachments/leaf.png</downloadUrl>", manifest.Text, StringComparison.Ordinal);
        var sent = await phone.PostAsync(
            $"{programme.Path}/submission",
            Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
        );
        Assert.StartsWith(
            $"{root}/submissions/uuid%3A",
            sent.ShouldBe(HttpStatusCode.Created).Header("Location"),
            StringComparison.Ordinal
        );

        foreach (
            var answer in new[]
            {
                list,
                groups,
                manifest,
                sent,
                await phone.GetAsync("/none"),
                await phone.GetAsync($"{programme.FormPath("none")}/manifest"),
            }
        )
        {
            Assert.DoesNotContain("evil", $"{answer.Text}{answer.Headers}{answer.ContentHeaders}", StringComparison.Ordinal);
        }
    }

    [Fact, Clause("OR-040")]
    public async Task A_slash_in_the_query_changes_no_address()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);
        foreach (var path in new[] { $"{programme.Path}/formList", $"{programme.FormPath(form)}/manifest", "/formList" })
        {
            var plain = (await phone.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Text;
            Assert.Equal(plain, (await phone.GetAsync($"{path}?deviceID=a/b/projects/9/../forms")).ShouldBe(HttpStatusCode.OK).Text);
            Assert.Equal(
                plain,
                (await RawHttp.SendAsync(programme.Server, "GET", $"/v1/key/{phone.Key}{path}?//x/y", Version))
                    .ShouldBe(HttpStatusCode.OK)
                    .Text
            );
        }
    }
}
