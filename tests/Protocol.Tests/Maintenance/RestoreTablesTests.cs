using System.Net;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Every table is lost, and comes back from a snapshot and from blobs.</summary>
public sealed class RestoreTablesTests(PopulatedServer world) : IClassFixture<PopulatedServer>
{
    [Fact]
    public async Task A_loss_of_every_table_costs_changes_by_administrators_since_the_snapshot_and_no_submission()
    {
        var (programme, desk) = (world.Programme, world.Desk);
        var phone = await programme.AppUserAsync(world.Ids["form"], world.Ids["census"]);
        await programme.Admin.PostJsonAsync(new Uri(world.Storage.Server.BaseUrl, "/admin/functions/Backup").ToString(), new { });
        await Eventually.TrueAsync(HasSnapshotAsync, "the timer has written a snapshot");
        (await world.Storage.RunAsync("backup")).ShouldSucceed();

        var late = await ChangeAsync(phone);
        var before = await programme.Admin.AskAsync(late.Paths);
        var cases = await world.Storage.RowsAsync("cases");
        var labels = (await programme.Admin.GetAsync($"{programme.DatasetPath(late.Dataset)}/entities")).Json.GetArrayLength();
        world.Storage.Server.App!.Kill();
        await DeleteTablesAsync();

        (await world.Storage.RunAsync("restore")).ShouldSucceed();

        (await world.Storage.RunAsync("verify", "--content", "--settle", "1")).ShouldSucceed();
        (await world.Storage.RunAsync("restore")).ShouldFail("has rows");
        var server = await Server.StartAsync(storage: world.Storage.ConnectionString);
        try
        {
            var admin = programme.Admin.At(server);
            Assert.Equal(before, await admin.AskAsync(late.Paths));
            Assert.Equal(cases, await world.Storage.RowsAsync("cases"));
            Assert.Equal(1, labels);
            Assert.Equal(1, (await admin.GetAsync($"{programme.DatasetPath(late.Dataset)}/entities")).Json.GetArrayLength());
            (await phone.At(server).GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
            (await desk.Worker.Phone.At(server).GetAsync(desk.Domain.At("/phone/restore/?version=2.0", server))).ShouldBe(
                HttpStatusCode.OK
            );
            // The web user was created after the snapshot.
            (await late.WebUser.At(server).GetAsync($"{programme.Path}/forms")).ShouldBe(HttpStatusCode.Unauthorized);
            (await programme.On(server).AppUserAsync(late.Form)).ToString();
        }
        finally
        {
            server.App!.Kill();
        }
    }

    // After the snapshot: submissions with entities and cases, a form with a dataset, a project, and a web user.
    private async Task<(string Form, string Dataset, Api WebUser, string[] Paths)> ChangeAsync(Api phone)
    {
        var (programme, desk) = (world.Programme, world.Desk);
        var (cid, ann) = (Census.NewId(), world.Ids["ann"]);
        await SendAsync(phone, Samples.Submission(world.Ids["form"], "uuid:late", "2", "oak"));
        await SendAsync(phone, Person("uuid:cid", cid, "create=\"1\""));
        await SendAsync(phone, Person("uuid:cid-2", cid, "update=\"1\" baseVersion=\"1\""));
        await SendAsync(phone, Person("uuid:ann-3", ann, "update=\"1\" baseVersion=\"2\""));
        await desk.SubmitAsync(desk.Create(CaseDesk.NewId("late")), CaseDesk.Update(world.Ids["mother"], "<n0:late>1</n0:late>"));
        var (newForm, newDataset) = (Samples.Unique("census"), Samples.Unique("people"));
        await programme.PublishAsync(EntityForms.Filling(newForm, newDataset, "create=\"1\" update=\"1\""), newForm);
        (
            await programme.Admin.PostXmlAsync(
                $"{programme.FormPath(newForm)}/submissions",
                Person("uuid:dan", Census.NewId(), "create=\"1\"", newForm, newDataset)
            )
        ).ShouldBe(HttpStatusCode.OK);
        var user = (await programme.WebUserAsync("viewer")).Api;
        var other = await Programme.StartAsync(world.Storage.Server);
        var otherForm = await other.PublishAsync();
        (await other.Admin.PostXmlAsync($"{other.FormPath(otherForm)}/submissions", Samples.Submission(otherForm, "uuid:other"))).ShouldBe(
            HttpStatusCode.OK
        );

        string[] paths =
        [
            $"{programme.FormPath(world.Ids["form"])}/submissions",
            $"{programme.FormPath(world.Ids["census"])}/submissions",
            $"{programme.FormPath(newForm)}/submissions",
            $"{other.FormPath(otherForm)}/submissions",
            $"{programme.DatasetPath(world.Ids["dataset"])}/entities",
            $"{programme.DatasetPath(world.Ids["dataset"])}/entities/{ann}/versions",
            $"{programme.DatasetPath(world.Ids["dataset"])}/entities/{cid}/versions",
            $"{programme.DatasetPath(world.Ids["other dataset"])}/entities",
        ];
        return (newForm, newDataset, user, paths);
    }

    private async Task DeleteTablesAsync()
    {
        var tables = new TableServiceClient(world.Storage.ConnectionString);
        foreach (var table in await tables.QueryAsync().Select(table => table.Name).ToListAsync())
        {
            await tables.DeleteTableAsync(table);
        }
    }

    private async Task<bool> HasSnapshotAsync() =>
        await new BlobContainerClient(world.Storage.ConnectionString, "backups")
            .GetBlobsAsync()
            .AnyAsync(blob => blob.Name.EndsWith("/manifest.json", StringComparison.Ordinal));

    private string Person(string instance, string id, string attributes, string? form = null, string? dataset = null) =>
        $"<data id=\"{form ?? world.Ids["census"]}\" version=\"1\"><q0>A</q0><q1>3</q1><meta>"
        + $"<instanceID>{instance}</instanceID>{Census.Entity(id, attributes, "A", dataset ?? world.Ids["dataset"])}</meta></data>";

    private async Task SendAsync(Api phone, string xml) =>
        (await phone.PostAsync($"{world.Programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);
}
