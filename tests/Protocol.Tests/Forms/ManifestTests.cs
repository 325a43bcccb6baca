using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>The files that a phone needs beside a form.</summary>
[Trait("Speed", "Fast")]
public sealed class ManifestTests
{
    [Fact, Clause("OR-120"), Clause("OR-122"), Clause("OR-123"), Clause("OR-124"), Clause("OR-129")]
    public async Task Files_that_are_there_are_listed_by_name()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        await programme.DraftAsync(Samples.Form(form, pictures: ["c & d.png", "a.png", "empty.png", "B.png"]), form);
        foreach (var name in new[] { "c & d.png", "B.png", "a.png" })
        {
            (await programme.PutFileAsync(form, name, Encoding.UTF8.GetBytes(name), "image/png")).ShouldBe(HttpStatusCode.OK);
        }
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var phone = await programme.AppUserAsync(form);

        var files = (await phone.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest();
        Assert.Equal(["B.png", "a.png", "c & d.png"], files.Select(file => file.Name));
        foreach (var file in files)
        {
            Assert.Null(file.Type);
            Assert.Equal("md5:" + ProgrammeForms.Md5(Encoding.UTF8.GetBytes(file.Name)), file.Hash);
            Assert.Equal(file.Name, (await phone.GetAsync(file.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Text);
        }
    }

    [Fact, Clause("OR-121"), Clause("OR-122")]
    public async Task A_form_without_files_has_an_empty_manifest()
    {
        var programme = await Programme.StartAsync();
        var (none, unfilled) = (await programme.PublishAsync(), Samples.Unique("unfilled"));
        await programme.PublishAsync(Samples.Form(unfilled, pictures: "leaf.png"), unfilled);
        Assert.Empty((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(none)}/manifest")).Manifest());
        Assert.Empty((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(unfilled)}/manifest")).Manifest());
    }

    [Fact, Clause("OR-125")]
    public async Task The_hash_of_a_file_is_the_MD5_of_its_bytes()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("test.csv", "test,csv\n1,2"u8.ToArray(), "text/csv"));
        Assert.Equal(
            "md5:2241de57bbec8144c8ad387e69b3a3ba",
            Assert.Single((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest()).Hash
        );
    }

    [Fact, Clause("OR-126"), Clause("OR-133")]
    public async Task The_addresses_stay_under_that_of_the_manifest_and_never_change()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("a leaf.png", Samples.Bytes(10), "image/png"));
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2/b", pictures: "a leaf.png"))).ShouldBe(HttpStatusCode.OK);
        var phone = await programme.AppUserAsync(form);
        var token = await programme.DraftTokenAsync(form);

        foreach (
            var (client, below) in new[]
            {
                (phone, ""),
                (phone, "/versions/1"),
                (programme.Admin.OpenRosa, ""),
                (programme.Admin.OpenRosa, "/versions/1"),
                (programme.Admin.OpenRosa, "/draft"),
                (Api.WithDraftToken(programme.Server, token), "/draft"),
            }
        )
        {
            var manifest = await client.GetAsync($"{programme.FormPath(form)}{below}/manifest");
            var address = Assert.Single(manifest.Manifest()).DownloadUrl;
            Assert.Equal(client.Address($"{programme.FormPath(form)}{below}/attachments/a%20leaf.png"), address);
            Assert.Equal(Samples.Bytes(10), (await client.GetAsync(address)).ShouldBe(HttpStatusCode.OK).Bytes);

            var again = await client.GetAsync($"{programme.FormPath(form)}{below}/manifest");
            Assert.Equal(manifest.Text, again.Text);
            Assert.Equal(manifest.Header("ETag"), again.Header("ETag"));
        }
    }

    [Fact, Clause("OR-126")]
    public async Task A_key_in_the_query_becomes_a_key_in_the_returned_addresses()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("leaf.png", Samples.Bytes(10), "image/png"));
        var link = (await programme.Admin.PostJsonAsync($"{programme.FormPath(form)}/public-links", new { displayName = "Link" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var key = link.GetProperty("token").GetString()!;
        var file = Assert.Single(
            (
                await Api.Anonymous(programme.Server)
                    .OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest?st={Uri.EscapeDataString(key)}")
            ).Manifest()
        );
        Assert.Contains($"/v1/key/{key}/", file.DownloadUrl, StringComparison.Ordinal);
        (await Api.Anonymous(programme.Server).GetAsync(file.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-134")]
    public async Task Each_version_keeps_the_files_it_was_published_with()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("leaf.png", Samples.Bytes(10, seed: 1), "image/png"));
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2", pictures: ["leaf.png", "bark.png"]))).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, "leaf.png", Samples.Bytes(20, seed: 2), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, "bark.png", Samples.Bytes(30, seed: 3), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);

        foreach (
            var (below, files) in new[]
            {
                ("/versions/1", new[] { ("leaf.png", Samples.Bytes(10, seed: 1)) }),
                ("/versions/2", [("bark.png", Samples.Bytes(30, seed: 3)), ("leaf.png", Samples.Bytes(20, seed: 2))]),
                ("", [("bark.png", Samples.Bytes(30, seed: 3)), ("leaf.png", Samples.Bytes(20, seed: 2))]),
            }
        )
        {
            var listed = (await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}{below}/manifest")).Manifest();
            Assert.Equal(files.Select(file => file.Item1), listed.Select(file => file.Name));
            foreach (var (file, (_, content)) in listed.Zip(files))
            {
                Assert.Equal(content, (await programme.Admin.GetAsync(file.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Bytes);
            }
        }
    }

    [Fact, Clause("OR-135")]
    public async Task The_manifest_of_what_is_not_there_is_not_found_in_XML()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (
            var path in new[]
            {
                $"{programme.FormPath("nothing")}/manifest",
                $"{programme.FormPath(form)}/versions/2/manifest",
                $"{programme.FormPath(form)}/draft/manifest",
                "/projects/2000000000/forms/x/manifest",
            }
        )
        {
            (await programme.Admin.OpenRosa.GetAsync(path)).ShouldBeOpenRosaError(404, "Could not find the resource");
        }
    }

    [Fact, Clause("OR-120")]
    public async Task A_phone_that_has_the_current_manifest_gets_304()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(("leaf.png", Samples.Bytes(10), "image/png"));
        var path = $"{programme.FormPath(form)}/manifest";
        var etag = (await programme.Admin.OpenRosa.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Header("ETag")!;
        (await programme.Admin.OpenRosa.With("If-None-Match", $"W/{etag}").GetAsync(path))
            .ShouldBe(HttpStatusCode.NotModified)
            .ShouldBeOpenRosa();
    }
}
