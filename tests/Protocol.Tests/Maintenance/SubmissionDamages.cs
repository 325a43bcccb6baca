using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Maintenance.StoredRowFilters;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Damage to the rows and blobs of submissions.</summary>
internal static class SubmissionDamages
{
    public static Dictionary<string, Damage> All { get; } =
        new()
        {
            ["a count of a range without submissions"] = new(
                async populated =>
                    await populated.Stored.AddAsync(
                        "submissions",
                        new TableEntity(
                            (await populated.Stored.FindAsync("submissions", Instance(populated, "uuid:plain"))).PartitionKey,
                            "n|c|t}"
                        )
                        {
                            ["Start"] = "t|9",
                            ["Counts"] = "{\"\":99}",
                        }
                    ),
                "submission-count"
            ),
            ["a shard that the form does not have"] = new(
                async populated =>
                    await populated.Stored.AddAsync(
                        "submissions",
                        new TableEntity(
                            (await populated.Stored.FindAsync("submissions", Instance(populated, "uuid:plain"))).PartitionKey[..^1] + "7",
                            "t|9"
                        )
                    ),
                "submission-shard"
            ),
            ["a submission that names no instance"] = new(
                populated => populated.Stored.RemoveAsync("submissions", Instance(populated, "uuid:plain")),
                "submission-instance"
            ),
            ["an instance without a timeline row"] = new(
                populated => populated.Stored.RemoveAsync("submissions", Root(populated, "uuid:plain")),
                "submission-unlisted"
            ),
            ["a submission with other XML than its instance"] = new(
                populated =>
                    populated.Stored.ChangeAsync(
                        "submissions",
                        Root(populated, "uuid:plain"),
                        row => row["CurrentXmlHash"] = Hash("other")
                    ),
                "submission-instance"
            ),
            ["attachments that are counted wrong"] = new(
                populated => populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:photo"), row => row["MediaPresent"] = 0),
                "submission-instance"
            ),
            ["a row that cannot be parsed"] = new(
                populated => populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:plain"), row => row.Remove("CreatedAt")),
                "unreadable"
            ),
            ["a submission that differs from its recovery record"] = new(
                populated =>
                    populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:edited"), row => row["ReviewState"] = "rejected"),
                "submission-recovery"
            )
            {
                Content = true,
            },
            ["XML that is gone"] = new(
                async populated => await populated.Stored.DamageBlobAsync("submissions", await XmlBlobAsync(populated, "uuid:plain")),
                "submission-xml"
            ),
            ["XML that is another"] = new(
                async populated => await populated.Stored.DamageBlobAsync("submissions", await XmlBlobAsync(populated, "uuid:plain"), [1]),
                "submission-xml"
            )
            {
                Content = true,
            },
            ["an attachment that is gone"] = new(
                async populated => await populated.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(populated, "uuid:photo")),
                "submission-file"
            ),
            ["an attachment that is shorter"] = new(
                async populated =>
                    await populated.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(populated, "uuid:photo"), [1]),
                "submission-file"
            ),
            ["an attachment that is another"] = new(
                async populated =>
                    await populated.Stored.DamageBlobAsync(
                        "submissions",
                        await MediaBlobAsync(populated, "uuid:photo"),
                        Samples.Bytes(700, 9)
                    ),
                "submission-file"
            )
            {
                Content = true,
            },
            ["an attachment of earlier versions that is gone"] = new(
                async populated => await populated.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(populated, "uuid:edited")),
                "submission-file"
            ),
            ["an edit that is not listed"] = new(
                populated => populated.Stored.RemoveAsync("submissions", Prefix("v|" + Hash("uuid:edited") + "|")),
                "submission-versions"
            ),
            ["an earlier version that is gone"] = new(
                populated => populated.Stored.RemoveAsync("submissions", Instance(populated, "uuid:edited-2")),
                "submission-versions"
            ),
            ["an earlier version that is current"] = new(
                populated =>
                    populated.Stored.ChangeAsync("submissions", Instance(populated, "uuid:edited-2"), row => row["State"] = "Current"),
                "submission-versions"
            ),
            ["an edited submission that differs from its recovery record"] = new(
                populated =>
                    populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:edited"), row => row["ReviewState"] = "approved"),
                "submission-recovery"
            )
            {
                Content = true,
            },
            ["a deletion that no purge finds"] = new(
                populated =>
                    populated.Stored.RemoveAsync(
                        "submissions",
                        Prefix("d|"),
                        row => row.RowKey.EndsWith(Hash("uuid:deleted"), StringComparison.Ordinal)
                    ),
                "submission-deletion"
            ),
            ["a deletion mark of a submission that is not deleted"] = new(
                async populated =>
                    await populated.Stored.AddAsync(
                        "submissions",
                        new TableEntity(await SpaceAsync(populated), $"d|{DateTimeOffset.UtcNow.Ticks:D19}|{Hash("uuid:plain")}")
                        {
                            ["RootId"] = "uuid:plain",
                        }
                    ),
                "submission-mark"
            ),
            ["a comment without a submission"] = new(
                async populated =>
                    await populated.Stored.AddAsync(
                        "submissions",
                        new TableEntity(await SpaceAsync(populated), $"c|{Hash("uuid:nothing")}|1|2")
                    ),
                "submission-mark"
            ),
        };
}
