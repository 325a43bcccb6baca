using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Workers;

/// <summary>The cases of type `commcare-user` that a project may have for its mobile workers (CC-155).</summary>
public sealed class UserCaseTests
{
    [Fact, Clause("CC-155"), Clause("CC-127")]
    public async Task Each_worker_has_a_case_that_follows_the_worker_and_is_on_the_phone()
    {
        var domain = await Domain.StartAsync();
        var before = await domain.WorkerAsync(more: new Dictionary<string, object> { ["first_name"] = "Jason" });
        Assert.Empty(await CasesAsync(domain));
        var project = await domain.Admin.SendAsync(HttpMethod.Patch, domain.Programme.Path, JsonContent.Create(new { userCases = true }));
        Assert.True(project.ShouldBe(HttpStatusCode.OK).Json.GetProperty("userCases").GetBoolean());
        Assert.Equal([before.Id], (await CasesAsync(domain)).Select(one => one.Text("external_id")));

        var worker = await domain.WorkerAsync(
            more: new Dictionary<string, object>
            {
                ["first_name"] = "Ann",
                ["last_name"] = "Bello",
                ["user_data"] = new Dictionary<string, string>
                {
                    ["village"] = " Sokoto ",
                    ["case_type"] = "spoof",
                    ["not a name"] = "x",
                },
            }
        );
        var made = await CaseOfAsync(domain, worker);
        Assert.Equal(
            ("commcare-user", "Ann Bello", worker.Id, worker.Id, "Sokoto", worker.Id),
            (
                made.Text("case_type"),
                made.Text("case_name"),
                made.Text("owner_id"),
                made.Text("external_id"),
                made.Property("village"),
                made.Property("hq_user_id")
            )
        );
        Assert.Equal(
            (worker.Username, "Ann", domain.Name),
            (made.Property("username"), made.Property("first_name"), made.Property("commcare_project"))
        );
        await FollowsAsync(domain, worker, made);
    }

    private static async Task FollowsAsync(Domain domain, Worker worker, JsonElement made)
    {
        var phone = new DomainPhone(domain, worker);
        var id = made.Text("case_id");
        Assert.Equal($"+{id}", await phone.SyncAsync());
        Assert.Equal("", await phone.SyncAsync());

        // A change that changes nothing writes nothing; one that does reaches the phone. The phone may have properties of its own there.
        await phone.SubmitAsync(new PhoneBlock(id) { Properties = new Dictionary<string, string> { ["own"] = "1" } });
        var stamp = (await CaseOfAsync(domain, worker)).Text("server_last_modified");
        (await domain.PutAsync($"user/{worker.Id}/", new { first_name = "Ann" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(stamp, (await CaseOfAsync(domain, worker)).Text("server_last_modified"));
        (await domain.PutAsync($"user/{worker.Id}/", new { last_name = "Çelik" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(id, await phone.SyncAsync());
        var changed = await CaseOfAsync(domain, worker);
        Assert.Equal(("Ann Çelik", "1", "Sokoto"), (changed.Text("case_name"), changed.Property("own"), changed.Property("village")));

        // Deactivated: closed. Activated: open again, with what was set in between.
        await PostAsync(domain, worker, "deactivate");
        Assert.True((await CaseOfAsync(domain, worker)).GetProperty("closed").GetBoolean());
        (await domain.PutAsync($"user/{worker.Id}/", new { email = "ann@example.org" })).ShouldBe(HttpStatusCode.OK);
        await PostAsync(domain, worker, "deactivate");
        await PostAsync(domain, worker, "activate");
        var back = await CaseOfAsync(domain, worker);
        Assert.Equal((false, "ann@example.org"), (back.GetProperty("closed").GetBoolean(), back.Property("email")));
        Assert.Equal("+" + id, await new DomainPhone(domain, worker).SyncAsync());

        (await domain.Admin.DeleteAsync(domain.Api($"user/{worker.Id}/"))).ShouldBe(HttpStatusCode.NoContent);
        Assert.True((await CaseOfAsync(domain, worker)).GetProperty("closed").GetBoolean());
        await domain.Programme.ShouldBeConsistentAsync();
    }

    private static async Task PostAsync(Domain domain, Worker worker, string action) =>
        (await domain.Admin.PostAsync(domain.Api($"user/{worker.Id}/{action}/"))).ShouldBe(HttpStatusCode.Accepted);

    private static async Task<JsonElement> CaseOfAsync(Domain domain, Worker worker) =>
        Assert.Single(await CasesAsync(domain), one => one.Text("external_id") == worker.Id);

    private static async Task<IReadOnlyList<JsonElement>> CasesAsync(Domain domain) =>
        [
            .. (await domain.Admin.GetAsync(domain.At("/api/case/v2/?case_type=commcare-user")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("cases")
                .EnumerateArray(),
        ];
}
