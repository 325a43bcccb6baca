using System.Net;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Storage that refuses recovery records: requests succeed, and Reconcile writes the records.</summary>
public sealed class RecoveryRecordTests
{
    private const string Photo = "tree.jpg";

    [Fact]
    public async Task A_recovery_record_that_storage_refuses_is_written_by_Reconcile()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var (faultyServer, faulty) = await storage.WithFaultsAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        foreach (var id in new[] { "uuid:edited", "uuid:reviewed", "uuid:commented", "uuid:deleted", "uuid:emptied" })
        {
            await inbox.SendAsync(inbox.Submission(id, photo: Photo), (Photo, Samples.Bytes(100), "image/jpeg"));
        }
        var there = inbox.At(faultyServer);
        var (admin, path) = (inbox.Programme.Admin.At(there.Phone.Server), inbox.SubmissionsPath);
        faulty.Fail(
            Fault.ServerError,
            request => request.Method == "PUT" && request.Path.Value!.EndsWith("/published.json", StringComparison.Ordinal)
        );

        await there.SendAsync(inbox.Submission("uuid:edit", species: "elm", photo: Photo, deprecatedId: "uuid:edited"));
        (await admin.PatchJsonAsync($"{path}/uuid:reviewed", new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
        (await admin.PostJsonAsync($"{path}/uuid:commented/comments", new { body = "a tall tree" })).ShouldBe(HttpStatusCode.OK);
        (await admin.DeleteAsync($"{path}/uuid:deleted")).ShouldBe(HttpStatusCode.OK);
        (await admin.DeleteAsync($"{path}/uuid:emptied/attachments/{Photo}")).ShouldBe(HttpStatusCode.OK);
        Assert.True(faulty.Seen >= 5);
        faulty.StopFailing();

        Assert.Equal(5, await AgeIntentsAsync(storage));
        await ReconcileAsync(storage, inbox.Programme.Admin);

        var rows = await storage.RowsAsync("submissions");
        await storage.LoseAsync(LostTables.OfSubmissions);
        (await storage.RunAsync("rebuild", "--only", "submissions")).ShouldSucceed();
        Assert.Equal(rows, await storage.RowsAsync("submissions"));
    }

    [Fact]
    public async Task A_truncated_refusal_of_storage_is_retried()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:edited"));
        await using var there = await FaultyServer.TakeAsync();
        there.Storage.Fail(
            Fault.CutOff,
            request => request.Method == "GET" && request.Path.Value!.EndsWith("/published.json", StringComparison.Ordinal),
            count: 1
        );

        var edit = inbox.Submission("uuid:edit", deprecatedId: "uuid:edited");
        await inbox.At(there.Server).SendAsync(edit);

        Assert.Equal(2, there.Storage.Seen); // There is no record yet: 404, its body cut off, and 404 again.
    }

    [Fact]
    public async Task A_form_can_be_changed_while_storage_refuses_its_recovery_record()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var (faultyServer, faulty) = await storage.WithFaultsAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        var (admin, path) = (inbox.Programme.Admin, inbox.Programme.Path);
        foreach (var id in new[] { "closed", "drafted", "deleted" })
        {
            (await admin.PostXmlAsync($"{path}/forms?publish=true", Samples.Form(id))).ShouldBe(HttpStatusCode.OK);
        }
        var there = admin.At(faultyServer);
        faulty.Fail(
            Fault.ServerError,
            request => request.Method == "PUT" && request.Path.Value!.EndsWith(".json", StringComparison.Ordinal)
        );

        (await there.PostXmlAsync($"{path}/forms?publish=true", Samples.Form("created"))).ShouldBe(HttpStatusCode.OK);
        (await there.PatchJsonAsync($"{path}/forms/closed", new { state = "closed" })).ShouldBe(HttpStatusCode.OK);
        (await there.PostXmlAsync($"{path}/forms/drafted/draft", Samples.Form("drafted", version: "2"))).ShouldBe(HttpStatusCode.OK);
        (await there.DeleteAsync($"{path}/forms/deleted")).ShouldBe(HttpStatusCode.OK);
        Assert.True(faulty.Seen >= 4);
        faulty.StopFailing();

        Assert.True(await AgeIntentsAsync(storage) >= 4);
        await ReconcileAsync(storage, admin);

        var rows = await FormsAsync(storage);
        await storage.LoseAsync(LostTables.OfForms);
        (await storage.RunAsync("rebuild", "--only", "forms")).ShouldSucceed();
        Assert.Equal(rows, await FormsAsync(storage));
    }

    // The head row contains the version of the form list, which is new after a rebuild.
    private static async Task<IReadOnlyList<string>> FormsAsync(OwnStorage storage) =>
        [.. (await storage.RowsAsync("forms")).Where(row => !row.Contains(" head ", StringComparison.Ordinal))];

    private static async Task ReconcileAsync(OwnStorage storage, Api admin)
    {
        (await admin.PostJsonAsync(new Uri(storage.Server.BaseUrl, "/admin/functions/Reconcile").ToString(), new { })).ShouldBe(
            HttpStatusCode.Accepted
        );
        await Eventually.TrueAsync(async () => (await storage.RowsAsync("intents")).Count == 0, "Reconcile has written the records");
        (await storage.RunAsync("verify", "--content", "--settle", "1")).ShouldSucceed();
    }

    private static async Task<int> AgeIntentsAsync(OwnStorage storage)
    {
        var table = new TableServiceClient(storage.ConnectionString).GetTableClient("intents");
        var intents = await table.QueryAsync<TableEntity>().ToListAsync();
        foreach (var intent in intents)
        {
            intent["At"] = intent.GetDateTimeOffset("At")!.Value.AddMinutes(-10);
            await table.UpdateEntityAsync(intent, ETag.All, TableUpdateMode.Replace);
        }
        return intents.Count;
    }
}
