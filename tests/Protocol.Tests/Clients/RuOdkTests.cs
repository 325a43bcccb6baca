using System.IO.Compression;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>Plays ruODK's export: Basic credentials, the keys, then everything in one archive.</summary>
[Trait("Needs", "FrontEnd")]
public sealed class RuOdkTests
{
    [Fact]
    public async Task A_form_is_exported_with_its_attachments()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var photo = Samples.Bytes(2000);
        using (
            var body = Samples.Multipart(
                Samples.Submission(form, Samples.NewInstanceId(), photo: "photo.jpg"),
                ("photo.jpg", photo, "image/jpeg")
            )
        )
        {
            (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        }
        var (_, email, password) = await programme.WebUserAsync("viewer");
        var client = Api.WithBasic(programme.Server, email, password).With("User-Agent", "ruODK/1.5");

        var projects = (await client.With("X-Extended-Metadata", "true").GetAsync("/projects")).ShouldBe(HttpStatusCode.OK).Json;
        var project = Assert.Single(projects.EnumerateArray());
        Assert.Equal(programme.Id, project.GetProperty("id").GetInt32());
        Assert.True(project.TryGetProperty("appUsers", out _) && project.TryGetProperty("lastSubmission", out _));
        var forms = (await client.With("X-Extended-Metadata", "true").GetAsync($"{programme.Path}/forms")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(form, Assert.Single(forms.EnumerateArray()).GetProperty("xmlFormId").GetString());
        (await client.GetAsync($"{programme.FormPath(form)}/fields?odata=true")).ShouldBe(HttpStatusCode.OK);

        var keys = (await client.GetAsync($"{programme.FormPath(form)}/submissions/keys")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("[]", keys.Text);
        using var none = new FormUrlEncodedContent([]);
        var export = await client.PostAsync($"{programme.FormPath(form)}/submissions.csv.zip?attachments=true", none);
        using var archive = new ZipArchive(new MemoryStream(export.ShouldBe(HttpStatusCode.OK).Bytes));
        Assert.Contains(archive.Entries, entry => entry.FullName == $"{form}.csv");
        var file = Assert.Single(archive.Entries, entry => entry.FullName.StartsWith("media/", StringComparison.Ordinal));
        using var stored = new MemoryStream();
        await using (var content = await file.OpenAsync())
        {
            await content.CopyToAsync(stored);
        }
        Assert.Equal(photo, stored.ToArray());
    }
}
