using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Webhooks;

/// <summary>
/// A server on the storage that all share which delivers webhooks, also to this machine, and to a topic that is one of the receivers. All
/// others leave their messages to it.
/// </summary>
internal static class WebhookServer
{
    private static readonly Lazy<Task<Server>> Shared = new(StartAsync);
    private static readonly Lazy<Task<WebhookReceiver>> SharedTopic = new(WebhookReceiver.OpenAsync);

    public static Dictionary<string, string> Settings { get; } =
        new() { ["Rosa__WebhooksToPrivateAddresses"] = "true", ["AzureWebJobs__Webhooks__Disabled"] = "false" };

    public static Task<Server> SharedAsync() => Shared.Value;

    public static Task<WebhookReceiver> TopicAsync() => SharedTopic.Value;

    /// <summary>Creates a webhook at that server. With a secret.</summary>
    public static async Task<JsonElement> HookAsync(
        this Programme programme,
        string url,
        string[] events,
        bool includeData = false,
        Server? server = null
    ) => (
            await programme
                .Admin.At(server ?? await SharedAsync())
                .PostJsonAsync(
                    $"{programme.Path}/webhooks",
                    new
                    {
                        url,
                        events,
                        includeData,
                    }
                )
        ).ShouldBe(HttpStatusCode.OK).Json;

    public static async Task<List<JsonElement>> DeliveriesAsync(this Programme programme, JsonElement webhook, string query = "") =>
        [
            .. (await programme.Admin.GetAsync($"{programme.Path}/webhooks/{webhook.Text("id")}/deliveries{query}"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray(),
        ];

    private static async Task<Server> StartAsync() =>
        await Server.StartAsync(
            new Dictionary<string, string>(Settings)
            {
                ["Rosa__EventGridTopic"] = (await TopicAsync()).Url,
                ["Rosa__EventGridKey"] = "the topic's key",
            }
        );
}
