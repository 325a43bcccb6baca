using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Webhooks;

/// <summary>The management of webhooks.</summary>
public sealed class WebhookCallTests
{
    private static readonly string[] OfCases = ["case.closed"];
    private static readonly string[] Unknown = ["form.created"];

    [Fact]
    public async Task A_webhook_is_created_changed_and_deleted_and_shows_its_secret_once()
    {
        var programme = await Programme.StartAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        var created = await programme.HookAsync(receiver.Url, ["submission.created"]);
        var path = $"{programme.Path}/webhooks/{created.Text("id")}";

        Assert.StartsWith("whsec_", created.Text("secret"), StringComparison.Ordinal);
        var shown = (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.False(shown.TryGetProperty("secret", out _));
        Assert.Equal((true, false), (shown.GetProperty("active").GetBoolean(), shown.GetProperty("includeData").GetBoolean()));
        var changed = (await programme.Admin.PatchJsonAsync(path, new { name = "Warehouse", active = false }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(("Warehouse", receiver.Url), (changed.Text("name"), changed.Text("url")));
        Assert.Single((await programme.Admin.GetAsync($"{programme.Path}/webhooks")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray());
        var audit = (await programme.Admin.GetAsync("/audits?action=webhook&limit=250")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains(created.Text("id"), audit, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", audit, StringComparison.Ordinal);
        (await programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync(path)).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task A_test_is_delivered_and_both_secrets_sign_after_a_rotation()
    {
        var programme = await Programme.StartAsync();
        var receiver = await WebhookReceiver.OpenAsync();
        var webhook = await programme.HookAsync(receiver.Url, ["submission.created"]);
        var path = $"{programme.Path}/webhooks/{webhook.Text("id")}";
        var rotated = (await programme.Admin.PostJsonAsync($"{path}/secret", new { })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.NotEqual(webhook.Text("secret"), rotated.Text("secret"));

        var test = (await programme.Admin.PostJsonAsync($"{path}/test", new { })).ShouldBe(HttpStatusCode.OK).Json;

        var got = (await receiver.WaitAsync(1))[0];
        Assert.Equal(("webhook.test", test.Text("eventId")), (got.Type, got.Id));
        Assert.True(got.IsSignedBy(webhook.Text("secret")));
        Assert.True(got.IsSignedBy(rotated.Text("secret")));
        await Eventually.TrueAsync(
            async () => (await programme.DeliveriesAsync(webhook)) is [var one] && one.Text("state") == "delivered",
            "the test was delivered"
        );
    }

    [Theory]
    [InlineData("http://example.org/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://[::ffff:10.0.0.1]/hook")]
    [InlineData("https://169.254.169.254/metadata")]
    [InlineData("https://localhost:9/")]
    [InlineData("https://user:password@example.org/")]
    [InlineData("ftp://example.org/")]
    [InlineData("/hook")]
    public async Task An_address_that_is_not_public_or_not_https_is_refused(string url)
    {
        var programme = await Programme.StartAsync();
        var body = new { url, events = new[] { "submission.created" } };
        (await programme.Admin.PostJsonAsync($"{programme.Path}/webhooks", body)).ShouldBeProblem(400.8m, "url");
    }

    [Fact]
    public async Task What_cannot_be_honoured_is_refused()
    {
        var programme = await Programme.StartAsync();
        var path = $"{programme.Path}/webhooks";
        const string Url = "https://hooks.example.org/x";
        (await programme.Admin.PostJsonAsync(path, new { url = Url })).ShouldBeProblem(400.2m, "events");
        (await programme.Admin.PostJsonAsync(path, new { url = Url, events = Array.Empty<string>() })).ShouldBeProblem(400.2m);
        (await programme.Admin.PostJsonAsync(path, new { url = Url, events = Unknown })).ShouldBeProblem(400.8m);
        (await programme.Admin.PostJsonAsync(path, new { events = OfCases })).ShouldBeProblem(400.2m, "url");
        (
            await programme.Admin.PostJsonAsync(
                path,
                new
                {
                    url = Url,
                    events = OfCases,
                    filter = "x",
                }
            )
        ).ShouldBeProblem(400.33m);
        var webhook = (await programme.Admin.PostJsonAsync(path, new { url = Url, events = OfCases })).ShouldBe(HttpStatusCode.OK).Json;
        (await programme.Admin.GetAsync($"{path}/{webhook.Text("id")}/deliveries?state=lost")).ShouldBeProblem(400.8m);
        (await programme.Admin.GetAsync($"{path}/{webhook.Text("id")}/deliveries?limit=1000")).ShouldBeProblem(400.8m);
        (await programme.Admin.PostJsonAsync($"{path}/{webhook.Text("id")}/deliveries/1-2/replay", new { })).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task A_change_costs_one_operation_more_where_a_webhook_wants_it_and_else_none()
    {
        var (without, with) = (await Inbox.OpenAsync(), await Inbox.OpenAsync());
        await with.Programme.HookAsync("http://127.0.0.1:9/", ["submission.created", "submission.edited", "submission.reviewed"]);

        var (few, more) = (await CostsAsync(without), await CostsAsync(with));

        Assert.All(few.Zip(more), pair => Assert.InRange(pair.Second - pair.First, 0, 2));
        Assert.InRange(few[0], 0, 4);
    }

    // Of a new submission, an edit and a review, once the server knows phone, form and webhooks.
    private static async Task<int[]> CostsAsync(Inbox inbox)
    {
        var at = inbox.At(await Processes.RememberingAsync());
        var (first, second) = (Samples.NewInstanceId(), Samples.NewInstanceId());
        await at.SendAsync(inbox.Submission(Samples.NewInstanceId()));
        var created = (await at.PostAsync(inbox.Submission(first))).ShouldBe(HttpStatusCode.Created);
        var edited = (await at.PostAsync(inbox.Submission(second, deprecatedId: first))).ShouldBe(HttpStatusCode.Created);
        var reviewed = (
            await inbox
                .Programme.Admin.At(at.Phone.Server)
                .PatchJsonAsync($"{inbox.SubmissionsPath}/{Uri.EscapeDataString(first)}", new { reviewState = "approved" })
        ).ShouldBe(HttpStatusCode.OK);
        return [created.StorageOperations, edited.StorageOperations, reviewed.StorageOperations];
    }
}
