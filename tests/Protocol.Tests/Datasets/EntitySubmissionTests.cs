using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Entities that submissions create and update.</summary>
public sealed class EntitySubmissionTests
{
    [Fact, Clause("OR-238"), Clause("OR-131"), Clause("OR-140"), Clause("OR-143"), Clause("OR-144")]
    public async Task A_submission_creates_an_entity_that_phones_get()
    {
        var census = await Census.StartAsync();
        var before = await census.HashAsync();
        var ann = await census.CreateAsync("Ann, \"A\"", "Ann\nMarie", "30");
        var middle = await census.HashAsync();
        Assert.NotEqual(before, middle);
        Assert.Equal(middle, await census.HashAsync());
        var bob = Census.NewId();
        await census.SendAsync(census.Submission($"uuid:{bob.ToUpperInvariant()}", "create=\"true\"", "Bob", null, "7"));
        Assert.NotEqual(middle, await census.HashAsync());

        var csv = (await census.Phone.GetAsync($"{census.Programme.FormPath(census.Form)}/attachments/{census.Dataset}.csv"))
            .ShouldBe(HttpStatusCode.OK)
            .Text;
        Assert.Equal($"name,label,__version,first_name,age\n{bob},Bob,1,,7\n{ann},\"Ann, \"\"A\"\"\",1,\"Ann\nMarie\",30\n", csv);
        var integrity = $"{census.Programme.DatasetPath(census.Dataset)}/integrity";
        Assert.Equal(new() { [ann] = "false", [bob] = "false" }, (await census.Phone.GetAsync(integrity)).Integrity());
        Assert.Equal(
            new() { [bob] = "false" },
            (await census.Phone.GetAsync($"{integrity}?id={bob.ToUpperInvariant()},{Census.NewId()}")).Integrity()
        );
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task The_entity_export_includes_creator_and_number_of_updates()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", "Anna"));
        var rows = (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}.csv")).ShouldBe(HttpStatusCode.OK).Text.Split('\n');
        var cells = rows[1].Split(',');
        Assert.Equal([ann, "Anna", "Ann", "30"], cells[..4]);
        Assert.Equal(["Tablet", "1"], cells[6..8]);
        Assert.Equal("2", cells[9]);
        Assert.All([cells[4], cells[8]], time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", time));
    }

    [Fact, Clause("OR-239")]
    public async Task An_update_changes_only_the_properties_it_contains()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", label: "", firstName: null, age: "31"));
        Assert.Equal([$"{ann},Ann,2,Ann,31"], await census.RowsAsync());
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"2\"", label: "Anna", firstName: "", age: null));
        Assert.Equal([$"{ann},Anna,3,,31"], await census.RowsAsync());
    }

    [Theory, Clause("OR-239")]
    [InlineData("32", null, "hard")]
    [InlineData("31", null, "soft")]
    [InlineData(null, "Anne", "soft")]
    [InlineData(null, null, "soft")]
    public async Task An_update_based_on_an_older_version_is_a_conflict(string? age, string? firstName, string conflict)
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", label: null, firstName: null, age: "31"));
        Assert.Equal(0, await ConflictsAsync(census));
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", label: null, firstName, age));
        Assert.Equal([$"{ann},Ann,3,{firstName ?? "Ann"},{age ?? "31"}"], await census.RowsAsync());
        Assert.Equal(1, await ConflictsAsync(census));
        Assert.Equal(
            conflict,
            (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}/{ann}"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("conflict")
                .GetString()
        );
    }

    [Fact, Clause("OR-238")]
    public async Task With_both_actions_an_existing_entity_is_updated_and_a_missing_one_created()
    {
        var census = await Census.StartAsync();
        var ann = Census.NewId();
        await census.SendAsync(census.Submission(ann, "create=\"1\" update=\"1\" baseVersion=\"1\""));
        await census.SendAsync(census.Submission(ann, "create=\"1\" update=\"1\" baseVersion=\"1\"", age: "31"));
        var bob = Census.NewId();
        await census.SendAsync(census.Submission(bob, "create=\"1\" update=\"1\" baseVersion=\"\"", "Bob", "Bob"));
        Assert.Equal([$"{bob},Bob,1,Bob,30", $"{ann},Ann,2,Ann,31"], await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Theory, Clause("OR-240")]
    [InlineData("create=\"1\"", "not a uuid", null, 400.11)]
    [InlineData("create=\"1\"", "", null, 400.11)]
    [InlineData("create=\"1\"", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", null, 400.11)]
    [InlineData("create=\"1\"", null, "", 400.2)]
    [InlineData("create=\"1\"", null, "nothing", 404.7)]
    [InlineData("create=\"1\" update=\"1\" baseVersion=\"x\"", null, null, 400.11)]
    [InlineData("update=\"1\"", null, null, 400.2)]
    [InlineData("update=\"1\" baseVersion=\"1\"", null, null, 404.8)]
    public async Task A_refused_entity_is_audited_and_does_not_affect_the_submission(
        string attributes,
        string? id,
        string? dataset,
        double code
    )
    {
        var census = await Census.StartAsync();
        var instance = Samples.NewInstanceId();
        await census.SendAsync(census.Submission(id ?? Census.NewId(), attributes, instanceId: instance, dataset: dataset));
        Assert.Empty(await census.RowsAsync());
        Assert.Equal([(decimal)code], await census.ErrorCodesAsync());
        Assert.Equal(instance, (await census.ErrorsAsync())[0].GetProperty("submission").GetProperty("instanceId").GetString());
        (
            await census.Programme.Admin.GetAsync($"{census.Programme.FormPath(census.Form)}/submissions/{Uri.EscapeDataString(instance)}")
        ).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-240")]
    public async Task Creating_an_entity_twice_or_without_label_and_updating_a_missing_one_are_errors()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        await census.SendAsync(census.Submission(ann, "create=\"1\""));
        await census.SendAsync(census.Submission(Census.NewId(), "create=\"1\"", label: " "));
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"2\""));
        Assert.Equal([404.9m, 400.2m, 409.3m], await census.ErrorCodesAsync());
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());

        var other = await Census.StartAsync(actions: "create=\"1\"");
        await other.SendAsync(other.Submission(Census.NewId(), "update=\"1\" baseVersion=\"1\""));
        Assert.Equal([403.2m], await other.ErrorCodesAsync());

        // An entity that is too large for a row is refused like any other.
        await other.SendAsync(other.Submission(Census.NewId(), "create=\"1\"", firstName: new string('x', 200_000)));
        Assert.Equal([400.13m, 403.2m], await other.ErrorCodesAsync());
        Assert.Empty(await other.RowsAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task Every_iteration_of_a_repeat_creates_an_entity()
    {
        var census = await Census.StartAsync(definition: EntityForms.Households);
        string[] ids = [Census.NewId(), Census.NewId(), Census.NewId()];
        var people = string.Concat(
            ids.Select(
                (id, i) =>
                    $"<person><name>P{i}</name><age>{i}</age>"
                    + $"<meta>{Census.Entity(i == 1 ? "bad" : id, "create=\"1\"", $"L{i}", census.Dataset)}</meta></person>"
            )
        );
        var again = $"<person><name>P</name><meta>{Census.Entity(ids[0], "create=\"1\"", "again", census.Dataset)}</meta></person>";
        await census.SendAsync(
            $"<data id=\"{census.Form}\" version=\"1\"><house>5</house>{people}{again}<meta>"
                + $"<instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>"
        );

        Assert.Equal([$"{ids[0]},L0,1,P0,0", $"{ids[2]},L2,1,P2,2"], (await census.RowsAsync()).OrderBy(row => row.Split(',')[1]));
        Assert.Equal([409.3m, 400.11m], await census.ErrorCodesAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task Drafts_under_test_and_encrypted_submissions_touch_no_entities()
    {
        var census = await Census.StartAsync();
        (await census.Programme.ReplaceDraftAsync(census.Form)).ShouldBe(HttpStatusCode.OK);
        var tester = Api.WithDraftToken(census.Programme.Server, await census.Programme.DraftTokenAsync(census.Form));
        (
            await tester.PostAsync(
                $"{census.Programme.FormPath(census.Form)}/draft/submission",
                Samples.Multipart(census.Submission(Census.NewId(), "create=\"1\""))
            )
        ).ShouldBe(HttpStatusCode.Created);

        var encrypted = census
            .Submission(Census.NewId(), "create=\"1\"")
            .Replace("<meta>", "<base64EncryptedKey>a</base64EncryptedKey><meta>", StringComparison.Ordinal);
        await census.SendAsync(encrypted);
        Assert.Empty(await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact]
    public async Task An_owner_only_dataset_shows_each_phone_its_own_entities()
    {
        var census = await Census.StartAsync();
        (await census.Programme.Admin.PatchJsonAsync(census.Programme.DatasetPath(census.Dataset), new { ownerOnly = true })).ShouldBe(
            HttpStatusCode.OK
        );
        var ann = await census.CreateAsync();
        var other = await census.Programme.AppUserAsync(census.Form);
        var path = $"{census.Programme.FormPath(census.Form)}/attachments/{census.Dataset}.csv";
        var integrity = $"{census.Programme.DatasetPath(census.Dataset)}/integrity";
        Assert.Single(await census.RowsAsync());
        Assert.Equal("name,label,__version,first_name,age\n", (await other.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Text);
        Assert.Equal(new() { [ann] = "false" }, (await census.Phone.GetAsync(integrity)).Integrity());
        Assert.Equal(new() { [ann] = "true" }, (await other.GetAsync(integrity)).Integrity());
        Assert.Contains(ann, (await census.Programme.Admin.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.NotEqual(
            await census.HashAsync(),
            (await other.ListedFileAsync($"{census.Programme.FormPath(census.Form)}/manifest")).Child("hash")
        );
    }

    private static async Task<int> ConflictsAsync(Census census) =>
        (await census.Programme.Admin.With("X-Extended-Metadata", "true").GetAsync(census.Programme.DatasetPath(census.Dataset)))
            .Json.GetProperty("conflicts")
            .GetInt32();
}
