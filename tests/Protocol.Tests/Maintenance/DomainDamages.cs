using static ServerlessRosa.Protocol.Tests.Maintenance.StoredRowFilters;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Damage to projects, accounts, mobile workers and fixtures.</summary>
internal static class DomainDamages
{
    public static Dictionary<string, Damage> All { get; } =
        new()
        {
            ["a domain without its row"] = new(
                populated => populated.Stored.RemoveAsync("projects", Row("projects", $"domain|{populated.Desk.Domain.Name}")),
                "project-domain"
            ),
            ["a sequence of projects that restarts"] = new(
                populated => populated.Stored.ChangeAsync("projects", Row("projects", "sequence"), row => row["Next"] = 1),
                "number"
            ),
            ["an email address without its uniqueness row"] = new(
                populated =>
                    populated.Stored.RemoveAsync("accounts", Row("email|" + Hash("admin@example.org")[..2], Hash("admin@example.org"))),
                "account-email"
            ),
            ["an administrator without an account"] = new(
                populated =>
                    populated.Stored.ChangeAsync(
                        "accounts",
                        Row("administrators", "administrators"),
                        row => row["Administrators"] = row.GetString("Administrators") + " 9999",
                        null
                    ),
                "administrators"
            ),
            ["a sequence of accounts that restarts"] = new(
                populated => populated.Stored.ChangeAsync("accounts", Row("sequence", "actors"), row => row["Next"] = 2),
                "number"
            ),
            ["a worker without the uniqueness row of its id"] = new(
                populated =>
                    populated.Stored.RemoveAsync(
                        "workers",
                        $"PartitionKey ge 'id|' and PartitionKey lt 'id}}' and Username eq '{populated.Ids["worker"]}'"
                    ),
                "worker-id"
            ),
            ["a worker without an account"] = new(
                async populated =>
                {
                    var worker = await populated.Stored.FindAsync(
                        "workers",
                        $"PartitionKey ge 'project|' and Username eq '{populated.Ids["worker"]}'"
                    );
                    await populated.Stored.RemoveAsync("accounts", $"RowKey eq '{worker.GetInt32("Actor"):D10}'");
                },
                "worker-account"
            ),
            ["a group member that is no worker"] = new(
                populated =>
                    populated.Stored.ChangeAsync(
                        "fixtures",
                        Prefix(populated.Key, "group|"),
                        row => row["Data"] = row.GetString("Data").Replace(populated.Desk.Worker.Id, "nobody", StringComparison.Ordinal)
                    ),
                "group-member"
            ),
            ["a head without groups"] = new(
                populated => populated.Stored.ChangeAsync("fixtures", Row(populated.Key, "head"), row => row.Remove("Groups")),
                "fixture-head"
            ),
            ["a lookup table without the uniqueness row of its tag"] = new(
                populated => populated.Stored.RemoveAsync("fixtures", Row(populated.Key, "tag|drug")),
                "fixture-name"
            ),
            ["a site code of another location"] = new(
                populated =>
                    populated.Stored.ChangeAsync(
                        "fixtures",
                        Row(populated.Key, "site|" + Hash("kano")),
                        row => row["Data"] = "\"nowhere\""
                    ),
                "fixture-name"
            ),
            ["a lookup row that is not found by its id"] = new(
                populated => populated.Stored.RemoveAsync("fixtures", Prefix(populated.Key, "rowid|")),
                "lookup-row"
            ),
            ["a location whose parent is missing"] = new(
                populated =>
                    populated.Stored.ChangeAsync(
                        "fixtures",
                        Prefix(populated.Key, "place|"),
                        row => row["Data"] = row.GetString("Data").Replace(populated.Ids["kano"], "nowhere", StringComparison.Ordinal),
                        row => row.GetString("Data").Contains("\"Dala\"", StringComparison.Ordinal)
                    ),
                "location"
            ),
        };
}
