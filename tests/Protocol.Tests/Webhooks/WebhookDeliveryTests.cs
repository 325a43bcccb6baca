using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Webhooks;

/// <summary>What becomes of events that do not reach a receiver at once.</summary>
[StartsFirst]
public sealed class WebhookDeliveryTests
{
    private static readonly string[] OfSubmissions = ["submission.created", "submission.edited", "submission.reviewed"];

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
    public async Task What_waits_for_a_webhook_that_is_deleted_is_removed_and_not_delivered()
    {
        var inbox = await Inbox.OpenAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        var webhook = await inbox.Programme.HookAsync(receiver.Url, OfSubmissions);
        var kept = await inbox.Programme.HookAsync((await WebhookReceiver.OpenAsync()).Url, OfSubmissions);
        await inbox.SendAsync(inbox.Submission(Samples.NewInstanceId()));
        await receiver.WaitAsync(1);
        await Eventually.TrueAsync(
            async () => (await inbox.Programme.DeliveriesAsync(kept, "?state=delivered")).Count == 1,
            "the other has the event"
        );

        (await inbox.Programme.Admin.DeleteAsync($"{inbox.Programme.Path}/webhooks/{webhook.Text("id")}")).ShouldBe(HttpStatusCode.OK);

        var before = receiver.Requests.Count;
        await Eventually.TrueAsync(async () => await RowsOfAsync(inbox, webhook) == 0, "its deliveries are removed");
        Assert.InRange(receiver.Requests.Count, before, before + 1);
        Assert.True(await RowsOfAsync(inbox, kept) > 0);
    }

    private static async Task<int> RowsOfAsync(Inbox inbox, JsonElement webhook) =>
        await new TableServiceClient(await Server.StorageAsync())
            .GetTableClient("webhookDeliveries")
            .QueryAsync<TableEntity>($"PartitionKey eq '{inbox.Programme.Id:D10}|{webhook.Text("id")}'")
            .CountAsync();

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
