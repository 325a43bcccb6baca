using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>Cache headers and revalidation (OR-032 to OR-040).</summary>
public sealed class CachingTests
{
    private const string Keepable = "private, no-cache";
    private const string KeepableVary = "Accept-Encoding, Origin";

    [Fact, Clause("OR-036")]
    public async Task GET_answers_are_cached_privately_and_revalidated()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);

        foreach (
            var (client, path) in new[]
            {
                (phone, $"{programme.Path}/formList"),
                (phone, $"{programme.FormPath(form)}/manifest"),
                (phone, $"{programme.Path}/submission"),
                (phone, $"{programme.FormPath(form)}.xml"),
                (phone, $"{programme.FormPath(form)}/attachments/leaf.png"),
                (phone, $"{programme.FormPath("unheard of")}/manifest"),
                (Api.Anonymous(programme.Server), $"{programme.FormPath(form)}.xml"),
                (programme.Admin, "/projects"),
                (programme.Admin, "/users/current"),
                (programme.Admin, "/no/such/path"),
                (programme.Admin, $"{programme.FormPath(form)}/submissions"),
            }
        )
        {
            foreach (var answer in new[] { await client.GetAsync(path), await client.HeadAsync(path) })
            {
                Assert.Equal((path, Keepable, KeepableVary), (path, answer.Header("Cache-Control"), answer.Header("Vary")));
            }
        }
    }

    [Fact, Clause("OR-036")]
    public async Task Answers_about_sessions_and_changes_must_not_be_cached()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        foreach (
            var answer in new[]
            {
                await programme.Admin.GetAsync("/sessions/restore"),
                await programme.Admin.HeadAsync("/sessions/restore"),
                await Api.Anonymous(programme.Server).GetAsync("/sessions/restore"),
                await Api.Anonymous(programme.Server)
                    .PostJsonAsync("/sessions", new { email = Server.AdminEmail, password = Server.AdminPassword }),
                await Api.Anonymous(programme.Server).DeleteAsync("/sessions/current"),
                await programme.Admin.PatchJsonAsync(programme.Path, new { name = Samples.Unique("project") }),
                await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))),
                await phone.PostAsync($"{programme.Path}/formList"),
            }
        )
        {
            Assert.Equal(("no-store", "*"), (answer.Header("Cache-Control"), answer.Header("Vary")));
        }
    }

    [Fact, Clause("OR-037")]
    public async Task Unchanged_content_gets_304()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);

        foreach (
            var path in new[]
            {
                $"{programme.Path}/formList",
                $"{programme.FormPath(form)}/manifest",
                $"{programme.FormPath(form)}.xml",
                $"{programme.FormPath(form)}/attachments/leaf.png",
            }
        )
        {
            var first = (await phone.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            var etag = Assert.IsType<string>(first.Header("ETag"));
            Assert.Matches("^\"[0-9a-f]{32}\"$", etag);
            Assert.Equal($"\"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(first.Bytes))}\"", etag);

            foreach (var condition in new[] { etag, $"W/{etag}", $"\"other\", {etag}", "*" })
            {
                foreach (
                    var again in new[]
                    {
                        await phone.With("If-None-Match", condition).GetAsync(path),
                        await phone.With("If-None-Match", condition).HeadAsync(path),
                    }
                )
                {
                    again.ShouldBe(HttpStatusCode.NotModified);
                    Assert.Empty(again.Bytes);
                    Assert.Equal(
                        (etag, Keepable, KeepableVary),
                        (again.Header("ETag"), again.Header("Cache-Control"), again.Header("Vary"))
                    );
                    Assert.Equal(first.Header("X-OpenRosa-Version"), again.Header("X-OpenRosa-Version"));
                }
            }
            foreach (var condition in new[] { "\"other\"", etag.Trim('"'), "no tag at all" })
            {
                Assert.Equal(first.Bytes, (await phone.With("If-None-Match", condition).GetAsync(path)).ShouldBe(HttpStatusCode.OK).Bytes);
            }
        }
    }

    [Fact, Clause("OR-037")]
    public async Task A_client_that_lost_access_to_a_form_gets_no_304()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var etag = (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK).Header("ETag");

        (await programme.Admin.PatchJsonAsync(programme.FormPath(form), new { state = "closed" })).ShouldBe(HttpStatusCode.OK);
        (await phone.With("If-None-Match", etag).GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);
        (await phone.With("If-None-Match", "*").GetAsync($"{programme.FormPath(form)}/manifest")).ShouldBeOpenRosaError(403, "rights");
    }
}
