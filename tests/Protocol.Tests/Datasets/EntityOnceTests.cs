using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Each submission changes each of its entities once, however often it is sent, edited or approved, and whatever breaks in
/// between.</summary>
public sealed class EntityOnceTests
{
    [Fact, Clause("OR-241")]
    public async Task A_duplicate_changes_no_entity()
    {
        var census = await Census.StartAsync();
        var other = await Processes.RememberingAsync();
        var (ann, bob) = (await census.CreateAsync(), Census.NewId());
        var update = census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: "31");
        var early = census.Submission(bob, "update=\"1\" baseVersion=\"1\"", "Bob");
        foreach (var xml in new[] { update, early })
        {
            await census.SendAsync(xml);
        }
        await census.SendAsync(census.Submission(bob, "create=\"1\"", "Bob", "Bob"));
        var hash = await census.HashAsync();
        foreach (var xml in new[] { update, early })
        {
            await census.SendAsync(xml);
            await census.At(other).SendAsync(xml);
        }
        Assert.Equal([$"{bob},Bob,1,Bob,30", $"{ann},Ann,2,Ann,31"], await census.RowsAsync());
        Assert.Equal([404.8m], await census.ErrorCodesAsync());
        Assert.Equal(hash, await census.HashAsync());
    }

    [Fact, Clause("OR-241")]
    public async Task The_same_submission_sent_many_times_at_once_changes_its_entity_once()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        var xml = census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: "31");
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => census.PostAsync(xml))),
            answer => answer.ShouldBe(HttpStatusCode.Created)
        );
        Assert.Equal([$"{ann},Ann,2,Ann,31"], await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-239")]
    public async Task Of_many_updates_at_once_none_is_lost()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: $"{i}")))
        );
        Assert.Equal("9", Assert.Single(await census.RowsAsync()).Split(',')[2]);
        await census.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("OR-241")]
    public async Task An_edit_leaves_created_entities_and_creates_those_that_failed()
    {
        var census = await Census.StartAsync();
        var (ann, first, second) = (Census.NewId(), Samples.NewInstanceId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(ann, "create=\"1\"", instanceId: first));
        await census.SendAsync(census.Submission(ann, "create=\"1\"", "Anna", "Anna", instanceId: second, deprecatedId: first));
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());

        var (bob, wrong) = (Census.NewId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission("wrong", "create=\"1\"", "Bob", instanceId: wrong));
        await census.SendAsync(census.Submission(bob, "create=\"1\"", "Bob", deprecatedId: wrong));
        Assert.Equal([$"{bob},Bob,1,Ann,30", $"{ann},Ann,1,Ann,30"], await census.RowsAsync());
        Assert.Equal([400.11m], await census.ErrorCodesAsync());
    }

    [Fact, Clause("OR-238"), Clause("OR-241")]
    public async Task With_required_approval_an_entity_is_created_on_approval_of_its_submission()
    {
        var census = await Census.StartAsync(approvalRequired: true);
        var (ann, instance) = (Census.NewId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(ann, "create=\"1\"", instanceId: instance));
        foreach (var state in new[] { "hasIssues", "rejected", null })
        {
            (await census.ReviewAsync(instance, state)).ShouldBe(HttpStatusCode.OK);
            Assert.Empty(await census.RowsAsync());
        }
        Assert.Equal(
            "approved",
            (await census.ReviewAsync(instance, "approved")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("reviewState").GetString()
        );
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());

        (await census.ReviewAsync(instance, "rejected")).ShouldBe(HttpStatusCode.OK);
        (await census.ReviewAsync(instance, "approved")).ShouldBe(HttpStatusCode.OK);
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: "31"));
        Assert.Equal([$"{ann},Ann,2,Ann,31"], await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task A_waiting_entity_is_created_on_approval_even_if_the_dataset_no_longer_requires_it()
    {
        var census = await Census.StartAsync(approvalRequired: true);
        var (ann, instance) = (Census.NewId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(ann, "create=\"1\"", instanceId: instance));
        (
            await census.Programme.Admin.PatchJsonAsync(
                $"{census.Programme.DatasetPath(census.Dataset)}?convert=false",
                new { approvalRequired = false }
            )
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Empty(await census.RowsAsync());
        (await census.ReviewAsync(instance, "approved")).ShouldBe(HttpStatusCode.OK);
        (await census.ReviewAsync(instance, "approved")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-238"), Clause("OR-241")]
    public async Task Reconcile_completes_an_approval_whose_entity_could_not_be_created()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var census = await Census.StartAsync(server: server, approvalRequired: true);
        var (ann, instance) = (Census.NewId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(ann, "create=\"1\"", instanceId: instance));
        // The first batch is the review.
        storage.Fail(Fault.ServerError, request => request.Path.Value!.Contains("/$batch", StringComparison.Ordinal), from: 2);
        (await census.ReviewAsync(instance, "approved")).ShouldBe(HttpStatusCode.OK);
        Assert.True(storage.Seen > 1);
        storage.StopFailing();
        Assert.Empty(await census.RowsAsync());
        var intents = new Intents(census.Programme);
        await intents.AgeAsync();
        await census.ReconcileAsync();
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());
        Assert.Equal(0, await intents.CountAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task More_entities_than_fit_into_a_request_are_left_to_Reconcile()
    {
        var census = await Census.StartAsync(definition: EntityForms.Households);
        var people = string.Concat(
            Enumerable
                .Range(0, 60)
                .Select(i =>
                    $"<person><name>P{i}</name><meta>{Census.Entity(Census.NewId(), "create=\"1\"", $"L{i}", census.Dataset)}</meta>"
                    + "</person>"
                )
        );
        await census.SendAsync(
            $"<data id=\"{census.Form}\" version=\"1\">{people}<meta><instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>"
        );
        Assert.Empty(await census.RowsAsync());
        var intents = new Intents(census.Programme);
        await intents.AgeAsync();
        await census.ReconcileAsync();
        Assert.Equal(60, (await census.RowsAsync()).Length);
        Assert.Equal(0, await intents.CountAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task Approval_applies_the_current_version_of_the_submission()
    {
        var census = await Census.StartAsync(approvalRequired: true);
        var (ann, first) = (Census.NewId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(ann, "create=\"1\"", instanceId: first));
        await census.SendAsync(census.Submission(ann, "create=\"1\"", "Anna", deprecatedId: first));
        (await census.ReviewAsync(first, "approved")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([$"{ann},Anna,1,Ann,30"], await census.RowsAsync());
    }

    [Theory, Clause("OR-240"), Clause("OR-241")]
    [InlineData("POST", "/$batch")]
    [InlineData("GET", "/datasets(")]
    [InlineData("PUT", "/entities(")]
    public async Task When_storage_fails_after_the_commit_the_phone_gets_201_and_Reconcile_completes_the_work(string method, string path)
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var census = await Census.StartAsync(server: server);
        var xml = census.Submission(Census.NewId(), "create=\"1\"");

        // The first batch is the claim of the submission.
        storage.Fail(
            Fault.ServerError,
            request => request.Method == method && request.Path.Value!.Contains(path, StringComparison.Ordinal),
            from: path == "/$batch" ? 2 : 1
        );
        await census.SendAsync(xml);
        Assert.True(storage.Seen > 0);
        storage.StopFailing();
        var intents = new Intents(census.Programme);
        Assert.Equal(1, await intents.CountAsync());

        await census.ReconcileAsync();
        Assert.Equal(1, await intents.CountAsync());
        await intents.AgeAsync();
        await census.ReconcileAsync();
        await census.ReconcileAsync();
        Assert.Single(await census.RowsAsync());
        Assert.Equal(0, await intents.CountAsync());
        Assert.Empty(await census.ErrorsAsync());
        await census.Programme.ShouldBeConsistentAsync();
    }
}
