using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Datasets that stand in the media slots of forms, and how phones get them.</summary>
public sealed class EntityListTests
{
    [Fact, Clause("OR-179")]
    public async Task A_new_form_s_slot_named_like_a_dataset_is_linked_to_it_and_later_drafts_keep_what_they_had()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync();
        var form = Samples.Unique("reading");
        string[] files = [$"{dataset}.csv", $"{dataset.ToUpperInvariant()}.csv", $"{dataset}.CSV", "other.csv"];
        await programme.DraftAsync(EntityForms.Reading(form, files: files), form);
        Assert.Equal([$"{dataset}.csv"], await LinkedAsync(programme, form));

        // Links are carried over, and an unlinked slot stays unlinked.
        (await programme.ReplaceDraftAsync(form, EntityForms.Reading(form, files: files))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([$"{dataset}.csv"], await LinkedAsync(programme, form));
        (await programme.LinkAsync(form, $"{dataset}.csv", linked: false)).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Empty(await LinkedAsync(programme, form));
        Assert.Empty((await programme.DatasetAsync(dataset)).GetProperty("linkedForms").Names());
    }

    [Theory, Clause("OR-179")]
    [InlineData("")]
    [InlineData("?publish=true")]
    public async Task A_form_that_creates_and_reads_a_dataset_is_linked_to_it_on_publication(string query)
    {
        var programme = await Programme.StartAsync();
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        (await programme.CreateFormAsync(EntityForms.Filling(form, dataset, files: [$"{dataset}.csv"]), query)).ShouldBe(HttpStatusCode.OK);
        if (query.Length == 0)
        {
            Assert.Empty(await LinkedAsync(programme, form));
            (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        }
        Assert.Equal(
            "entityList",
            (await programme.Admin.OpenRosa.ListedFileAsync($"{programme.FormPath(form)}/manifest")).Attribute("type")?.Value
        );
        Assert.Equal([form], (await programme.DatasetAsync(dataset)).GetProperty("linkedForms").Names("xmlFormId"));
    }

    [Fact]
    public async Task A_slot_with_a_file_keeps_it_when_a_dataset_of_its_name_is_created()
    {
        var programme = await Programme.StartAsync();
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        await programme.DraftAsync(EntityForms.Filling(form, dataset, files: [$"{dataset}.csv"]), form);
        (await programme.PutFileAsync(form, $"{dataset}.csv", "name,label\n"u8.ToArray(), "text/csv")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Null((await programme.Admin.OpenRosa.ListedFileAsync($"{programme.FormPath(form)}/manifest")).Attribute("type"));
    }

    [Fact]
    public async Task A_slot_can_be_linked_and_unlinked_and_a_file_replaces_the_link()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync();
        var file = $"{dataset}.csv";
        var form = Samples.Unique("reading");
        await programme.DraftAsync(EntityForms.Reading(form, files: file), form);

        Assert.Equal((false, false, false), State((await programme.LinkAsync(form, file, linked: false)).ShouldBe(HttpStatusCode.OK)));
        Assert.Equal((true, false, true), State((await programme.LinkAsync(form, file)).ShouldBe(HttpStatusCode.OK)));
        Assert.Equal(
            (true, true, false),
            State((await programme.PutFileAsync(form, file, "a\n"u8.ToArray(), "text/csv")).ShouldBe(HttpStatusCode.OK))
        );
        Assert.Equal((true, false, true), State((await programme.LinkAsync(form, file)).ShouldBe(HttpStatusCode.OK)));
        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/draft/attachments/{file}")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/attachments/{file}")).ShouldBeProblem(404.1m);

        static (bool, bool, bool) State(Answer answer) =>
            (
                answer.Json.GetProperty("exists").GetBoolean(),
                answer.Json.GetProperty("blobExists").GetBoolean(),
                answer.Json.GetProperty("datasetExists").GetBoolean()
            );
    }

    [Fact]
    public async Task Invalid_links_of_slots_to_datasets_are_refused()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("reading");
        var path = $"{programme.FormPath(form)}/draft/attachments";
        await programme.DraftAsync(EntityForms.Reading(form, files: "nothing.csv"), form);
        (await programme.LinkAsync(form, "nothing.csv")).ShouldBeProblem(404.1m);
        (await programme.LinkAsync(form, "unknown.csv")).ShouldBeProblem(404.1m);
        (await programme.Admin.PatchJsonAsync($"{path}/nothing.csv", new { })).ShouldBeProblem(400.2m);
        (await programme.Admin.PatchJsonAsync($"{path}/nothing.csv", new { dataset = "yes" })).ShouldBeProblem(400.11m);
        var pictures = await programme.CreateDraftAsync("leaf.png");
        (await programme.LinkAsync(pictures, "leaf.png")).ShouldBeProblem(400.26m);
    }

    [Fact, Clause("OR-127"), Clause("OR-128"), Clause("OR-130"), Clause("OR-132")]
    public async Task A_manifest_says_that_a_file_is_an_entity_list_and_where_to_ask_about_it()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync();
        var form = await programme.PublishReadingAsync(dataset);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var phone = await programme.AppUserAsync(form);
        var tester = Api.WithDraftToken(programme.Server, await programme.DraftTokenAsync(form));
        foreach (
            var (client, below, integrity) in new[]
            {
                (phone, "", $"{programme.DatasetPath(dataset)}/integrity"),
                (phone, "/versions/1", $"{programme.DatasetPath(dataset)}/integrity"),
                (programme.Admin.OpenRosa, "/draft", $"{programme.DatasetPath(dataset)}/integrity"),
                (tester, "/draft", $"{programme.FormPath(form)}/draft/datasets/{dataset}/integrity"),
            }
        )
        {
            var path = $"{programme.FormPath(form)}{below}";
            var file = await client.ListedFileAsync($"{path}/manifest");
            Assert.Equal(["filename", "hash", "downloadUrl", "integrityUrl"], file.Elements().Select(child => child.Name.LocalName));
            Assert.Equal($"{dataset}.csv", file.Child("filename"));
            Assert.Equal("entityList", file.Attribute("type")?.Value);
            Assert.Matches("^md5:[0-9a-f]{32}$", file.Child("hash"));
            Assert.Equal(client.Address($"{path}/attachments/{dataset}.csv"), file.Child("downloadUrl"));
            Assert.Equal(client.Address(integrity), file.Child("integrityUrl"));
            Assert.Empty((await client.GetAsync(file.Child("integrityUrl"))).Integrity());
            Assert.Equal(file.ToString(), (await client.ListedFileAsync($"{path}/manifest")).ToString());
        }

        (await programme.Admin.PatchJsonAsync(programme.DatasetPath(dataset), new { approvalRequired = true })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("approvalEntityList", (await phone.ListedFileAsync($"{programme.FormPath(form)}/manifest")).Attribute("type")?.Value);
    }

    [Fact, Clause("OR-131"), Clause("OR-140"), Clause("OR-141")]
    public async Task An_empty_dataset_is_a_header_and_a_new_property_changes_it()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync("first_name");
        var form = await programme.PublishReadingAsync(dataset);
        var phone = await programme.AppUserAsync(form);
        var manifest = $"{programme.FormPath(form)}/manifest";
        var before = await phone.ListedFileAsync(manifest);

        var csv = (await phone.GetAsync(before.Child("downloadUrl"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("name,label,__version,first_name\n", csv.Text);
        Assert.Equal("text/csv; charset=utf-8", csv.Header("Content-Type"));
        Assert.Contains($"filename=\"{dataset}.csv\"", csv.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Equal($"\"{before.Child("hash")["md5:".Length..]}\"", csv.Header("ETag"));
        foreach (var etag in new[] { csv.Header("ETag")!, $"W/{csv.Header("ETag")}" })
        {
            var unchanged = (await phone.With("If-None-Match", etag).GetAsync(before.Child("downloadUrl"))).ShouldBe(
                HttpStatusCode.NotModified
            );
            Assert.Equal(csv.Header("ETag"), unchanged.Header("ETag"));
        }
        Assert.Empty((await phone.HeadAsync(before.Child("downloadUrl"))).ShouldBe(HttpStatusCode.OK).Bytes);

        (await programme.Admin.PostJsonAsync($"{programme.DatasetPath(dataset)}/properties", new { name = "age" })).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.NotEqual(before.Child("hash"), (await phone.ListedFileAsync(manifest)).Child("hash"));
        Assert.Equal(
            "name,label,__version,first_name,age\n",
            (await phone.With("If-None-Match", csv.Header("ETag")!).GetAsync(before.Child("downloadUrl"))).ShouldBe(HttpStatusCode.OK).Text
        );
        Assert.Equal(
            "__id,label,first_name,age,__createdAt,__creatorId,__creatorName,__updates,__updatedAt,__version\n",
            (await programme.Admin.GetAsync($"{programme.DatasetPath(dataset)}/entities.csv")).ShouldBe(HttpStatusCode.OK).Text
        );
    }

    [Fact, Clause("OR-140"), Clause("OR-143")]
    public async Task A_dataset_of_several_pages_is_complete_or_aborted()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var census = await Census.StartAsync(server: server);
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Insert(0, await census.CreateAsync($"L{i}"));
        }
        storage.PageSize = 2;
        var integrity = $"{census.Programme.DatasetPath(census.Dataset)}/integrity";
        Assert.Equal(ids, (await census.RowsAsync()).Select(row => row.Split(',')[0]));
        Assert.Equal(ids.Order(), (await census.Phone.GetAsync(integrity)).Integrity().Keys.Order());

        // The second page of entities fails, four times as the client asks again: neither answer may look whole.
        storage.Fail(Fault.ServerError, request => request.Path.Value!.Contains("/entities()", StringComparison.Ordinal), from: 2);
        foreach (var path in new[] { integrity, $"{census.Programme.FormPath(census.Form)}/attachments/{census.Dataset}.csv" })
        {
            var answer = await Record.ExceptionAsync(async () =>
                Assert.Equal(HttpStatusCode.InternalServerError, (await census.Phone.GetAsync(path)).Status)
            );
            Assert.True(answer is null or HttpRequestException or IOException, $"{path} looks whole: {answer}");
        }
        Assert.True(storage.Seen > 2);
    }

    [Fact, Clause("OR-145"), Clause("OR-146"), Clause("OR-256")]
    public async Task The_integrity_call_requires_access_to_the_dataset()
    {
        var programme = await Programme.StartAsync();
        var (dataset, other) = (await programme.CreateDatasetAsync(), await programme.CreateDatasetAsync());
        var form = await programme.PublishReadingAsync(dataset);
        var phone = await programme.AppUserAsync(form);
        var path = $"{programme.DatasetPath(dataset)}/integrity";

        Assert.Equal("data", XmlOf(await phone.GetAsync(path)));
        (await phone.With("X-OpenRosa-Version", null).GetAsync(path)).ShouldBeOpenRosaError(400, "X-OpenRosa-Version");
        (await phone.GetAsync($"{path}?id=5")).ShouldBeOpenRosaError(400, "uuid");
        (await phone.GetAsync($"{path}?id={Guid.NewGuid()},x")).ShouldBeOpenRosaError(400, "uuid");
        Assert.Empty((await phone.GetAsync($"{path}?id={Guid.NewGuid()},{Guid.NewGuid()}")).Integrity());
        (await phone.GetAsync($"{programme.DatasetPath("nothing")}/integrity")).ShouldBeOpenRosaError(404, "Could not find the resource");
        (await phone.GetAsync($"{programme.DatasetPath(other)}/integrity")).ShouldBeOpenRosaError(403, "rights");
        (await (await programme.AppUserAsync()).GetAsync(path)).ShouldBeOpenRosaError(403, "rights");

        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var tester = Api.WithDraftToken(programme.Server, await programme.DraftTokenAsync(form));
        var draft = $"{programme.FormPath(form)}/draft/datasets";
        Assert.Empty((await tester.GetAsync($"{draft}/{dataset}/integrity")).Integrity());
        (await tester.GetAsync($"{draft}/{other}/integrity")).ShouldBeOpenRosaError(404, "Could not find the resource");
        (await Api.WithDraftToken(programme.Server, new string('a', 64)).GetAsync($"{draft}/{dataset}/integrity")).ShouldBeOpenRosaError(
            404,
            "Could not find the resource"
        );

        await programme.SetStateAsync(form, "closing");
        Assert.Empty((await phone.GetAsync(path)).Integrity());
        await programme.SetStateAsync(form, "closed");
        (await phone.GetAsync(path)).ShouldBeOpenRosaError(403, "rights");

        static string XmlOf(Answer answer) => answer.Root("data").Name.ToString();
    }

    private static async Task<IEnumerable<string>> LinkedAsync(Programme programme, string form) =>
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/attachments"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Where(slot => slot.GetProperty("datasetExists").GetBoolean())
            .Select(slot => slot.GetProperty("name").GetString()!);
}
