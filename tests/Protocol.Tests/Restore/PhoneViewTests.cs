using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>What a supervisor sees of a worker's phone: its syncs, and what it would get (CC-145).</summary>
public sealed partial class PhoneViewTests
{
    [Fact, Clause("CC-145")]
    public async Task The_preview_is_what_the_phone_gets_and_leaves_no_trace()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        await AddFixturesAsync(domain, worker);
        var one = NewCase(worker);
        await domain.SubmitAsync(worker.Phone, worker.Id, null, one);
        var viewer = (await domain.Programme.WebUserAsync("viewer")).Api;

        var preview = (await viewer.GetAsync(View(domain, worker, "restore"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("no-store", preview.Header("Cache-Control"));
        Assert.Equal(0, (await SyncsAsync(viewer, domain, worker)).GetArrayLength());
        var full = await domain.RestoreAsync(worker.Phone, "device_id=tablet");
        Assert.Equal(Comparable(full), Comparable(preview));
        Assert.Contains(one.Id, preview.Text, StringComparison.Ordinal);
        Assert.Contains("amox", preview.Text, StringComparison.Ordinal);
        (await domain.RestoreAsync(worker.Phone, $"since={RestoreDocument.Of(preview).Token}")).ShouldStartOver("No sync log");

        // Since a token: the very answer that the phone gets, token included.
        var token = RestoreDocument.Of(full).Token;
        await domain.SubmitAsync(worker.Phone, worker.Id, token, NewCase(worker));
        await domain.SubmitAsync(worker.Phone, worker.Id, null, NewCase(worker));
        var next = (await viewer.GetAsync(View(domain, worker, $"restore?since={token}"))).ShouldBe(HttpStatusCode.OK);
        var again = (await viewer.GetAsync(View(domain, worker, $"restore?since={token}"))).ShouldBe(HttpStatusCode.OK);
        var synced = await domain.RestoreAsync(worker.Phone, $"device_id=tablet&since={token}");
        Assert.Equal(Cost().Replace(synced.Text, ""), Cost().Replace(next.Text, ""));
        Assert.Equal(Cost().Replace(synced.Text, ""), Cost().Replace(again.Text, ""));
        Assert.Single(RestoreDocument.Of(next).Blocks);

        var syncs = await SyncsAsync(viewer, domain, worker);
        Assert.Equal(
            [RestoreDocument.Of(synced).Token, token],
            syncs.EnumerateArray().Select(sync => sync.GetProperty("token").GetString())
        );
        Assert.Equal(
            ("tablet", 1, worker.Id, token),
            (
                syncs[1].GetProperty("device_id").GetString(),
                syncs[1].GetProperty("forms").GetInt32(),
                syncs[1].GetProperty("requested_by").GetString(),
                syncs[0].GetProperty("since").GetString()
            )
        );
    }

    [Fact, Clause("CC-145")]
    public async Task What_the_phone_would_be_refused_is_refused_here_too()
    {
        var domain = await Domain.StartAsync();
        var (worker, other) = (await domain.WorkerAsync(), await domain.WorkerAsync());
        var theirs = RestoreDocument.Of(await domain.RestoreAsync(other.Phone)).Token;
        foreach (var since in new[] { theirs, "unknown", "null", "!" })
        {
            var answer = await domain.Admin.GetAsync(View(domain, worker, $"restore?since={since}"));
            Assert.Equal("application/json; charset=utf-8", answer.ShouldBe(HttpStatusCode.PreconditionFailed).Header("Content-Type"));
        }
        (await domain.Admin.GetAsync(View(domain, worker, "restore?version=1.0"))).ShouldBe(HttpStatusCode.NotImplemented);
        (await domain.Admin.PostAsync(domain.Api($"user/{worker.Id}/deactivate/"))).ShouldBe(HttpStatusCode.Accepted);
        (await domain.Admin.GetAsync(View(domain, worker, "restore"))).ShouldBe(HttpStatusCode.NotAcceptable);
        (await domain.Admin.GetAsync(View(domain, worker, "syncs"))).ShouldBe(HttpStatusCode.OK);

        var elsewhere = await Domain.StartAsync();
        foreach (var path in new[] { "restore", "syncs" })
        {
            (await domain.Admin.GetAsync(View(elsewhere, worker, path))).ShouldBe(HttpStatusCode.NotFound);
        }
    }

    private static async Task AddFixturesAsync(Domain domain, Worker worker)
    {
        await domain.CreateAsync(
            "group",
            new
            {
                name = "Team",
                case_sharing = true,
                users = new[] { worker.Id },
            }
        );
        var table = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "drug",
                is_global = true,
                fields = new[] { new { field_name = "code" } },
            }
        );
        await domain.CreateAsync(
            "lookup_table_item",
            new { data_type_id = table, fields = new { code = new { field_list = new[] { new { field_value = "amox" } } } } }
        );
    }

    private static PhoneBlock NewCase(Worker worker) => new(Samples.Unique("case")) { Creates = true, Owner = worker.Id };

    private static string View(Domain domain, Worker worker, string path) => domain.At($"/api/user/v1/{worker.Id}/{path}");

    private static async Task<JsonElement> SyncsAsync(Api client, Domain domain, Worker worker) =>
        (await client.GetAsync(View(domain, worker, "syncs"))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("syncs");

    // The token of a full restore is random, and the comment says what the answer has cost.
    private static string Comparable(Answer restore) =>
        Cost().Replace(restore.Text, "").Replace(RestoreDocument.Of(restore).Token, "", StringComparison.Ordinal);

    [GeneratedRegex("<!--.*?-->")]
    private static partial Regex Cost();
}
