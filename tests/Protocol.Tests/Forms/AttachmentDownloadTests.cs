using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Downloading a form's files.</summary>
public sealed class AttachmentDownloadTests
{
    private static readonly byte[] Content = Samples.Bytes(1000);

    [Theory, Clause("OR-136")]
    [InlineData("leaf.png", "image/png", "image/png")]
    [InlineData("list.csv", "text/csv", "text/csv; charset=utf-8")]
    [InlineData("list.csv", "text/csv; charset=iso-8859-1", "text/csv; charset=iso-8859-1")]
    [InlineData("list.csv", null, "text/csv; charset=utf-8")]
    [InlineData("PLACES.GeoJSON", null, "application/geo+json")]
    [InlineData("leaf.png", null, "application/octet-stream")]
    public async Task A_file_comes_with_its_type_name_and_tag(string name, string? sent, string served)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync((name, Content, sent));
        var file = (
            await (await programme.AppUserAsync(form))
                .With("X-OpenRosa-Version", null)
                .GetAsync($"{programme.FormPath(form)}/attachments/{name}")
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Content, file.Bytes);
        Assert.Equal(served, file.Header("Content-Type"));
        Assert.Equal($"attachment; filename=\"{name}\"; filename*=UTF-8''{name}", file.Header("Content-Disposition"));
        Assert.Equal($"\"{ProgrammeForms.Md5(Content)}\"", file.Header("ETag"));
        Assert.Equal("1000", file.Header("Content-Length"));
    }

    [Fact, Clause("OR-137")]
    public async Task A_client_with_the_current_file_gets_304()
    {
        var (programme, path) = await FileAsync();
        var etag = $"\"{ProgrammeForms.Md5(Content)}\"";
        foreach (var condition in new[] { etag, $"W/{etag}", "*", $"\"other\", W/{etag}" })
        {
            var same = (await programme.Admin.With("If-None-Match", condition).GetAsync(path)).ShouldBe(HttpStatusCode.NotModified);
            Assert.Equal(etag, same.Header("ETag"));
            Assert.Empty(same.Bytes);
        }
        (await programme.Admin.With("If-None-Match", "\"other\"").GetAsync(path)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, Clause("OR-136")]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=100-199", 100, 100)]
    [InlineData("bytes=999-", 999, 1)]
    [InlineData("bytes=990-5000", 990, 10)]
    [InlineData("bytes=-10", 990, 10)]
    [InlineData("bytes=-5000", 0, 1000)]
    [InlineData("bytes=0-", 0, 1000)]
    public async Task An_interrupted_download_can_be_resumed(string range, int offset, int length)
    {
        var (programme, path) = await FileAsync();
        var part = (await programme.Admin.With("Range", range).GetAsync(path)).ShouldBe(HttpStatusCode.PartialContent);
        Assert.Equal(Content[offset..(offset + length)], part.Bytes);
        Assert.Equal($"bytes {offset}-{offset + length - 1}/1000", part.Header("Content-Range"));
        Assert.Equal($"{length}", part.Header("Content-Length"));
    }

    [Theory, Clause("OR-136")]
    [InlineData("bytes=1000-")]
    [InlineData("bytes=1000-2000")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_file_is_refused(string range)
    {
        var (programme, path) = await FileAsync();
        var refused = (await programme.Admin.With("Range", range).GetAsync(path)).ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        Assert.Equal("bytes */1000", refused.Header("Content-Range"));
        Assert.Empty(refused.Bytes);
    }

    [Theory, Clause("OR-136")]
    [InlineData("bytes=0-1,5-6", null)]
    [InlineData("bytes=x", null)]
    [InlineData("bytes=5-2", null)]
    [InlineData("lines=1-2", null)]
    [InlineData("bytes=0-9", "\"other\"")]
    [InlineData("bytes=0-9", "Mon, 14 Feb 2011 16:48:15 GMT")]
    public async Task Invalid_ranges_and_ranges_of_another_version_get_the_whole_file(string range, string? condition)
    {
        var (programme, path) = await FileAsync();
        Assert.Equal(
            Content,
            (await programme.Admin.With("Range", range).With("If-Range", condition).GetAsync(path)).ShouldBe(HttpStatusCode.OK).Bytes
        );
    }

    [Fact, Clause("OR-136")]
    public async Task A_range_request_for_the_current_version_gets_206()
    {
        var (programme, path) = await FileAsync();
        var part = await programme.Admin.With("Range", "bytes=5-9").With("If-Range", $"\"{ProgrammeForms.Md5(Content)}\"").GetAsync(path);
        Assert.Equal(Content[5..10], part.ShouldBe(HttpStatusCode.PartialContent).Bytes);
        Assert.Empty((await programme.Admin.HeadAsync(path)).ShouldBe(HttpStatusCode.OK).Bytes);
    }

    [Fact, Clause("OR-136")]
    public async Task An_empty_file_is_a_file()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("empty.csv", [], "text/csv"));
        var path = $"{programme.FormPath(form)}/attachments/empty.csv";
        Assert.Empty((await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Bytes);
        (await programme.Admin.With("Range", "bytes=0-").GetAsync(path)).ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Fact, Clause("OR-138")]
    public async Task An_empty_or_unknown_slot_is_not_found_in_JSON()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        await programme.PublishAsync(Samples.Form(form, pictures: "leaf.png"), form);
        foreach (
            var path in new[]
            {
                "/attachments/leaf.png",
                "/attachments/other.png",
                "/versions/1/attachments/leaf.png",
                "/versions/2/attachments/leaf.png",
                "/draft/attachments/leaf.png",
            }
        )
        {
            (await programme.Admin.GetAsync(programme.FormPath(form) + path)).ShouldBeProblem(404.1m);
        }
        (await programme.Admin.GetAsync($"{programme.FormPath("nothing")}/attachments/leaf.png")).ShouldBeProblem(404.1m);
    }

    [Theory, Clause("OR-139"), Clause("OR-136")]
    [InlineData("feuille séchée.png", "feuille s-ch-e.png", "feuille%20s%C3%A9ch%C3%A9e.png")]
    [InlineData("葉.png", "-.png", "%E8%91%89.png")]
    [InlineData("a\"; x=\"b.png", "a; x=b.png", "a%22%3B%20x%3D%22b.png")]
    [InlineData("..\\..\\evil.png", "....evil.png", "..%5C..%5Cevil.png")]
    [InlineData("100%41'(1)*.png", "10041'(1).png", "100%2541%27%281%29%2A.png")]
    [InlineData("c:<a>|b?.png", "cab.png", "c%3A%3Ca%3E%7Cb%3F.png")]
    public async Task A_name_of_any_kind_is_safe_in_the_header_and_whole_in_its_encoded_form(string name, string plain, string encoded)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync((name, Content, "image/png"));
        var listed = Assert.Single((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest());
        Assert.Equal(name, listed.Name);
        var file = (await programme.Admin.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal($"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}", file.Header("Content-Disposition"));
        Assert.Equal("nosniff", file.Header("X-Content-Type-Options"));
    }

    [Fact, Clause("OR-142")]
    public async Task A_large_file_is_streamed_from_the_address_in_the_manifest_which_carries_no_signature()
    {
        var large = Samples.Bytes(9 << 20);
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("clip.mp4", large, "video/mp4"));
        var listed = Assert.Single((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest());
        Assert.DoesNotContain('?', listed.DownloadUrl);
        Assert.Equal("md5:" + ProgrammeForms.Md5(large), listed.Hash);
        Assert.Equal(large, (await programme.Admin.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Bytes);
        Assert.Equal(
            large[5_000_000..5_000_100],
            (await programme.Admin.With("Range", "bytes=5000000-5000099").GetAsync(listed.DownloadUrl)).Bytes
        );
    }

    private static async Task<(Programme Programme, string Path)> FileAsync()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("leaf.png", Content, "image/png"));
        return (programme, $"{programme.FormPath(form)}/attachments/leaf.png");
    }
}
