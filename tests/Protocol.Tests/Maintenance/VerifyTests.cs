using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Tool;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>`verify` says nothing of what the app makes, and finds whatever is damaged behind its back.</summary>
public sealed class VerifyTests(PopulatedServer populated) : IClassFixture<PopulatedServer>
{
    private const string Nothing = "0 differences";

    private static readonly Dictionary<string, Plant> Plants = new()
    {
        ["a domain that leads nowhere"] = new(
            populated => populated.Stored.RemoveAsync("projects", Row("projects", $"domain|{populated.Desk.Domain.Name}")),
            "project-domain"
        ),
        ["numbers of projects that start again"] = new(
            populated => populated.Stored.ChangeAsync("projects", Row("projects", "sequence"), row => row["Next"] = 1),
            "number"
        ),
        ["an address that nobody claims"] = new(
            populated =>
                populated.Stored.RemoveAsync("accounts", Row("email|" + Hash("admin@example.org")[..2], Hash("admin@example.org"))),
            "account-email"
        ),
        ["an administrator that there isn't"] = new(
            populated =>
                populated.Stored.ChangeAsync(
                    "accounts",
                    Row("administrators", "administrators"),
                    row => row["Administrators"] = row.GetString("Administrators") + " 9999",
                    null
                ),
            "administrators"
        ),
        ["numbers of accounts that start again"] = new(
            populated => populated.Stored.ChangeAsync("accounts", Row("sequence", "actors"), row => row["Next"] = 2),
            "number"
        ),
        ["a worker whose id is claimed by nobody"] = new(
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
        ["a member that is no worker"] = new(
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
        ["a tag that leads nowhere"] = new(
            populated => populated.Stored.RemoveAsync("fixtures", Row(populated.Key, "tag|drug")),
            "fixture-name"
        ),
        ["a site code of another location"] = new(
            populated =>
                populated.Stored.ChangeAsync("fixtures", Row(populated.Key, "site|" + Hash("kano")), row => row["Data"] = "\"nowhere\""),
            "fixture-name"
        ),
        ["a lookup row that is not found by its id"] = new(
            populated => populated.Stored.RemoveAsync("fixtures", Prefix(populated.Key, "rowid|")),
            "lookup-row"
        ),
        ["a location below one that there isn't"] = new(
            populated =>
                populated.Stored.ChangeAsync(
                    "fixtures",
                    Prefix(populated.Key, "place|"),
                    row => row["Data"] = row.GetString("Data").Replace(populated.Ids["kano"], "nowhere", StringComparison.Ordinal),
                    row => row.GetString("Data").Contains("\"Dala\"", StringComparison.Ordinal)
                ),
            "location"
        ),

        ["a form whose XML is gone"] = new(
            async populated => await populated.Stored.DamageBlobAsync("forms", await FormBlobAsync(populated)),
            "form-xml"
        ),
        ["a form whose XML is another"] = new(
            async populated => await populated.Stored.DamageBlobAsync("forms", await FormBlobAsync(populated), [1, 2, 3]),
            "form-xml"
        ),
        ["a version that was never published"] = new(
            async populated =>
                await populated.Stored.RemoveAsync(
                    "formVersions",
                    Row($"{populated.Key}|{await FormAsync(populated, "form"):D10}", Hash("2"))
                ),
            "form-version",
            "form-recovery"
        ),
        ["a picture that is gone"] = new(
            async populated => await populated.Stored.DamageBlobAsync("forms", (await SlotAsync(populated)).GetString("Blob")),
            "form-media"
        ),
        ["a picture that is another"] = new(
            async populated =>
                await populated.Stored.DamageBlobAsync("forms", (await SlotAsync(populated)).GetString("Blob"), Samples.Bytes(300, 9)),
            "form-media"
        ),
        ["a slot that is gone"] = new(
            async populated =>
            {
                var slot = await SlotAsync(populated);
                await populated.Stored.RemoveAsync("formMedia", Row(slot.PartitionKey, slot.RowKey));
            },
            "form-media",
            "form-recovery"
        )
        {
            Content = true,
        },
        ["a recovery record that is gone"] = new(
            async populated =>
                await populated.Stored.DamageBlobAsync(
                    "forms",
                    $"{populated.Programme.Id}/forms/{await FormAsync(populated, "form"):D10}.json"
                ),
            "form-recovery"
        ),
        ["a form that its recovery record knows otherwise"] = new(
            populated =>
                populated.Stored.ChangeAsync(
                    "forms",
                    Row(populated.Key, "id|" + Hash(populated.Ids["form"])),
                    row => row["State"] = "Closed"
                ),
            "form-recovery"
        ),
        ["a form that is gone"] = new(
            populated => populated.Stored.RemoveAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids["other form"]))),
            "form-missing"
        ),
        ["numbers of forms that start again"] = new(
            populated => populated.Stored.ChangeAsync("forms", Row(populated.Key, "sequence"), row => row["Next"] = 1),
            "number"
        ),

        ["a count of what is not there"] = new(
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
        ["a submission that names no instance"] = new(
            populated => populated.Stored.RemoveAsync("submissions", Instance(populated, "uuid:plain")),
            "submission-instance"
        ),
        ["an instance that is on no list"] = new(
            populated => populated.Stored.RemoveAsync("submissions", Root(populated, "uuid:plain")),
            "submission-unlisted"
        ),
        ["a submission with other XML than its instance"] = new(
            populated =>
                populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:plain"), row => row["CurrentXmlHash"] = Hash("other")),
            "submission-instance"
        ),
        ["attachments that are counted wrong"] = new(
            populated => populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:photo"), row => row["MediaPresent"] = 0),
            "submission-instance"
        ),
        ["a row that makes no sense"] = new(
            populated => populated.Stored.ChangeAsync("submissions", Root(populated, "uuid:plain"), row => row.Remove("CreatedAt")),
            "unreadable"
        ),
        ["a submission that its recovery record knows otherwise"] = new(
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
            async populated => await populated.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(populated, "uuid:photo"), [1]),
            "submission-file"
        ),
        ["an attachment that is another"] = new(
            async populated =>
                await populated.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(populated, "uuid:photo"), Samples.Bytes(700, 9)),
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
            populated => populated.Stored.ChangeAsync("submissions", Instance(populated, "uuid:edited-2"), row => row["State"] = "Current"),
            "submission-versions"
        ),
        ["a recovery record of an edited submission that knows it otherwise"] = new(
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
        ["a deletion of what is not deleted"] = new(
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
        ["a comment on nothing"] = new(
            async populated =>
                await populated.Stored.AddAsync(
                    "submissions",
                    new TableEntity(await SpaceAsync(populated), $"c|{Hash("uuid:nothing")}|1|2")
                ),
            "submission-mark"
        ),

        ["an entity that is not found by its id"] = new(
            populated => populated.Stored.RemoveAsync("entities", $"RowKey eq 'i|{populated.Ids["ann"]}'"),
            "entity-place"
        ),
        ["an entity that is on no list"] = new(
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
        ["a submission whose entities nobody looked at"] = new(
            populated => populated.Stored.RemoveAsync("entities", $"InstanceId eq 'uuid:ann'"),
            "entities-not-applied"
        ),
        ["an update that would wait for ever"] = new(
            populated => populated.Stored.RemoveAsync("heldEntities", "PartitionKey eq 'waiting'"),
            "held-update"
        ),

        ["a promise that nobody keeps"] = new(
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
        ["a case that its owner has not"] = new(
            populated => populated.Stored.RemoveAsync("caseOwners", $"Id eq '{populated.Ids["lone"]}'"),
            "case-owner"
        ),
        ["a case that its owner has otherwise"] = new(
            populated => populated.Stored.ChangeAsync("caseOwners", $"Id eq '{populated.Ids["closed"]}'", row => row["Closed"] = false),
            "case-owner"
        ),
        ["a case that its former owner has still"] = new(
            populated => populated.Stored.RemoveAsync("caseOwners", $"Id eq '{populated.Ids["moved"]}' and Moved ge ''"),
            "case-owner"
        ),
        ["an owner who has a case that there isn't"] = new(
            populated =>
                populated.Stored.AddAsync(
                    "caseOwners",
                    new TableEntity($"{populated.Key}|{Hash(populated.Desk.Worker.Id)}", $"{Hash("never")}|0000000001") { ["Id"] = "never" }
                ),
            "case-owner"
        ),
        ["a case that is gone"] = new(
            populated => populated.Stored.RemoveAsync("cases", $"RowKey eq '{Hash(populated.Ids["lone"])}'"),
            "case-not-applied",
            "case-owner"
        ),
        ["a case with another revision"] = new(
            populated => populated.Stored.ChangeAsync("cases", $"RowKey eq '{Hash(populated.Ids["lone"])}'", row => row["Revision"] = 99),
            "case-row"
        ),
        ["an index that nobody is told of"] = new(
            populated => populated.Stored.RemoveAsync("caseIndices", $"Source eq '{populated.Ids["child"]}'"),
            "case-index"
        ),
        ["a big case whose body is gone"] = new(
            async populated =>
                await populated.Stored.DamageBlobAsync(
                    "cases",
                    (await populated.Stored.FindAsync("cases", $"RowKey eq '{Hash(populated.Ids["big"])}'")).GetString("Blob")
                ),
            "case-blob"
        ),
        ["a big copy whose body is gone"] = new(
            async populated =>
                await populated.Stored.DamageBlobAsync(
                    "cases",
                    (await populated.Stored.FindAsync("caseOwners", $"Id eq '{populated.Ids["big"]}'")).GetString("Blob")
                ),
            "case-owner"
        ),
        ["a deleted form that its case does not know is deleted"] = new(
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

    public static TheoryData<string> Names => [.. Plants.Keys];

    [Fact]
    public async Task A_project_with_some_of_everything_has_no_difference()
    {
        var project = populated.Programme.Id.ToString(CultureInfo.InvariantCulture);
        Assert.Contains(
            Nothing,
            (await populated.Storage.RunAsync("verify", "--content", "--settle", "0")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            Nothing,
            (await populated.Storage.RunAsync("verify", "--project", project, "--settle", "0")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );
        (await populated.Storage.RunAsync("verify", "--project", "99")).ShouldFail("no project 99");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task What_is_damaged_is_found_and_nothing_else(string name)
    {
        var plant = Plants[name];
        await plant.DamageAsync(populated);
        try
        {
            var (exitCode, lines) = await VerifyAsync(plant.Content ? "--content" : null);
            Assert.Equal(
                plant.Kinds.Order(),
                lines
                    .Where(line => line.StartsWith("difference ", StringComparison.Ordinal))
                    .Select(line => line.Split(' ', ':')[1])
                    .Distinct()
                    .Order()
            );
            Assert.Equal(1, exitCode);
        }
        finally
        {
            await populated.Stored.UndoAsync(); // else the next damage is not the only one
        }
    }

    [Fact]
    public void The_page_for_operators_says_what_to_do_about_each_kind()
    {
        var page = File.ReadAllText(Repository.Locate("docs", "operations.md"));
        Assert.All(Plants.Values.SelectMany(plant => plant.Kinds), kind => Assert.Matches($@"(?m)^\| .*`{kind}`.* \|.*\|.*\|$", page));
    }

    [Fact]
    public async Task Blobs_that_no_row_names_are_noted_and_are_no_difference()
    {
        await populated.Stored.AddBlobAsync(
            "submissions",
            $"{populated.Programme.Id}/{await FormAsync(populated, "form")}/{Hash("never came")}/0/submission.xml"
        );
        await populated.Stored.AddBlobAsync("forms", $"{populated.Programme.Id}/never/form.xml");

        var (exitCode, lines) = await VerifyAsync("--orphans");

        await populated.Stored.UndoAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains(lines, line => line.Contains($"{Hash("never came")}/0/submission.xml: no row names it", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("/never/form.xml: no row names it", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.StartsWith("note orphans in project", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_recent_intent_is_not_a_difference()
    {
        await populated.Stored.RemoveAsync("caseOwners", $"Id eq '{populated.Ids["lone"]}'");
        await populated.Stored.AddAsync(
            "intents",
            new TableEntity("04", "4")
            {
                ["Project"] = populated.Programme.Id,
                ["Form"] = 1,
                ["InstanceId"] = "uuid:plain",
                ["Work"] = "x",
                ["At"] = DateTimeOffset.UtcNow.AddMinutes(-5),
            }
        );

        var (exitCode, lines) = await VerifyAsync();

        await populated.Stored.UndoAsync();
        Assert.True(exitCode == 0, string.Join('\n', lines));
    }

    // In this process: the same command as an operator gives, many times.
    private async Task<(int ExitCode, string[] Lines)> VerifyAsync(string? option = null)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        var command = Commands.All(output).Single(one => one.Name == "verify");
        var exitCode = await command
            .Parse([.. option is null ? Array.Empty<string>() : [option], "--settle=0.1", "--storage", populated.Storage.ConnectionString])
            .InvokeAsync();
        return (exitCode, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Row(string partition, string row) => $"PartitionKey eq '{partition}' and RowKey eq '{row}'";

    private static string Prefix(string partition, string row) => $"PartitionKey eq '{partition}' and {Prefix(row)}";

    private static string Prefix(string row) => $"RowKey ge '{row}' and RowKey lt '{row[..^1]}{(char)(row[^1] + 1)}'";

    private static string Instance(PopulatedServer populated, string id) => $"{Prefix("i|")} and InstanceId eq '{id}'";

    private static string Root(PopulatedServer populated, string id) => $"RootId eq '{id}' and {Prefix("t|")}";

    private static async Task<int> FormAsync(PopulatedServer populated, string name) =>
        (await populated.Stored.FindAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids[name])))).GetInt32("Number")!.Value;

    private static async Task<string> SpaceAsync(PopulatedServer populated) =>
        (await populated.Stored.FindAsync("submissions", Root(populated, "uuid:plain"))).PartitionKey;

    private static async Task<string> FormBlobAsync(PopulatedServer populated)
    {
        var form = (await populated.Programme.Admin.GetAsync($"{populated.Programme.FormPath(populated.Ids["form"])}"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var row = await populated.Stored.FindAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids["form"])));
        var key = System.Text.Json.JsonDocument.Parse(row.GetString("Published")).RootElement;
        Assert.Equal(form.GetProperty("hash").GetString(), key.GetProperty("Md5").GetString());
        return $"{populated.Programme.Id}/{key.GetProperty("Key").GetString()}/form.xml";
    }

    private static async Task<TableEntity> SlotAsync(PopulatedServer populated)
    {
        var definition = (await FormBlobAsync(populated)).Split('/')[1];
        return await populated.Stored.FindAsync("formMedia", Row($"{populated.Key}|{definition}", Hash("oak.png")));
    }

    private static async Task<string> XmlBlobAsync(PopulatedServer populated, string id)
    {
        var row = await populated.Stored.FindAsync("submissions", Root(populated, id));
        return $"{populated.Programme.Id}/{await FormAsync(populated, "form")}/{Hash(id)}/{row.GetString("CurrentXmlHash")}/submission.xml";
    }

    private static async Task<string> MediaBlobAsync(PopulatedServer populated, string id) =>
        (await StoredBlobs.OfProjectAsync(populated.Programme.Id, populated.Storage.ConnectionString)).Single(name =>
            name.Contains($"/{Hash(id)}/", StringComparison.Ordinal) && name.Contains("/media/", StringComparison.Ordinal)
        );

    /// <summary>A damage, and the kinds of differences that it has to be found by; <see cref="Content"/>: only by who reads all
    /// blobs.</summary>
    private sealed record Plant(Func<PopulatedServer, Task> DamageAsync, params string[] Kinds)
    {
        public bool Content { get; init; }
    }
}
