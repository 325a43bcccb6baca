using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Webhooks;

/// <summary>Which events reach a receiver, in which order, and what they say.</summary>
[StartsFirst]
public sealed class WebhookEventTests
{
    private static readonly string[] OfSubmissions = ["submission.created", "submission.edited", "submission.reviewed"];
    private static readonly string[] OfEntities = ["entity.created", "entity.updated", "entity.deleted", "entity.restored"];
    private static readonly string[] OfTrash = ["submission.deleted", "submission.restored"];
    private static readonly string[] OfCases = ["case.created", "case.updated", "case.closed", "case.deleted"];

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
        await census.Programme.HookAsync(receiver.Url, OfEntities, includeData: true);
        var id = Census.NewId();

        await census.SendAsync(census.Submission(id, "create=\"1\""));
        await receiver.WaitAsync(1);
        var path = $"{census.EntitiesPath}/{id}";
        (await census.Programme.Admin.PatchJsonAsync($"{path}?force=true", new { data = new { age = "31" } })).ShouldBe(HttpStatusCode.OK);
        await receiver.WaitAsync(2);
        (await census.Programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        await receiver.WaitAsync(3);
        (await census.Programme.Admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);
        await receiver.WaitAsync(4);
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

        var got = await receiver.WaitAsync(7);
        Assert.Equal(OfEntities, got.Take(4).Select(one => one.Type));
        Assert.Equal(bulk.Select(one => one.label), got.Skip(4).Select(one => one.Data.Text("label")));
        Assert.Equal("31", got[1].Data.GetProperty("values").Text("age"));
        Assert.All(got.Take(4), one => Assert.Equal(id, one.Data.Text("entityId")));

        var ids = bulk.Select(one => one.uuid).ToList();
        (await census.Programme.Admin.PostJsonAsync($"{census.EntitiesPath}/bulk-delete", new { ids })).ShouldBe(HttpStatusCode.OK);
        await receiver.WaitAsync(10);
        (await census.Programme.Admin.PostJsonAsync($"{census.EntitiesPath}/bulk-restore", new { ids })).ShouldBe(HttpStatusCode.OK);
        var moved = (await receiver.WaitAsync(13)).Skip(7).ToLookup(one => one.Type, one => one.Data.Text("entityId"));
        Assert.Equal(ids.Order(), moved["entity.deleted"].Order());
        Assert.Equal(ids.Order(), moved["entity.restored"].Order());
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
    public async Task A_deletion_restoration_or_edit_of_a_submission_is_reported_with_the_cases_that_it_changes()
    {
        var desk = await CaseDesk.OpenAsync();
        var (receiver, ofCases) = (await WebhookReceiver.OpenAsync(), await WebhookReceiver.OpenAsync());
        await desk.Domain.Programme.HookAsync(receiver.Url, [.. OfTrash, .. OfCases], includeData: true);
        await desk.Domain.Programme.HookAsync(ofCases.Url, ["case.deleted"]);
        var (kept, made) = (CaseDesk.NewId("kept"), CaseDesk.NewId("made"));
        var seen = 0;
        await desk.SubmitAsync(desk.Create(kept));
        await ShouldGetAsync(("case.created", kept));
        var form = await desk.SubmitAsync(CaseDesk.Update(kept, "<n0:pulse>72</n0:pulse>"), desk.Create(made));
        await ShouldGetAsync(("case.updated", kept), ("case.created", made));
        var path = $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions/{form}";

        (await desk.Domain.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        var deleted = await ShouldGetAsync(("submission.deleted", form), ("case.updated", kept), ("case.deleted", made));
        Assert.False(deleted.Single(one => one.Type == "case.updated").Data.GetProperty("properties").TryGetProperty("pulse", out _));
        (await desk.Domain.Admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);
        var restored = await ShouldGetAsync(("submission.restored", form), ("case.updated", kept), ("case.created", made));
        Assert.Contains("pulse", restored.Single(one => one.Type == "submission.restored").Data.Text("xml"), StringComparison.Ordinal);
        (await desk.PostAsync(desk.Form(form, CaseDesk.Update(kept, "<n0:pulse>80</n0:pulse>")))).ShouldBeSuccess();
        await ShouldGetAsync(("case.updated", kept), ("case.deleted", made));

        Assert.Equal([made, made], (await ofCases.WaitAsync(2)).Select(one => one.Data.Text("caseId")));
        Assert.Equal(seen, receiver.Requests.Select(one => one.Id).Distinct().Count());

        async Task<IReadOnlyList<Received>> ShouldGetAsync(params (string Type, string Id)[] expected)
        {
            IReadOnlyList<Received> got = [.. (await receiver.WaitAsync(seen + expected.Length)).Skip(seen)];
            seen += expected.Length;
            Assert.Equal(
                expected.Order(),
                got.Select(one =>
                        (one.Type, one.Data.Text(one.Type.StartsWith("case", StringComparison.Ordinal) ? "caseId" : "instanceId"))
                    )
                    .Order()
            );
            return got;
        }
    }

    [Fact]
    public async Task Deletions_and_restorations_in_quick_succession_are_all_reported()
    {
        var inbox = await Inbox.OpenAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        await inbox.Programme.HookAsync(receiver.Url, OfTrash);
        var id = Samples.NewInstanceId();
        await inbox.SendAsync(inbox.Submission(id));
        var path = $"{inbox.SubmissionsPath}/{Uri.EscapeDataString(id)}";

        for (var i = 0; i < 2; i++)
        {
            (await inbox.Programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
            (await inbox.Programme.Admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);
        }

        await Eventually.TrueAsync(
            () => Task.FromResult(receiver.Requests.DistinctBy(one => one.Id).Count() == 4),
            "each of the four is reported"
        );
        Assert.Equal(
            [.. OfTrash, .. OfTrash],
            receiver.Requests.DistinctBy(one => one.Id).OrderBy(one => one.Json.Text("time")).Select(one => one.Type)
        );
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
}
