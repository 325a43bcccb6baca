using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>HEAD and GET where phones look before they send, redirects, and chunked bodies (OR-022 to OR-031).</summary>
public sealed class PreflightTests
{
    [Fact, Clause("OR-022"), Clause("OR-023"), Clause("OR-025"), Clause("OR-028")]
    public async Task HEAD_before_a_submission_is_204_without_body()
    {
        var programme = await Programme.StartAsync();
        var (stranger, email, password) = await programme.WebUserAsync();
        var elsewhere = await Programme.StartAsync();

        foreach (
            var client in new[]
            {
                await programme.AppUserAsync(),
                programme.Admin.OpenRosa,
                stranger.OpenRosa,
                Api.WithBasic(programme.Server, email, password).OpenRosa,
                await elsewhere.AppUserAsync(),
            }
        )
        {
            foreach (
                var answer in new[]
                {
                    await client.HeadAsync($"{programme.Path}/submission"),
                    await client.GetAsync($"{programme.Path}/submission?deviceID=a"),
                }
            )
            {
                answer.ShouldBe(HttpStatusCode.NoContent).ShouldBeOpenRosa();
                Assert.Empty(answer.Bytes);
                Assert.Null(answer.Header("Content-Type"));
                Assert.Null(answer.Header("Location"));
            }
        }
    }

    [Fact, Clause("OR-024")]
    public async Task HEAD_of_an_unknown_project_is_404()
    {
        var programme = await Programme.StartAsync();
        foreach (var client in new[] { programme.Admin.OpenRosa, await programme.AppUserAsync() })
        {
            (await client.GetAsync("/projects/2000000000/submission")).ShouldBeOpenRosaError(404, "Could not find the resource");
            var head = (await client.HeadAsync("/projects/2000000000/submission")).ShouldBe(HttpStatusCode.NotFound).ShouldBeOpenRosa();
            Assert.Empty(head.Bytes);
        }
    }

    [Fact, Clause("OR-026")]
    [Trait("Needs", "FrontEnd")]
    public async Task HEAD_without_credentials_is_challenged()
    {
        var programme = await Programme.StartAsync();
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;

        var head = (await anonymous.HeadAsync($"{programme.Path}/submission")).ShouldBe(HttpStatusCode.Unauthorized).ShouldBeOpenRosa();
        Assert.Equal("Basic realm=\"ODK\", charset=\"UTF-8\"", head.Header("WWW-Authenticate"));
        Assert.Empty(head.Bytes);
        Assert.Equal("100000000", head.Header("X-OpenRosa-Accept-Content-Length"));

        var plain = (await anonymous.With("X-Forwarded-Proto", null).HeadAsync($"{programme.Path}/submission")).ShouldBe(
            HttpStatusCode.Unauthorized
        );
        Assert.Null(plain.Header("WWW-Authenticate"));
    }

    [Fact, Clause("OR-027")]
    public async Task HEAD_gives_the_headers_of_GET_and_no_body()
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
                $"{programme.FormPath("unheard of")}/manifest",
            }
        )
        {
            var (get, head) = (await phone.GetAsync(path), await phone.HeadAsync(path));
            Assert.Equal(get.Status, head.Status);
            Assert.NotEmpty(get.Bytes);
            Assert.Empty(head.Bytes);
            foreach (
                var name in new[]
                {
                    "Content-Type",
                    "Content-Length",
                    "ETag",
                    "Cache-Control",
                    "Vary",
                    "X-OpenRosa-Version",
                    "X-OpenRosa-Accept-Content-Length",
                    "Content-Disposition",
                }
            )
            {
                Assert.Equal((name, get.Header(name)), (name, head.Header(name)));
            }
        }
    }

    [Fact, Clause("OR-029"), Clause("OR-030")]
    public async Task A_201_has_the_submission_s_address_and_no_POST_is_redirected()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync(id: $"{Samples.Unique("å")} / 1");
        var phone = await programme.AppUserAsync(form);

        foreach (
            var (client, prefix) in new[]
            {
                (phone, $"/v1/key/{phone.Key}"),
                (phone.With("X-Forwarded-Proto", null), $"/v1/key/{phone.Key}"),
                (programme.Admin.OpenRosa, "/v1"),
            }
        )
        {
            var id = $"uuid:{Guid.NewGuid()} å/?#&\"";
            var sent = (await client.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, id)))).ShouldBe(
                HttpStatusCode.Created
            );
            var root = programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority) + prefix;
            Assert.Equal($"{root}{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}", sent.Header("Location"));

            var found = await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}");
            Assert.Equal(id, found.ShouldBe(HttpStatusCode.OK).Json.GetProperty("instanceId").GetString());
        }
    }

    [Fact, Clause("OR-031")]
    public async Task Chunked_bodies_without_a_length_are_accepted()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.CreateDraftAsync("leaf.png");
        var picture = Samples.Bytes(200_000);
        (
            await programme.Admin.PostAsync(
                $"{programme.FormPath(form)}/draft/attachments/leaf.png",
                new Chunked(Samples.Part(picture, "image/png"))
            )
        ).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/draft/publish")).ShouldBe(HttpStatusCode.OK);
        var phone = await programme.AppUserAsync(form);
        Assert.Equal(picture, (await phone.GetAsync($"{programme.FormPath(form)}/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK).Bytes);

        var id = Samples.NewInstanceId();
        var body = new Chunked(Samples.Multipart(Samples.Submission(form, id, photo: "a.jpg"), ("a.jpg", picture, "image/jpeg")));
        (await phone.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        var stored = await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{id}/attachments/a.jpg");
        Assert.Equal(picture, stored.ShouldBe(HttpStatusCode.OK).Bytes);

        var another = await programme.Admin.PostAsync(
            "/projects",
            new Chunked(new StringContent($"{{\"name\":\"{Samples.Unique("project")}\"}}", System.Text.Encoding.UTF8, "application/json"))
        );
        another.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>The same body, of a length that is not known before it ends.</summary>
    private sealed class Chunked : HttpContent
    {
        private readonly HttpContent _inner;

        public Chunked(HttpContent inner)
        {
            _inner = inner;
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(stream, context);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
