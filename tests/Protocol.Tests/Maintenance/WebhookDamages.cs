using Azure.Data.Tables;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Damage to webhooks and their deliveries.</summary>
internal static class WebhookDamages
{
    public static Dictionary<string, Damage> All { get; } =
        new()
        {
            ["a webhook for unknown events"] = new(populated => ChangeAsync(populated, row => row["Events"] = "no.event"), "webhook"),
            ["a webhook without an address"] = new(populated => ChangeAsync(populated, row => row["Url"] = "nowhere"), "unreadable"),
            ["a webhook whose secret is of another key ring"] = new(
                populated => ChangeAsync(populated, row => row["ProtectedSecret"] = "AAAA"),
                "webhook-secret"
            ),
            ["a pending delivery that does not wait for its turn"] = new(
                async populated =>
                {
                    var webhook = await populated.Stored.FindAsync("webhooks", OfProject(populated));
                    var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
                    var id = $"{DateTimeOffset.MaxValue.Ticks - at.Ticks:D19}-e1";
                    await populated.Stored.AddAsync(
                        "webhookDeliveries",
                        new TableEntity($"{webhook.PartitionKey}|{webhook.RowKey}", $"e|{id}")
                        {
                            ["EventId"] = "e1",
                            ["Type"] = "entity.deleted",
                            ["At"] = at,
                            ["Subject"] = "datasets/trees",
                            ["State"] = "pending",
                            ["InOrder"] = true,
                            ["Attempts"] = 0,
                            ["Since"] = at,
                        }
                    );
                },
                "webhook-delivery"
            ),
        };

    private static Task ChangeAsync(PopulatedServer populated, Action<TableEntity> change) =>
        populated.Stored.ChangeAsync("webhooks", OfProject(populated), change);

    private static string OfProject(PopulatedServer populated) => $"PartitionKey eq '{populated.Key}'";
}
