using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Tool;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>`verify` says nothing of what the app makes, and finds whatever is damaged behind its back.</summary>
public sealed class VerifyTests(FullWorld world) : IClassFixture<FullWorld>
{
    private const string Nothing = "0 differences";

    private static readonly Dictionary<string, Plant> Plants = new()
    {
        ["a domain that leads nowhere"] = new(
            world => world.Stored.RemoveAsync("projects", Row("projects", $"domain|{world.Desk.Domain.Name}")),
            "project-domain"
        ),
        ["numbers of projects that start again"] = new(
            world => world.Stored.ChangeAsync("projects", Row("projects", "sequence"), row => row["Next"] = 1),
            "number"
        ),
        ["an address that nobody claims"] = new(
            world => world.Stored.RemoveAsync("accounts", Row("email|" + Hash("admin@example.org")[..2], Hash("admin@example.org"))),
            "account-email"
        ),
        ["an administrator that there isn't"] = new(
            world =>
                world.Stored.ChangeAsync(
                    "accounts",
                    Row("administrators", "administrators"),
                    row => row["Administrators"] = row.GetString("Administrators") + " 9999",
                    null
                ),
            "administrators"
        ),
        ["numbers of accounts that start again"] = new(
            world => world.Stored.ChangeAsync("accounts", Row("sequence", "actors"), row => row["Next"] = 2),
            "number"
        ),
        ["a worker whose id is claimed by nobody"] = new(
            world =>
                world.Stored.RemoveAsync(
                    "workers",
                    $"PartitionKey ge 'id|' and PartitionKey lt 'id}}' and Username eq '{world.Ids["worker"]}'"
                ),
            "worker-id"
        ),
        ["a worker without an account"] = new(
            async world =>
            {
                var worker = await world.Stored.FindAsync("workers", $"PartitionKey ge 'project|' and Username eq '{world.Ids["worker"]}'");
                await world.Stored.RemoveAsync("accounts", $"RowKey eq '{worker.GetInt32("Actor"):D10}'");
            },
            "worker-account"
        ),
        ["a member that is no worker"] = new(
            world =>
                world.Stored.ChangeAsync(
                    "fixtures",
                    Prefix(world.Key, "group|"),
                    row => row["Data"] = row.GetString("Data").Replace(world.Desk.Worker.Id, "nobody", StringComparison.Ordinal)
                ),
            "group-member"
        ),
        ["a head without groups"] = new(
            world => world.Stored.ChangeAsync("fixtures", Row(world.Key, "head"), row => row.Remove("Groups")),
            "fixture-head"
        ),
        ["a tag that leads nowhere"] = new(world => world.Stored.RemoveAsync("fixtures", Row(world.Key, "tag|drug")), "fixture-name"),
        ["a site code of another location"] = new(
            world => world.Stored.ChangeAsync("fixtures", Row(world.Key, "site|" + Hash("kano")), row => row["Data"] = "\"nowhere\""),
            "fixture-name"
        ),
        ["a lookup row that is not found by its id"] = new(
            world => world.Stored.RemoveAsync("fixtures", Prefix(world.Key, "rowid|")),
            "lookup-row"
        ),
        ["a location below one that there isn't"] = new(
            world =>
                world.Stored.ChangeAsync(
                    "fixtures",
                    Prefix(world.Key, "place|"),
                    row => row["Data"] = row.GetString("Data").Replace(world.Ids["kano"], "nowhere", StringComparison.Ordinal),
                    row => row.GetString("Data").Contains("\"Dala\"", StringComparison.Ordinal)
                ),
            "location"
        ),

        ["a form whose XML is gone"] = new(
            async world => await world.Stored.DamageBlobAsync("forms", await FormBlobAsync(world)),
            "form-xml"
        ),
        ["a form whose XML is another"] = new(
            async world => await world.Stored.DamageBlobAsync("forms", await FormBlobAsync(world), [1, 2, 3]),
            "form-xml"
        ),
        ["a version that was never published"] = new(
            async world =>
                await world.Stored.RemoveAsync("formVersions", Row($"{world.Key}|{await FormAsync(world, "form"):D10}", Hash("2"))),
            "form-version",
            "form-shadow"
        ),
        ["a picture that is gone"] = new(
            async world => await world.Stored.DamageBlobAsync("forms", (await SlotAsync(world)).GetString("Blob")),
            "form-media"
        ),
        ["a picture that is another"] = new(
            async world => await world.Stored.DamageBlobAsync("forms", (await SlotAsync(world)).GetString("Blob"), Samples.Bytes(300, 9)),
            "form-media"
        ),
        ["a slot that is gone"] = new(
            async world =>
            {
                var slot = await SlotAsync(world);
                await world.Stored.RemoveAsync("formMedia", Row(slot.PartitionKey, slot.RowKey));
            },
            "form-media",
            "form-shadow"
        )
        {
            Content = true,
        },
        ["a shadow that is gone"] = new(
            async world =>
                await world.Stored.DamageBlobAsync("forms", $"{world.Programme.Id}/forms/{await FormAsync(world, "form"):D10}.json"),
            "form-shadow"
        ),
        ["a form that its shadow knows otherwise"] = new(
            world => world.Stored.ChangeAsync("forms", Row(world.Key, "id|" + Hash(world.Ids["form"])), row => row["State"] = "Closed"),
            "form-shadow"
        ),
        ["a form that is gone"] = new(
            world => world.Stored.RemoveAsync("forms", Row(world.Key, "id|" + Hash(world.Ids["other form"]))),
            "form-missing"
        ),
        ["numbers of forms that start again"] = new(
            world => world.Stored.ChangeAsync("forms", Row(world.Key, "sequence"), row => row["Next"] = 1),
            "number"
        ),

        ["a count of what is not there"] = new(
            async world =>
                await world.Stored.AddAsync(
                    "submissions",
                    new TableEntity((await world.Stored.FindAsync("submissions", Instance(world, "uuid:plain"))).PartitionKey, "n|c|t}")
                    {
                        ["Start"] = "t|9",
                        ["Counts"] = "{\"\":99}",
                    }
                ),
            "submission-count"
        ),
        ["a submission that names no instance"] = new(
            world => world.Stored.RemoveAsync("submissions", Instance(world, "uuid:plain")),
            "submission-instance"
        ),
        ["an instance that is on no list"] = new(
            world => world.Stored.RemoveAsync("submissions", Root(world, "uuid:plain")),
            "submission-unlisted"
        ),
        ["a submission with other XML than its instance"] = new(
            world => world.Stored.ChangeAsync("submissions", Root(world, "uuid:plain"), row => row["CurrentXmlHash"] = Hash("other")),
            "submission-instance"
        ),
        ["attachments that are counted wrong"] = new(
            world => world.Stored.ChangeAsync("submissions", Root(world, "uuid:photo"), row => row["MediaPresent"] = 0),
            "submission-instance"
        ),
        ["a row that makes no sense"] = new(
            world => world.Stored.ChangeAsync("submissions", Root(world, "uuid:plain"), row => row.Remove("CreatedAt")),
            "unreadable"
        ),
        ["a submission that its shadow knows otherwise"] = new(
            world => world.Stored.ChangeAsync("submissions", Root(world, "uuid:edited"), row => row["ReviewState"] = "rejected"),
            "submission-shadow"
        )
        {
            Content = true,
        },
        ["XML that is gone"] = new(
            async world => await world.Stored.DamageBlobAsync("submissions", await XmlBlobAsync(world, "uuid:plain")),
            "submission-xml"
        ),
        ["XML that is another"] = new(
            async world => await world.Stored.DamageBlobAsync("submissions", await XmlBlobAsync(world, "uuid:plain"), [1]),
            "submission-xml"
        )
        {
            Content = true,
        },
        ["an attachment that is gone"] = new(
            async world => await world.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(world, "uuid:photo")),
            "submission-file"
        ),
        ["an attachment that is shorter"] = new(
            async world => await world.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(world, "uuid:photo"), [1]),
            "submission-file"
        ),
        ["an attachment that is another"] = new(
            async world =>
                await world.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(world, "uuid:photo"), Samples.Bytes(700, 9)),
            "submission-file"
        )
        {
            Content = true,
        },
        ["an attachment of earlier versions that is gone"] = new(
            async world => await world.Stored.DamageBlobAsync("submissions", await MediaBlobAsync(world, "uuid:edited")),
            "submission-file"
        ),
        ["an edit that is not listed"] = new(
            world => world.Stored.RemoveAsync("submissions", Prefix("v|" + Hash("uuid:edited") + "|")),
            "submission-versions"
        ),
        ["an earlier version that is gone"] = new(
            world => world.Stored.RemoveAsync("submissions", Instance(world, "uuid:edited-2")),
            "submission-versions"
        ),
        ["an earlier version that is current"] = new(
            world => world.Stored.ChangeAsync("submissions", Instance(world, "uuid:edited-2"), row => row["State"] = "Current"),
            "submission-versions"
        ),
        ["a shadow of an edited submission that knows it otherwise"] = new(
            world => world.Stored.ChangeAsync("submissions", Root(world, "uuid:edited"), row => row["ReviewState"] = "approved"),
            "submission-shadow"
        )
        {
            Content = true,
        },
        ["a deletion that no purge finds"] = new(
            world =>
                world.Stored.RemoveAsync(
                    "submissions",
                    Prefix("d|"),
                    row => row.RowKey.EndsWith(Hash("uuid:deleted"), StringComparison.Ordinal)
                ),
            "submission-deletion"
        ),
        ["a deletion of what is not deleted"] = new(
            async world =>
                await world.Stored.AddAsync(
                    "submissions",
                    new TableEntity(await SpaceAsync(world), $"d|{DateTimeOffset.UtcNow.Ticks:D19}|{Hash("uuid:plain")}")
                    {
                        ["RootId"] = "uuid:plain",
                    }
                ),
            "submission-mark"
        ),
        ["a comment on nothing"] = new(
            async world =>
                await world.Stored.AddAsync("submissions", new TableEntity(await SpaceAsync(world), $"c|{Hash("uuid:nothing")}|1|2")),
            "submission-mark"
        ),

        ["an entity that is not found by its id"] = new(
            world => world.Stored.RemoveAsync("entities", $"RowKey eq 'i|{world.Ids["ann"]}'"),
            "entity-place"
        ),
        ["an entity that is on no list"] = new(
            world => world.Stored.RemoveAsync("entities", $"{Prefix("t|")} and EntityId eq '{world.Ids["ann"]}'"),
            "entity-unlisted"
        ),
        ["a version of an entity that is gone"] = new(
            world => world.Stored.RemoveAsync("entities", Prefix($"v|{world.Ids["ann"]}|")),
            "entity-versions"
        ),
        ["entities without a stamp"] = new(world => world.Stored.RemoveAsync("entities", "RowKey eq 'head'"), "entity-stamp"),
        ["entities of no dataset"] = new(
            world => world.Stored.RemoveAsync("datasets", Row(world.Key, Hash(world.Ids["other dataset"]))),
            "dataset-missing"
        ),
        ["a submission whose entities nobody looked at"] = new(
            world => world.Stored.RemoveAsync("entities", $"InstanceId eq 'uuid:ann'"),
            "entities-not-applied"
        ),
        ["an update that would wait for ever"] = new(
            world => world.Stored.RemoveAsync("heldEntities", "PartitionKey eq 'waiting'"),
            "held-update"
        ),

        ["a promise that nobody keeps"] = new(
            world =>
                world.Stored.AddAsync(
                    "intents",
                    new TableEntity("03", "3")
                    {
                        ["Project"] = world.Programme.Id,
                        ["Form"] = 1,
                        ["InstanceId"] = "uuid:plain",
                        ["Work"] = "x",
                        ["At"] = DateTimeOffset.UtcNow.AddHours(-1),
                    }
                ),
            "intent-stale"
        ),
        ["a case that its owner has not"] = new(
            world => world.Stored.RemoveAsync("caseOwners", $"Id eq '{world.Ids["lone"]}'"),
            "case-owner"
        ),
        ["a case that its owner has otherwise"] = new(
            world => world.Stored.ChangeAsync("caseOwners", $"Id eq '{world.Ids["closed"]}'", row => row["Closed"] = false),
            "case-owner"
        ),
        ["a case that its former owner has still"] = new(
            world => world.Stored.RemoveAsync("caseOwners", $"Id eq '{world.Ids["moved"]}' and Moved ge ''"),
            "case-owner"
        ),
        ["an owner who has a case that there isn't"] = new(
            world =>
                world.Stored.AddAsync(
                    "caseOwners",
                    new TableEntity($"{world.Key}|{Hash(world.Desk.Worker.Id)}", $"{Hash("never")}|0000000001") { ["Id"] = "never" }
                ),
            "case-owner"
        ),
        ["a case that is gone"] = new(
            world => world.Stored.RemoveAsync("cases", $"RowKey eq '{Hash(world.Ids["lone"])}'"),
            "case-not-applied",
            "case-owner"
        ),
        ["a case with another revision"] = new(
            world => world.Stored.ChangeAsync("cases", $"RowKey eq '{Hash(world.Ids["lone"])}'", row => row["Revision"] = 99),
            "case-row"
        ),
        ["an index that nobody is told of"] = new(
            world => world.Stored.RemoveAsync("caseIndices", $"Source eq '{world.Ids["child"]}'"),
            "case-index"
        ),
        ["a big case whose body is gone"] = new(
            async world =>
                await world.Stored.DamageBlobAsync(
                    "cases",
                    (await world.Stored.FindAsync("cases", $"RowKey eq '{Hash(world.Ids["big"])}'")).GetString("Blob")
                ),
            "case-blob"
        ),
        ["a big copy whose body is gone"] = new(
            async world =>
                await world.Stored.DamageBlobAsync(
                    "cases",
                    (await world.Stored.FindAsync("caseOwners", $"Id eq '{world.Ids["big"]}'")).GetString("Blob")
                ),
            "case-owner"
        ),
        ["a deleted form that its case does not know is deleted"] = new(
            async world =>
            {
                var (id, now) = (world.Ids["undone form"], DateTimeOffset.UtcNow);
                var row = await world.Stored.FindAsync("submissions", Root(world, id));
                await world.Stored.ChangeAsync(
                    "submissions",
                    Root(world, id),
                    submission => (submission["Deleted"], submission["DeletedAt"]) = (true, now)
                );
                await world.Stored.ChangeAsync("submissions", Instance(world, id), instance => instance["State"] = "Deleted");
                await world.Stored.AddAsync(
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
        var project = world.Programme.Id.ToString(CultureInfo.InvariantCulture);
        Assert.Contains(
            Nothing,
            (await world.Storage.RunAsync("verify", "--content", "--settle", "0")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            Nothing,
            (await world.Storage.RunAsync("verify", "--project", project, "--settle", "0")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );
        (await world.Storage.RunAsync("verify", "--project", "99")).ShouldFail("no project 99");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task What_is_damaged_is_found_and_nothing_else(string name)
    {
        var plant = Plants[name];
        await plant.DamageAsync(world);
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
            await world.Stored.MendAsync(); // else the next damage is not the only one
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
        await world.Stored.AddBlobAsync(
            "submissions",
            $"{world.Programme.Id}/{await FormAsync(world, "form")}/{Hash("never came")}/0/submission.xml"
        );
        await world.Stored.AddBlobAsync("forms", $"{world.Programme.Id}/never/form.xml");

        var (exitCode, lines) = await VerifyAsync("--orphans");

        await world.Stored.MendAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains(lines, line => line.Contains($"{Hash("never came")}/0/submission.xml: no row names it", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("/never/form.xml: no row names it", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.StartsWith("note orphans in project", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_a_request_has_promised_a_moment_ago_is_no_difference()
    {
        await world.Stored.RemoveAsync("caseOwners", $"Id eq '{world.Ids["lone"]}'");
        await world.Stored.AddAsync(
            "intents",
            new TableEntity("04", "4")
            {
                ["Project"] = world.Programme.Id,
                ["Form"] = 1,
                ["InstanceId"] = "uuid:plain",
                ["Work"] = "x",
                ["At"] = DateTimeOffset.UtcNow.AddMinutes(-5),
            }
        );

        var (exitCode, lines) = await VerifyAsync();

        await world.Stored.MendAsync();
        Assert.True(exitCode == 0, string.Join('\n', lines));
    }

    // In this process: the same command as an operator gives, many times.
    private async Task<(int ExitCode, string[] Lines)> VerifyAsync(string? option = null)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        var command = Commands.All(output).Single(one => one.Name == "verify");
        var exitCode = await command
            .Parse([.. option is null ? Array.Empty<string>() : [option], "--settle=0.1", "--storage", world.Storage.ConnectionString])
            .InvokeAsync();
        return (exitCode, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Row(string partition, string row) => $"PartitionKey eq '{partition}' and RowKey eq '{row}'";

    private static string Prefix(string partition, string row) => $"PartitionKey eq '{partition}' and {Prefix(row)}";

    private static string Prefix(string row) => $"RowKey ge '{row}' and RowKey lt '{row[..^1]}{(char)(row[^1] + 1)}'";

    private static string Instance(FullWorld world, string id) => $"{Prefix("i|")} and InstanceId eq '{id}'";

    private static string Root(FullWorld world, string id) => $"RootId eq '{id}' and {Prefix("t|")}";

    private static async Task<int> FormAsync(FullWorld world, string name) =>
        (await world.Stored.FindAsync("forms", Row(world.Key, "id|" + Hash(world.Ids[name])))).GetInt32("Number")!.Value;

    private static async Task<string> SpaceAsync(FullWorld world) =>
        (await world.Stored.FindAsync("submissions", Root(world, "uuid:plain"))).PartitionKey;

    private static async Task<string> FormBlobAsync(FullWorld world)
    {
        var form = (await world.Programme.Admin.GetAsync($"{world.Programme.FormPath(world.Ids["form"])}"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var row = await world.Stored.FindAsync("forms", Row(world.Key, "id|" + Hash(world.Ids["form"])));
        var key = System.Text.Json.JsonDocument.Parse(row.GetString("Published")).RootElement;
        Assert.Equal(form.GetProperty("hash").GetString(), key.GetProperty("Md5").GetString());
        return $"{world.Programme.Id}/{key.GetProperty("Key").GetString()}/form.xml";
    }

    private static async Task<TableEntity> SlotAsync(FullWorld world)
    {
        var definition = (await FormBlobAsync(world)).Split('/')[1];
        return await world.Stored.FindAsync("formMedia", Row($"{world.Key}|{definition}", Hash("oak.png")));
    }

    private static async Task<string> XmlBlobAsync(FullWorld world, string id)
    {
        var row = await world.Stored.FindAsync("submissions", Root(world, id));
        return $"{world.Programme.Id}/{await FormAsync(world, "form")}/{Hash(id)}/{row.GetString("CurrentXmlHash")}/submission.xml";
    }

    private static async Task<string> MediaBlobAsync(FullWorld world, string id) =>
        (await StoredBlobs.OfProjectAsync(world.Programme.Id, world.Storage.ConnectionString)).Single(name =>
            name.Contains($"/{Hash(id)}/", StringComparison.Ordinal) && name.Contains("/media/", StringComparison.Ordinal)
        );

    /// <summary>A damage, and the kinds of differences that it has to be found by; <see cref="Content"/>: only by who reads all
    /// blobs.</summary>
    private sealed record Plant(Func<FullWorld, Task> DamageAsync, params string[] Kinds)
    {
        public bool Content { get; init; }
    }
}
