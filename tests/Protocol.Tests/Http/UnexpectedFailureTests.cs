using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>What a client sees when nothing works any more.</summary>
public sealed class UnexpectedFailureTests
{
    [Fact, Clause("OR-021"), Clause("OR-108")]
    public async Task Without_storage_every_answer_is_500_in_the_format_of_its_path()
    {
        await using var fresh = await OwnStorage.StartWithEmulatorAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "300" });

        // On empty storage, concurrent first sign-ins all succeed.
        var signedIn = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Api.AdministratorAsync(fresh.Server)));
        var ids = await Task.WhenAll(
            signedIn.Select(async admin =>
                (await admin.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetInt32()
            )
        );
        Assert.Single(ids.Distinct());

        var programme = await Programme.StartAsync(fresh.Server);
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        (await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);

        await fresh.EndStorageAsync();

        foreach (
            var answer in await Task.WhenAll(
                phone.GetAsync($"{programme.Path}/formList"),
                phone.GetAsync($"{programme.FormPath("unheard of")}/manifest"),
                phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
            )
        )
        {
            answer.ShouldBeOpenRosaError(500, "trace id");
            ShouldReportNothing(answer);
        }
        foreach (
            var answer in await Task.WhenAll(
                phone.GetAsync($"{programme.FormPath("unheard of")}.xml"),
                programme.Admin.GetAsync("/projects"),
                Api.Anonymous(fresh.Server).PostJsonAsync("/sessions", new { email = "somebody@example.org", password = "some password" })
            )
        )
        {
            ShouldReportNothing(answer.ShouldBeProblem(500.1m, "trace id"));
        }
    }

    [Theory]
    [InlineData("GET /v1/projects HTTP/9.9\r\nHost: a\r\n\r\n")]
    [InlineData("GET/v1/projects\r\n\r\n")]
    [InlineData("GET /v1/projects HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/projects HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /v1/projects HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET /v1/projects HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n")]
    [InlineData("GET http://other.example/v1/projects HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [Trait("Needs", "FrontEnd")]
    public async Task Invalid_HTTP_is_a_bare_400(string request)
    {
        var server = await Server.SharedAsync();
        var answer = await RawHttp.SendAsync(server, request);
        Assert.InRange((int)answer.Status, 400, 505);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.Status);
        (await Api.Anonymous(server).GetAsync("/projects")).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task More_header_than_any_client_sends_is_refused()
    {
        var server = await Server.SharedAsync();
        var answer = await RawHttp.SendAsync(server, "GET", "/v1/projects", $"Cookie: {new string('a', 40_000)}");
        answer.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    private static void ShouldReportNothing(Answer answer)
    {
        foreach (var secret in new[] { "127.0.0.1", "devstoreaccount", "Exception:", "   at ", "refused" })
        {
            Assert.DoesNotContain(secret, answer.Text, StringComparison.Ordinal);
        }
    }
}
