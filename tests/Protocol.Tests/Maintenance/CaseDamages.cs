using Azure.Data.Tables;
using static ServerlessRosa.Protocol.Tests.Maintenance.StoredRowFilters;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Damage to entities, intents and cases.</summary>
internal static class CaseDamages
{
    public static Dictionary<string, Damage> All { get; } =
        new()
        {
            ["an entity that is not found by its id"] = new(
                populated => populated.Stored.RemoveAsync("entities", $"RowKey eq 'i|{populated.Ids["ann"]}'"),
                "entity-place"
            ),
            ["an entity without a timeline row"] = new(
                populated => populated.Stored.RemoveAsync("entities", $"{Prefix("t|")} and EntityId eq '{populated.Ids["ann"]}'"),
                "entity-unlisted"
            ),
            ["a version of an entity that is gone"] = new(
                populated => populated.Stored.RemoveAsync("entities", Prefix($"v|{populated.Ids["ann"]}|")),
                "entity-versions"
            ),
            ["entities without a stamp"] = new(populated => populated.Stored.RemoveAsync("entities", "RowKey eq 'head'"), "entity-stamp"),
            ["entities of no dataset"] = new(
                populated => populated.Stored.RemoveAsync("datasets", Row(populated.Key, Hash(populated.Ids["other dataset"]))),
                "dataset-missing"
            ),
            ["a submission whose entities were not processed"] = new(
                populated => populated.Stored.RemoveAsync("entities", $"InstanceId eq 'uuid:ann'"),
                "entities-not-applied"
            ),
            ["a backlogged update that no timeout finds"] = new(
                populated => populated.Stored.RemoveAsync("heldEntities", "PartitionKey eq 'waiting'"),
                "held-update"
            ),
            ["an intent that is not processed"] = new(
                populated =>
                    populated.Stored.AddAsync(
                        "intents",
                        new TableEntity("03", "3")
                        {
                            ["Project"] = populated.Programme.Id,
                            ["Form"] = 1,
                            ["InstanceId"] = "uuid:plain",
                            ["Work"] = "x",
                            ["At"] = DateTimeOffset.UtcNow.AddHours(-1),
                        }
                    ),
                "intent-stale"
            ),
            ["a case without a copy at its owner"] = new(
                populated => populated.Stored.RemoveAsync("caseOwners", $"Id eq '{populated.Ids["lone"]}'"),
                "case-owner"
            ),
            ["a case that differs from the copy at its owner"] = new(
                populated => populated.Stored.ChangeAsync("caseOwners", $"Id eq '{populated.Ids["closed"]}'", row => row["Closed"] = false),
                "case-owner"
            ),
            ["a case without a tombstone at its former owner"] = new(
                populated => populated.Stored.RemoveAsync("caseOwners", $"Id eq '{populated.Ids["moved"]}' and Moved ge ''"),
                "case-owner"
            ),
            ["an owner's copy of a case that does not exist"] = new(
                populated =>
                    populated.Stored.AddAsync(
                        "caseOwners",
                        new TableEntity($"{populated.Key}|{Hash(populated.Desk.Worker.Id)}", $"{Hash("never")}|0000000001")
                        {
                            ["Id"] = "never",
                        }
                    ),
                "case-owner"
            ),
            ["a case that is gone"] = new(
                populated => populated.Stored.RemoveAsync("cases", $"RowKey eq '{Hash(populated.Ids["lone"])}'"),
                "case-not-applied",
                "case-owner"
            ),
            ["a case with another revision"] = new(
                populated =>
                    populated.Stored.ChangeAsync("cases", $"RowKey eq '{Hash(populated.Ids["lone"])}'", row => row["Revision"] = 99),
                "case-row"
            ),
            ["an index without its row"] = new(
                populated => populated.Stored.RemoveAsync("caseIndices", $"Source eq '{populated.Ids["child"]}'"),
                "case-index"
            ),
            ["a large case whose blob is gone"] = new(
                async populated =>
                    await populated.Stored.DamageBlobAsync(
                        "cases",
                        (await populated.Stored.FindAsync("cases", $"RowKey eq '{Hash(populated.Ids["big"])}'")).GetString("Blob")
                    ),
                "case-blob"
            ),
            ["a large copy whose blob is gone"] = new(
                async populated =>
                    await populated.Stored.DamageBlobAsync(
                        "cases",
                        (await populated.Stored.FindAsync("caseOwners", $"Id eq '{populated.Ids["big"]}'")).GetString("Blob")
                    ),
                "case-owner"
            ),
            ["a deleted form that is still part of its case"] = new(
                async populated =>
                {
                    var (id, now) = (populated.Ids["undone form"], DateTimeOffset.UtcNow);
                    var row = await populated.Stored.FindAsync("submissions", Root(populated, id));
                    await populated.Stored.ChangeAsync(
                        "submissions",
                        Root(populated, id),
                        submission => (submission["Deleted"], submission["DeletedAt"]) = (true, now)
                    );
                    await populated.Stored.ChangeAsync("submissions", Instance(populated, id), instance => instance["State"] = "Deleted");
                    await populated.Stored.AddAsync(
                        "submissions",
                        new TableEntity(row.PartitionKey, $"d|{now.UtcTicks:D19}|{Hash(id)}") { ["RootId"] = id }
                    );
                },
                "case-form"
            )
            {
                Content = true,
            },
        };
}
