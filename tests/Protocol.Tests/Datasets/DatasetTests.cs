using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Managing datasets by hand, and what publishing a form makes of them.</summary>
public sealed class DatasetTests
{
    [Fact]
    public async Task A_dataset_is_created_listed_read_and_changed()
    {
        var programme = await Programme.StartAsync();
        Assert.Equal(0, (await programme.Admin.GetAsync($"{programme.Path}/datasets")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
        var created = (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "trees", approvalRequired = true }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal("trees", created.GetProperty("name").GetString());
        Assert.Equal(programme.Id, created.GetProperty("projectId").GetInt32());
        Assert.True(created.GetProperty("approvalRequired").GetBoolean());
        Assert.False(created.GetProperty("ownerOnly").GetBoolean());

        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "people" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(["people", "trees"], (await programme.Admin.GetAsync($"{programme.Path}/datasets")).Json.Names());

        var changed = (
            await programme.Admin.PatchJsonAsync($"{programme.DatasetPath("trees")}", new { approvalRequired = false, ownerOnly = true })
        )
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.False(changed.GetProperty("approvalRequired").GetBoolean());
        Assert.True(changed.GetProperty("ownerOnly").GetBoolean());
        Assert.True((await programme.DatasetAsync("trees")).GetProperty("ownerOnly").GetBoolean());
    }

    [Fact]
    public async Task Projects_list_their_datasets_and_count_them()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync();
        var listed = (await programme.Admin.GetAsync("/projects?datasets=true"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Single(project => project.GetProperty("id").GetInt32() == programme.Id);
        Assert.Equal([dataset], listed.GetProperty("datasetList").Names());
        var extended = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync(programme.Path))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(1, extended.GetProperty("datasets").GetInt32());
        var counted = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync($"{programme.Path}/datasets"))
            .ShouldBe(HttpStatusCode.OK)
            .Json[0];
        Assert.Equal(0, counted.GetProperty("entities").GetInt32());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("a.b")]
    [InlineData("__a")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    public async Task What_is_no_name_is_refused(string? name)
    {
        var programme = await Programme.StartAsync();
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name })).ShouldBeProblem(400.8m, "name");
    }

    [Fact]
    public async Task A_name_is_unique_ignoring_case()
    {
        var programme = await Programme.StartAsync();
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "Trees" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "Trees" })).ShouldBeProblem(409.3m, "Trees");
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "tREES" })).ShouldBeProblem(409.16m, "case");
        (await programme.Admin.GetAsync(programme.DatasetPath("trees"))).ShouldBeProblem(404.1m);
        foreach (var body in new object[] { new { name = 5 }, new { name = "a", ownerOnly = "yes" } })
        {
            (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", body)).ShouldBeProblem(400.11m);
        }
    }

    [Fact]
    public async Task Of_concurrent_requests_to_create_a_dataset_one_succeeds()
    {
        var programme = await Programme.StartAsync();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = i % 2 == 0 ? "wells" : "Wells" }))
        );
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(
            answers.Where(answer => answer.Status != HttpStatusCode.OK),
            answer => Assert.Equal(HttpStatusCode.Conflict, answer.Status)
        );
        Assert.Equal(1, (await programme.Admin.GetAsync($"{programme.Path}/datasets")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Properties_are_added_each_once_and_none_is_lost()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync();
        var path = $"{programme.DatasetPath(dataset)}/properties";
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async i => (await programme.Admin.PostJsonAsync(path, new { name = $"p{i}" })).ShouldBe(HttpStatusCode.OK))
        );
        Assert.Equal(
            ["p0", "p1", "p2", "p3", "p4", "p5"],
            (await programme.DatasetAsync(dataset)).GetProperty("properties").Names().Order()
        );

        (await programme.Admin.PostJsonAsync(path, new { name = "p0" })).ShouldBeProblem(409.3m);
        (await programme.Admin.PostJsonAsync(path, new { name = "P0" })).ShouldBeProblem(409.3m);
        foreach (var name in new[] { null, "Label", "name", "a b", "__x", "-a" })
        {
            (await programme.Admin.PostJsonAsync(path, new { name })).ShouldBeProblem(400.8m, "name");
        }
        (await programme.Admin.PostJsonAsync($"{programme.DatasetPath("nothing")}/properties", new { name = "p" })).ShouldBeProblem(404.1m);
        (await programme.Admin.PatchJsonAsync(programme.DatasetPath("nothing"), new { ownerOnly = true })).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task Publishing_a_form_publishes_its_dataset_with_its_properties_in_order()
    {
        var programme = await Programme.StartAsync();
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        await programme.DraftAsync(EntityForms.Filling(form, dataset, properties: ["z", "a.1", "m"]), form);
        (await programme.Admin.GetAsync(programme.DatasetPath(dataset))).ShouldBeProblem(404.1m);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);

        var published = await programme.DatasetAsync(dataset);
        var properties = published.GetProperty("properties");
        Assert.Equal(["z", "a.1", "m"], properties.Names());
        Assert.Equal(["z", "a_1", "m"], properties.Names("odataName"));
        Assert.Equal([form], properties[0].GetProperty("forms").Names("xmlFormId"));
        Assert.Equal([form], published.GetProperty("sourceForms").Names("xmlFormId"));
        Assert.Equal(0, published.GetProperty("linkedForms").GetArrayLength());

        (
            await programme.ReplaceDraftAsync(
                form,
                EntityForms.Filling(form, dataset, version: "2", properties: ["a.1", "b", "z"]),
                "?ignoreWarnings=true"
            )
        ).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(["z", "a.1", "m", "b"], (await programme.DatasetAsync(dataset)).GetProperty("properties").Names());
    }

    [Fact]
    public async Task A_form_whose_names_differ_by_case_only_is_refused_and_changes_nothing()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync("age");
        var (first, second) = (Samples.Unique("census"), Samples.Unique("census"));
        (await programme.CreateFormAsync(EntityForms.Filling(first, dataset.ToUpperInvariant()), "?publish=true")).ShouldBeProblem(
            409.16m,
            "case"
        );
        (
            await programme.CreateFormAsync(EntityForms.Filling(second, dataset, properties: ["height", "Age"]), "?publish=true")
        ).ShouldBeProblem(409.17m, "case");
        Assert.Equal(["age"], (await programme.DatasetAsync(dataset)).GetProperty("properties").Names());
        Assert.Equal(0, (await programme.Admin.GetAsync($"{programme.Path}/forms")).Json.GetArrayLength());

        // A draft without conflict when it was uploaded may have one when it is published.
        var (late, taken) = (Samples.Unique("census"), Samples.Unique("wells"));
        await programme.DraftAsync(EntityForms.Filling(late, taken.ToUpperInvariant()), late);
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = taken })).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(late)).ShouldBeProblem(409.16m);
        (await programme.Admin.GetAsync($"{programme.FormPath(late)}/draft")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_version_that_was_published_before_publishes_no_dataset()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("census");
        var (before, after) = (Samples.Unique("people"), Samples.Unique("people"));
        await programme.PublishAsync(EntityForms.Filling(form, before), form);
        (await programme.ReplaceDraftAsync(form, EntityForms.Filling(form, after))).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBeProblem(409.6m);
        (await programme.Admin.GetAsync(programme.DatasetPath(after))).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task An_interrupted_publication_can_be_repeated()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var programme = await Programme.StartAsync(server);
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        await programme.DraftAsync(EntityForms.Filling(form, dataset, files: [$"{dataset}.csv"]), form);

        storage.Fail(
            Fault.ServerError,
            request => request.Path.Value!.Contains("/formVersions", StringComparison.Ordinal) && request.Method == "POST"
        );
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.InternalServerError);
        storage.StopFailing();
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);

        var published = await programme.DatasetAsync(dataset);
        Assert.Equal(["first_name", "age"], published.GetProperty("properties").Names());
        Assert.Equal([form], published.GetProperty("linkedForms").Names("xmlFormId"));
    }
}
