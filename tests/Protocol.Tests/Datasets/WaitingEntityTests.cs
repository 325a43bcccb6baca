using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>What becomes of submissions that wait for approval when their dataset no longer asks for it.</summary>
public sealed class WaitingEntityTests
{
    [Fact, Clause("OR-238")]
    public async Task Approval_cannot_be_switched_off_without_saying_what_becomes_of_waiting_submissions()
    {
        var census = await Census.StartAsync(approvalRequired: true);
        var path = census.Programme.DatasetPath(census.Dataset);
        var (ann, bob) = (Samples.NewInstanceId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(Census.NewId(), "create=\"1\"", instanceId: ann));
        await census.SendAsync(census.Submission(Census.NewId(), "create=\"1\"", "Bob", instanceId: bob));
        await census.SendAsync(census.Submission("no uuid", "create=\"1\"", "Eve"));
        var refused = (await census.Programme.Admin.PatchJsonAsync(path, new { approvalRequired = false })).ShouldBeProblem(400.29m);
        Assert.Equal(2, refused.Json.GetProperty("details").GetProperty("count").GetInt32());
        (await census.Programme.Admin.PatchJsonAsync($"{path}?convert=maybe", new { approvalRequired = false })).ShouldBeProblem(
            400.8m,
            "convert"
        );
        Assert.True((await census.Programme.DatasetAsync(census.Dataset)).GetProperty("approvalRequired").GetBoolean());

        // Decided ones no longer wait.
        (await census.ReviewAsync(ann, "rejected")).ShouldBe(HttpStatusCode.OK);
        (
            await census.Programme.Admin.DeleteAsync($"{census.Programme.FormPath(census.Form)}/submissions/{Uri.EscapeDataString(bob)}")
        ).ShouldBe(HttpStatusCode.OK);
        (await census.Programme.Admin.PatchJsonAsync(path, new { approvalRequired = false })).ShouldBe(HttpStatusCode.OK);
        Assert.Empty(await census.RowsAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task With_convert_pending_submissions_become_entities_in_order_of_receipt()
    {
        var census = await Census.StartAsync(approvalRequired: true);
        var (ann, bob, eve, kim) = (Census.NewId(), Census.NewId(), Census.NewId(), Census.NewId());
        await census.SendAsync(census.Submission(ann, "create=\"1\""));
        var (issues, rejected, edited) = (Samples.NewInstanceId(), Samples.NewInstanceId(), Samples.NewInstanceId());
        await census.SendAsync(census.Submission(bob, "create=\"1\"", "Bob", instanceId: issues));
        await census.SendAsync(census.Submission(eve, "create=\"1\"", "Eve", instanceId: rejected));
        await census.SendAsync(census.Submission(kim, "create=\"1\"", "Kim", instanceId: edited));
        (await census.ReviewAsync(issues, "hasIssues")).ShouldBe(HttpStatusCode.OK);
        (await census.ReviewAsync(rejected, "rejected")).ShouldBe(HttpStatusCode.OK);
        await census.SendAsync(census.Submission(kim, "create=\"1\"", "Kim", age: "40", deprecatedId: edited));

        var path = census.Programme.DatasetPath(census.Dataset);
        for (var i = 0; i < 2; i++)
        {
            var changed = await census.Programme.Admin.PatchJsonAsync($"{path}?convert=true", new { approvalRequired = false });
            Assert.False(changed.ShouldBe(HttpStatusCode.OK).Json.GetProperty("approvalRequired").GetBoolean());
            Assert.Equal([$"{kim},Kim,1,Ann,40", $"{bob},Bob,1,Ann,30", $"{ann},Ann,1,Ann,30"], await census.RowsAsync());
        }
        (await census.ReviewAsync(rejected, "approved")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(4, (await census.RowsAsync()).Length);
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-238")]
    public async Task Reconcile_completes_an_interrupted_conversion_of_pending_submissions()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var census = await Census.StartAsync(server: server, approvalRequired: true);
        await census.SendAsync(census.Submission(Census.NewId(), "create=\"1\""));
        storage.Fail(Fault.ServerError, request => request.Path.Value!.Contains("/$batch", StringComparison.Ordinal));
        await census.Programme.Admin.PatchJsonAsync(
            $"{census.Programme.DatasetPath(census.Dataset)}?convert=true",
            new { approvalRequired = false }
        );
        Assert.True(storage.Seen > 0);
        storage.StopFailing();
        await census.ReconcileAsync();
        Assert.Single(await census.RowsAsync());
    }
}
