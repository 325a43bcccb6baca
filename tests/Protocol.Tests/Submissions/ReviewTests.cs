using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Review states, comments, deletion and restoration of submissions.</summary>
public sealed class ReviewTests
{
    [Fact]
    public async Task Versions_are_listed_newest_first_with_their_own_XML_and_files()
    {
        var (programme, form, phone) = await StartAsync();
        var (first, second) = (Samples.NewInstanceId(), Samples.NewInstanceId());
        var before = Samples.Submission(form, first, photo: "a.jpg");
        var after = Samples.Submission(form, second, species: "elm", photo: "b.jpg", deprecatedId: first);
        await SendAsync(programme, phone, before, ("a.jpg", Samples.Bytes(100, 1), "image/jpeg"));
        await SendAsync(programme, phone, after, ("b.jpg", Samples.Bytes(100, 2), "image/jpeg"));
        var path = At(programme, form, first);

        var versions = (await programme.Admin.GetAsync($"{path}/versions")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            [(second, true), (first, false)],
            versions.EnumerateArray().Select(v => (v.GetProperty("instanceId").GetString()!, v.GetProperty("current").GetBoolean()))
        );
        Assert.Equal(
            before,
            (await programme.Admin.GetAsync($"{path}/versions/{Uri.EscapeDataString(first)}.xml")).ShouldBe(HttpStatusCode.OK).Text
        );
        Assert.Equal(
            after,
            (await programme.Admin.GetAsync($"{path}/versions/{Uri.EscapeDataString(second)}.xml")).ShouldBe(HttpStatusCode.OK).Text
        );
        Assert.Equal(after, (await programme.Admin.GetAsync($"{path}.xml")).ShouldBe(HttpStatusCode.OK).Text);
        Assert.Equal(
            Samples.Bytes(100, 1),
            (await programme.Admin.GetAsync($"{path}/versions/{Uri.EscapeDataString(first)}/attachments/a.jpg"))
                .ShouldBe(HttpStatusCode.OK)
                .Bytes
        );
        Assert.Equal(
            "b.jpg",
            (await programme.Admin.GetAsync($"{path}/versions/{Uri.EscapeDataString(second)}/attachments"))
                .Json[0]
                .GetProperty("name")
                .GetString()
        );

        var other = Samples.NewInstanceId();
        await SendAsync(programme, phone, Samples.Submission(form, other));
        (await programme.Admin.GetAsync($"{path}/versions/{Uri.EscapeDataString(other)}")).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task Comments_come_newest_first_and_need_a_text()
    {
        var (programme, form, phone) = await StartAsync();
        var id = Samples.NewInstanceId();
        await SendAsync(programme, phone, Samples.Submission(form, id));
        var path = $"{At(programme, form, id)}/comments";
        (await programme.Admin.PostJsonAsync(path, new { body = "first" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostJsonAsync(path, new { body = "second" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            ["second", "first"],
            (await programme.Admin.GetAsync(path)).Json.EnumerateArray().Select(comment => comment.GetProperty("body").GetString())
        );
        (await programme.Admin.PostJsonAsync(path, new { body = " " })).ShouldBeProblem(400.2m);
        (await programme.Admin.PostJsonAsync($"{At(programme, form, "none")}/comments", new { body = "x" })).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task A_draft_s_submissions_have_comments_of_their_own()
    {
        var (programme, form, phone) = await StartAsync();
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var id = Samples.NewInstanceId();
        await SendAsync(programme, phone, Samples.Submission(form, id));
        var draft = $"{programme.FormPath(form)}/draft/submissions/{Uri.EscapeDataString(id)}/comments";
        (await programme.Admin.PostJsonAsync(draft, new { body = "not there" })).ShouldBeProblem(404.1m);

        (
            await programme.Admin.OpenRosa.PostAsync(
                $"{programme.FormPath(form)}/draft/submission",
                Samples.Multipart(Samples.Submission(form, id))
            )
        ).ShouldBe(HttpStatusCode.Created);
        (await programme.Admin.PostJsonAsync(draft, new { body = "a test" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostJsonAsync(draft, new { body = "" })).ShouldBeProblem(400.2m);

        Assert.Equal(
            "a test",
            Assert
                .Single((await programme.Admin.GetAsync(draft)).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray())
                .GetProperty("body")
                .GetString()
        );
        Assert.Empty(
            (await programme.Admin.GetAsync($"{At(programme, form, id)}/comments")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()
        );
    }

    [Fact, Clause("OR-208")]
    public async Task A_deleted_submission_is_listed_as_deleted_only_refused_again_and_can_be_restored()
    {
        var (programme, form, phone) = await StartAsync();
        var id = Samples.NewInstanceId();
        var xml = Samples.Submission(form, id, photo: "a.jpg");
        await SendAsync(programme, phone, xml, ("a.jpg", Samples.Bytes(100), "image/jpeg"));
        var path = At(programme, form, id);

        (await programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync(path)).ShouldBeProblem(404.1m);
        Assert.Empty(await IdsAsync(""));
        Assert.Equal([id], await IdsAsync("?deleted=true"));
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBeOpenRosaError(409, "has been deleted");
        (await programme.Admin.DeleteAsync(path)).ShouldBeProblem(404.1m);

        (await programme.Admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostAsync($"{path}/restore")).ShouldBeProblem(404.1m);
        Assert.Equal([id], await IdsAsync(""));
        Assert.Empty(await IdsAsync("?deleted=true"));
        Assert.Equal(Samples.Bytes(100), (await programme.Admin.GetAsync($"{path}/attachments/a.jpg")).ShouldBe(HttpStatusCode.OK).Bytes);
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);

        async Task<string[]> IdsAsync(string query) =>
            [
                .. (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions{query}"))
                    .ShouldBe(HttpStatusCode.OK)
                    .Json.EnumerateArray()
                    .Select(row => row.GetProperty("instanceId").GetString()!),
            ];
    }

    [Fact]
    public async Task Attachments_are_uploaded_and_removed_and_submitters_are_listed_once()
    {
        var (programme, form, phone) = await StartAsync();
        var id = Samples.NewInstanceId();
        await SendAsync(programme, phone, Samples.Submission(form, id, photo: "a.jpg"));
        await SendAsync(programme, phone, Samples.Submission(form, Samples.NewInstanceId()));
        var file = $"{At(programme, form, id)}/attachments/a.jpg";

        (await programme.Admin.PostAsync(file, Samples.Part(Samples.Bytes(50), "image/jpeg"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Samples.Bytes(50), (await programme.Admin.GetAsync(file)).ShouldBe(HttpStatusCode.OK).Bytes);
        (await programme.Admin.DeleteAsync(file)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync(file)).ShouldBeProblem(404.1m);
        (
            await programme.Admin.PostAsync($"{At(programme, form, id)}/attachments/b.jpg", Samples.Part(Samples.Bytes(50), "image/jpeg"))
        ).ShouldBeProblem(404.1m);

        var submitters = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/submitters"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal("field_key", Assert.Single(submitters.EnumerateArray()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_page_of_a_hundred_costs_at_most_two_operations()
    {
        var (programme, form, phone) = await StartAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 120),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (_, _) => await SendAsync(programme, phone, Samples.Submission(form, Samples.NewInstanceId()))
        );
        var page = await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions?limit=100");
        Assert.Equal(100, page.ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
        Assert.True(page.StorageOperations <= 2, $"It cost {page.StorageOperations} operations.");
        Assert.Equal(
            20,
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions?limit=100&offset=100")).Json.GetArrayLength()
        );
    }

    private static async Task<(Programme Programme, string Form, Api Phone)> StartAsync()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        return (programme, form, await programme.AppUserAsync(form));
    }

    private static string At(Programme programme, string form, string id) =>
        $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}";

    private static async Task SendAsync(
        Programme programme,
        Api phone,
        string xml,
        params (string Name, byte[] Content, string Type)[] files
    ) => (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml, files))).ShouldBe(HttpStatusCode.Created);
}
