using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>What clients choose (names, types, documents) comes back as data, and never as headers or as pages.</summary>
public sealed class InjectionTests
{
    [Theory]
    [InlineData("a\"; filename=evil.html; x=\".png")]
    [InlineData("50% – ré ☃.png")]
    [InlineData("a;b,c='d'.png")]
    [InlineData("%0d%0aX-Injected: yes.png")]
    [InlineData("<script>alert(1)<script>.png")]
    public async Task A_file_name_cannot_inject_headers_or_paths(string name)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.CreateDraftAsync(name);
        var path = $"attachments/{Uri.EscapeDataString(name)}";
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/draft/{path}", Samples.Part([1, 2, 3], "image/png"))).ShouldBe(
            HttpStatusCode.OK
        );
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/draft/publish")).ShouldBe(HttpStatusCode.OK);

        var file = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/{path}")).ShouldBe(HttpStatusCode.OK);
        Assert.Null(file.Header("X-Injected"));
        var disposition = System.Net.Http.Headers.ContentDispositionHeaderValue.Parse(file.Header("Content-Disposition")!);
        Assert.Equal(("attachment", name), (disposition.DispositionType, disposition.FileNameStar));
        Assert.Equal(["filename", "filename*"], disposition.Parameters.Select(parameter => parameter.Name));
        Assert.Equal("nosniff", file.Header("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("text/html\nX-Injected: yes", "application/octet-stream")]
    [InlineData("image/png\rX-Injected: yes", "application/octet-stream")]
    [InlineData("image/png\u0001", "application/octet-stream")]
    [InlineData("image/p\u00f1g; name=\"\u2603\"", "application/octet-stream")]
    [InlineData("no type at all", "no type at all")]
    [InlineData("", "application/octet-stream")]
    public async Task The_content_type_of_a_part_cannot_inject_headers(string type, string kept)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var id = Samples.NewInstanceId();
        var body = new ByteArrayContent(
            Encoding.UTF8.GetBytes(
                "--b\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; "
                    + $"filename=\"s.xml\"\r\n\r\n{Samples.Submission(form, id, photo: "a.jpg")}"
                    + "\r\n--b\r\nContent-Disposition: form-data; name=\"a.jpg\"; filename=\"a.jpg\"\r\nContent-Type: "
                    + $"{type}\r\n\r\npicture\r\n--b--\r\n"
            )
        );
        body.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        (await phone.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        var file = await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{id}/attachments/a.jpg");
        Assert.Equal("picture", file.ShouldBe(HttpStatusCode.OK).Text);
        Assert.Equal(kept, file.Header("Content-Type"));
        Assert.Null(file.Header("X-Injected"));
    }

    [Fact]
    public async Task The_content_type_of_an_upload_cannot_inject_headers()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.CreateDraftAsync("leaf.png");
        var target = $"/v1{programme.FormPath(form)}/draft/attachments/leaf.png";
        foreach (var type in new[] { "image/png\u0001", "image/p\u00c3\u00b1g" })
        {
            var answer = await RawHttp.SendAsync(
                programme.Server,
                "POST",
                target,
                "leaf",
                [$"Authorization: Bearer {programme.Admin.Token}", $"Content-Type: {type}", "Content-Length: 4"]
            );
            answer.ShouldBe(HttpStatusCode.OK);
        }
        var file = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(("leaf", "application/octet-stream"), (file.Text, file.Header("Content-Type")));
    }

    [Fact]
    public async Task An_attachment_with_scripts_is_never_executed_by_a_browser()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var id = Samples.NewInstanceId();
        var xml = Samples
            .Submission(form, id)
            .Replace("<species>oak", "<species><script xmlns=\"http://www.w3.org/1999/xhtml\">alert(1)</script>", StringComparison.Ordinal);
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);

        foreach (
            var path in new[]
            {
                $"{programme.FormPath(form)}/submissions/{id}.xml",
                $"{programme.FormPath(form)}.xml",
                $"{programme.Path}/forms",
            }
        )
        {
            var document = (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            Assert.Equal("nosniff", document.Header("X-Content-Type-Options"));
            Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", document.Header("Content-Security-Policy"));
        }
    }
}
