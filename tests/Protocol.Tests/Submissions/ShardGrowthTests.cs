using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>How a form gets its partitions: by a setting, by hand, and by itself (ADR 33).</summary>
public sealed class ShardGrowthTests
{
    private const int Count = 4;

    [Fact]
    public async Task A_form_grows_by_hand_and_never_shrinks()
    {
        var inbox = await Inbox.OpenAsync();
        var (admin, path) = (inbox.Programme.Admin, inbox.Programme.FormPath(inbox.Form));
        Assert.False((await admin.GetAsync(path)).Json.TryGetProperty("submissionShards", out _));
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        foreach (var wrong in new object[] { 0, 3, 128, -4 })
        {
            (await admin.PatchJsonAsync(path, new { submissionShards = wrong })).ShouldBeProblem(400.8m, "power of two");
        }
        (await admin.PatchJsonAsync(path, new { submissionShards = "4" })).ShouldBeProblem(400.11m);

        var grown = (await admin.PatchJsonAsync(path, new { submissionShards = 4 })).ShouldBe(HttpStatusCode.OK);

        Assert.Equal(4, grown.Json.GetProperty("submissionShards").GetInt32());
        (await admin.PatchJsonAsync(path, new { submissionShards = 2 })).ShouldBeProblem(400.8m, "from 4 to 64");
        (await admin.PatchJsonAsync(path, new { submissionShards = 4, state = "open" })).ShouldBe(HttpStatusCode.OK);
        // The count takes effect later, and is known until then.
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:2"));
        await inbox.SendAsync(inbox.Submission("uuid:3", deprecatedId: "uuid:1"));
        Assert.Equal(["uuid:2", "uuid:1"], await inbox.InstanceIdsAsync());
        Assert.Equal(1, await Shards.PartitionsAsync(inbox));
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_form_grows_by_itself_when_its_partition_is_busy_and_not_again_before_that_has_an_effect()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var inbox = await Inbox.OpenAsync(faulty.Server);
        for (var round = 0; round < 2; round++)
        {
            faulty.Storage.Fail(Fault.Busy, request => request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal), count: 12);
            for (var i = 0; i < 3; i++)
            {
                (await inbox.PostAsync(inbox.Submission("uuid:1"))).ShouldBe(HttpStatusCode.InternalServerError);
            }
        }
        faulty.Storage.StopFailing();

        var form = (await inbox.Programme.Admin.GetAsync(inbox.Programme.FormPath(inbox.Form))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(16, form.GetProperty("submissionShards").GetInt32());
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        Assert.Equal(["uuid:1"], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-205"), Clause("OR-211")]
    public async Task New_forms_begin_with_the_shards_of_the_setting_and_other_instances_follow()
    {
        var server = await Server.StartAsync(
            new Dictionary<string, string> { ["Rosa__SubmissionShards"] = Count.ToString(CultureInfo.InvariantCulture) }
        );
        var inbox = await Inbox.OpenAsync(server);
        var other = inbox.At(await Server.SharedAsync());
        for (var i = 0; i < 12; i++)
        {
            var xml = inbox.Submission($"uuid:{i}");
            var answers = await Task.WhenAll(inbox.PostAsync(xml), other.PostAsync(xml), inbox.PostAsync(xml), other.PostAsync(xml));
            Assert.All(answers, answer => answer.ShouldBeReceived());
        }
        Assert.Equal(Count, await Shards.PartitionsAsync(inbox));
        Assert.Equal(Enumerable.Range(0, 12).Reverse().Select(i => $"uuid:{i}"), await inbox.InstanceIdsAsync());
        await inbox.Programme.ShouldBeConsistentAsync();

        // CommCare's edits keep the instance id: the version before gets another, which may belong to another shard.
        var desk = await CaseDesk.OpenAsync(server);
        foreach (var name in new[] { "Amina", "Bello", "Chidi" })
        {
            for (var i = 0; i < 4; i++)
            {
                (await desk.PostAsync(desk.Form($"f{i}", desk.Create($"{desk.Worker.Id}-{i}", $"{name} {i}")))).ShouldBeSuccess();
            }
        }
        Assert.Equal("Chidi 3", (await desk.CaseAsync($"{desk.Worker.Id}-3")).Text("case_name"));
        await desk.Domain.Programme.ShouldBeConsistentAsync();
    }
}
