using System.Net;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Webhooks;

/// <summary>Which events reach a receiver, in which order, and what becomes of those that do not.</summary>
public sealed class WebhookDeliveryTests
{
    private static readonly string[] OfSubmissions = ["submission.created", "submission.edited", "submission.reviewed"];

    [Fact]
    public async Task New_edited_and_reviewed_submissions_are_reported_in_order_signed_and_with_links()
    {
        var inbox = await Inbox.OpenAsync();
        var (plain, whole) = (await WebhookReceiver.OpenAsync(), await WebhookReceiver.OpenAsync());
        var webhook = await inbox.Programme.HookAsync(plain.Url, OfSubmissions);
        await inbox.Programme.HookAsync(whole.Url, ["submission.edited"], includeData: true);
        var (first, second) = (Samples.NewInstanceId(), Samples.NewInstanceId());
        var edit = inbox.Submission(second, "elm", deprecatedId: first);
        var server = await Server.SharedAsync();

        await inbox.SendAsync(inbox.Submission(first));
        await inbox.SendAsync(inbox.Submission(first)); // A duplicate is no event.
        await plain.WaitAsync(1);
        await inbox.SendAsync(edit);
        await plain.WaitAsync(2);
        (
            await inbox.Programme.Admin.PatchJsonAsync(
                $"{inbox.SubmissionsPath}/{Uri.EscapeDataString(first)}",
                new { reviewState = "approved" }
            )
        ).ShouldBe(HttpStatusCode.OK);

        var got = await plain.WaitAsync(3);
        Assert.Equal(OfSubmissions, got.Select(one => one.Type));
        Assert.All(got, one => Assert.True(one.IsSignedBy(webhook.Text("secret"))));
        Assert.All(got, one => Assert.Equal("application/json; charset=utf-8", one.ContentType));
        Assert.All(got, one => Assert.Equal(one.Id, one.Json.Text("id")));
        Assert.All(got, one => Assert.Equal(first, one.Data.Text("instanceId")));
        Assert.All(got, one => Assert.False(one.Data.TryGetProperty("xml", out _)));
        Assert.Equal(second, got[1].Data.Text("currentInstanceId"));
        Assert.Equal("approved", got[2].Data.Text("reviewState"));
        var link = new Uri(got[0].Data.GetProperty("links").Text("self"));
        Assert.Equal(
            first,
            (await inbox.Programme.Admin.At(server).GetAsync(link.PathAndQuery["/v1".Length..]))
                .ShouldBe(HttpStatusCode.OK)
                .Json.Text("instanceId")
        );
        Assert.Equal(edit, (await whole.WaitAsync(1))[0].Data.Text("xml"));
        var deliveries = await inbox.Programme.DeliveriesAsync(webhook);
        Assert.Equal(OfSubmissions.Reverse(), deliveries.Select(one => one.Text("type")));
        Assert.All(deliveries, one => Assert.Equal("delivered", one.Text("state")));
    }

    [Fact]
    public async Task Entities_of_submissions_and_of_the_management_API_are_reported()
    {
        var census = await Census.StartAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        await census.Programme.HookAsync(receiver.Url, ["entity.created", "entity.updated", "entity.deleted"], includeData: true);
        var id = Census.NewId();

        await census.SendAsync(census.Submission(id, "create=\"1\""));
        await receiver.WaitAsync(1);
        var path = $"{census.EntitiesPath}/{id}";
        (await census.Programme.Admin.PatchJsonAsync($"{path}?force=true", new { data = new { age = "31" } })).ShouldBe(HttpStatusCode.OK);
        await receiver.WaitAsync(2);
        (await census.Programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        await receiver.WaitAsync(3);
        var bulk = Enumerable
            .Range(0, 3)
            .Select(i => new
            {
                uuid = Census.NewId(),
                label = $"Bulk {i}",
                data = new { },
            })
            .ToList();
        (
            await census.Programme.Admin.PostJsonAsync(
                census.EntitiesPath,
                new { entities = bulk, source = new { name = "a.csv", size = 1 } }
            )
        ).ShouldBe(HttpStatusCode.OK);

        var got = await receiver.WaitAsync(6);
        Assert.Equal(["entity.created", "entity.updated", "entity.deleted"], got.Take(3).Select(one => one.Type));
        Assert.Equal(bulk.Select(one => one.label), got.Skip(3).Select(one => one.Data.Text("label")));
        Assert.Equal("31", got[1].Data.GetProperty("values").Text("age"));
        Assert.Equal(id, got[2].Data.Text("entityId"));
    }

    [Fact]
    public async Task Cases_are_reported_when_a_form_creates_updates_and_closes_them()
    {
        var desk = await CaseDesk.OpenAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        await desk.Domain.Programme.HookAsync(receiver.Url, ["case.created", "case.updated", "case.closed"], includeData: true);
        var id = CaseDesk.NewId();

        await desk.SubmitAsync(desk.Create(id));
        await receiver.WaitAsync(1);
        await desk.SubmitAsync(CaseDesk.Update(id, "<n0:pulse>72</n0:pulse>"));
        await receiver.WaitAsync(2);
        await desk.SubmitAsync(CaseDesk.Block(id, "<n0:close/>", date: null));

        var got = await receiver.WaitAsync(3);
        Assert.Equal(["case.created", "case.updated", "case.closed"], got.Select(one => one.Type));
        Assert.All(got, one => Assert.Equal(id, one.Data.Text("caseId")));
        Assert.Equal("72", got[1].Data.GetProperty("properties").Text("pulse"));
    }

    [Fact]
    public async Task The_topic_gets_CloudEvents_of_every_project()
    {
        var inbox = (await Inbox.OpenAsync()).At(await WebhookServer.SharedAsync());
        var id = Samples.NewInstanceId();

        await inbox.SendAsync(inbox.Submission(id));

        var topic = await WebhookServer.TopicAsync();
        var got = (await topic.WaitAsync(1, one => one.Data.TryGetProperty("instanceId", out var about) && about.GetString() == id))[0];
        Assert.Equal("application/cloudevents+json; charset=utf-8", got.ContentType);
        Assert.Equal(("1.0", "submission.created"), (got.Json.Text("specversion"), got.Json.Text("type")));
        Assert.EndsWith($"/v1{inbox.Programme.Path}", got.Json.Text("source"), StringComparison.Ordinal);
        Assert.Equal($"forms/{inbox.Form}/submissions/{id}", Uri.UnescapeDataString(got.Json.Text("subject")));
    }

    [Fact]
    public async Task A_failing_receiver_gets_the_event_again_with_the_same_id_and_later_events_wait()
    {
        var inbox = await Inbox.OpenAsync();
        var (failing, hanging, well) = (
            await WebhookReceiver.OpenAsync(),
            await WebhookReceiver.OpenAsync(),
            await WebhookReceiver.OpenAsync()
        );
        failing.Answer = (n, http) =>
        {
            http.Response.StatusCode = n == 1 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            return http.Response.WriteAsync(new string('x', 100_000));
        };
        hanging.Answer = (n, http) => n == 1 ? Task.Delay(Timeout.Infinite, http.RequestAborted) : Task.CompletedTask;
        var webhook = await inbox.Programme.HookAsync(failing.Url, OfSubmissions);
        await inbox.Programme.HookAsync(hanging.Url, OfSubmissions);
        await inbox.Programme.HookAsync(well.Url, OfSubmissions);
        string[] ids = [Samples.NewInstanceId(), Samples.NewInstanceId(), Samples.NewInstanceId()];

        await inbox.SendAsync(inbox.Submission(ids[0]));
        await Task.WhenAll(failing.WaitAsync(1), hanging.WaitAsync(1));
        await inbox.SendAsync(inbox.Submission(ids[1]));
        await inbox.SendAsync(inbox.Submission(ids[2]));

        Assert.Equal(ids.ToHashSet(), (await well.WaitAsync(3)).Select(one => one.Data.Text("instanceId")).ToHashSet());
        var got = await failing.WaitAsync(4);
        Assert.Equal([ids[0], .. ids], got.Select(one => one.Data.Text("instanceId")));
        Assert.Equal(got[0].Id, got[1].Id);
        Assert.Equal(4, got.Select(one => one.Signature).Distinct().Count());
        var oldest = (await inbox.Programme.DeliveriesAsync(webhook))[^1];
        Assert.Equal((2, 200), (oldest.GetProperty("attempts").GetInt32(), oldest.GetProperty("lastStatus").GetInt32()));
        Assert.Equal([ids[0], .. ids], (await hanging.WaitAsync(4)).Select(one => one.Data.Text("instanceId")));
    }

    [Fact]
    public async Task After_three_days_an_event_is_parked_until_somebody_replays_it()
    {
        var inbox = await Inbox.OpenAsync();
        var (receiver, elsewhere) = (await WebhookReceiver.OpenAsync(), await WebhookReceiver.OpenAsync());
        var isWell = false;
        receiver.Answer = (_, http) =>
        {
            http.Response.StatusCode = isWell ? StatusCodes.Status200OK : StatusCodes.Status307TemporaryRedirect;
            http.Response.Headers.Location = elsewhere.Url;
            return Task.CompletedTask;
        };
        var webhook = await inbox.Programme.HookAsync(receiver.Url, OfSubmissions);
        await inbox.SendAsync(inbox.Submission(Samples.NewInstanceId()));
        await receiver.WaitAsync(1);
        await Eventually.TrueAsync(
            async () => (await inbox.Programme.DeliveriesAsync(webhook)) is [var one] && one.GetProperty("attempts").GetInt32() == 1,
            "the failure was stored"
        );
        await AgeAsync(webhook.Text("id"));

        await Eventually.TrueAsync(
            async () => (await inbox.Programme.DeliveriesAsync(webhook, "?state=parked")).Count == 1,
            "the event was parked"
        );
        var parked = (await inbox.Programme.DeliveriesAsync(webhook))[0];
        Assert.Equal((307, "The receiver answered 307."), (parked.GetProperty("lastStatus").GetInt32(), parked.Text("lastError")));
        Assert.Empty(await inbox.Programme.DeliveriesAsync(webhook, "?state=pending"));
        Assert.Empty(elsewhere.Requests);
        isWell = true;
        var before = receiver.Requests.Count;
        (
            await inbox.Programme.Admin.PostJsonAsync(
                $"{inbox.Programme.Path}/webhooks/{webhook.Text("id")}/deliveries/{parked.Text("id")}/replay",
                new { }
            )
        ).ShouldBe(HttpStatusCode.OK);

        var got = await receiver.WaitAsync(before + 1);
        Assert.Equal(parked.Text("eventId"), got[^1].Id);
        await Eventually.TrueAsync(
            async () => (await inbox.Programme.DeliveriesAsync(webhook, "?state=delivered")).Count == 1,
            "the event was delivered"
        );
    }

    [Fact]
    public async Task A_worker_killed_while_it_delivers_loses_no_event()
    {
        await using var own = await OwnStorage.StartAsync(WebhookServer.Settings);
        var inbox = await Inbox.OpenAsync(own.Server);
        var receiver = await WebhookReceiver.OpenAsync();
        receiver.Answer = (n, http) => n == 1 ? Task.Delay(Timeout.Infinite, http.RequestAborted) : Task.CompletedTask;
        await inbox.Programme.HookAsync(receiver.Url, OfSubmissions, server: own.Server);
        await inbox.SendAsync(inbox.Submission(Samples.NewInstanceId()));
        await receiver.WaitAsync(1);

        using (var worker = System.Diagnostics.Process.GetProcessById(own.Server.App!.ProcessId))
        {
            worker.Kill();
        }

        var got = await receiver.WaitAsync(2);
        Assert.Equal(got[0].Id, got[1].Id);
    }

    [Fact]
    public async Task A_server_killed_right_after_it_took_a_submission_loses_no_event()
    {
        var inbox = await Inbox.OpenAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        await inbox.Programme.HookAsync(receiver.Url, OfSubmissions);
        var dying = await Server.StartAsync();
        var id = Samples.NewInstanceId();

        await inbox.At(dying).SendAsync(inbox.Submission(id));
        dying.App!.Kill();

        Assert.Equal(id, (await receiver.WaitAsync(1))[0].Data.Text("instanceId"));
    }

    [Fact]
    public async Task A_message_that_is_not_Base64_is_set_aside()
    {
        await WebhookServer.SharedAsync();
        var storage = await Server.StorageAsync();
        var text = $"§ {Guid.NewGuid()}";
        await new QueueClient(storage, "webhooks").SendMessageAsync(text);

        var poison = new QueueClient(storage, "webhooks-poison");
        await Eventually.TrueAsync(
            async () =>
                await poison.ExistsAsync() && (await poison.PeekMessagesAsync(32)).Value.Any(message => message.MessageText == text),
            "the message was set aside"
        );
    }

    // As if its three days had begun four days ago.
    private static async Task AgeAsync(string webhook)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient("webhookDeliveries");
        await foreach (var row in table.QueryAsync<TableEntity>("State eq 'pending'"))
        {
            if (row.PartitionKey.EndsWith(webhook, StringComparison.Ordinal))
            {
                row["Since"] = DateTimeOffset.UtcNow.AddDays(-4);
                await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
            }
        }
    }
}
