using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>
/// The registration and groups in a restore (CC-031 to CC-036): a phone deletes the cases of owners that are missing there.
/// </summary>
public sealed class UserGroupTests
{
    private static readonly string[] Phones = ["+234801", "+234802"];

    [Fact, Clause("CC-031"), Clause("CC-032"), Clause("CC-033"), Clause("CC-034")]
    public async Task A_worker_gets_their_identity()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync(
            more: new Dictionary<string, object>
            {
                ["first_name"] = "Jason & <Sons>",
                ["last_name"] = "Bello",
                ["phone_numbers"] = Phones,
                ["user_data"] = new Dictionary<string, object>
                {
                    ["village"] = "Sokoto",
                    ["chw id"] = 7,
                    ["zz"] = "\u0001",
                    ["commcare_project"] = "elsewhere",
                    ["blank"] = "",
                },
            }
        );
        var document = await domain.DocumentAsync(worker);
        Assert.Equal(["username", "password", "uuid", "date", "user_data"], document.User.Select(child => child.Name.LocalName));
        Assert.Equal([worker.Username, "", worker.Id], document.User.Take(3).Select(child => child.Value));
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", document.User[3].Value);
        Assert.Equal(
            [
                "blank=",
                "chw id=7",
                "commcare_first_name=Jason & <Sons>",
                "commcare_last_name=Bello",
                "commcare_phone_number=+234801",
                $"commcare_project={domain.Name}",
                "village=Sokoto",
                "zz=\ufffd",
            ],
            document.User[4].Elements().Select(data => $"{data.Attribute("key")!.Value}={data.Value}")
        );
        Assert.All(document.User[4].Elements(), data => Assert.Equal("data", data.Name.LocalName));
        Assert.DoesNotContain(worker.Password, string.Concat(document.User.Select(child => child.Value)), StringComparison.Ordinal);
    }

    [Fact, Clause("CC-035"), Clause("CC-036"), Clause("CC-107"), Clause("CC-145")]
    public async Task A_worker_gets_only_the_groups_that_share_cases()
    {
        var domain = await Domain.StartAsync();
        var (worker, other) = (await domain.WorkerAsync(), await domain.WorkerAsync());
        Assert.Equal("<groups />", (await domain.DocumentAsync(worker)).Content("user-groups"));

        var north = await domain.CreateAsync(
            "group",
            new
            {
                name = "North & east",
                case_sharing = true,
                users = new[] { worker.Id, other.Id },
                metadata = new { zone = "4", area = "<b>" },
            }
        );
        var south = await domain.CreateAsync(
            "group",
            new
            {
                name = "A south",
                case_sharing = true,
                users = new[] { worker.Id },
            }
        );
        await domain.CreateAsync(
            "group",
            new
            {
                name = "Reports",
                case_sharing = false,
                reporting = true,
                users = new[] { worker.Id },
            }
        );
        await domain.CreateAsync(
            "group",
            new
            {
                name = "Others",
                case_sharing = true,
                users = new[] { other.Id },
            }
        );

        var first = await domain.DocumentAsync(worker);
        Assert.Equal(
            $"<groups><group id=\"{south}\"><name>A south</name></group><group id=\"{north}\"><name>North &amp; east</name>"
                + "<group_data><data key=\"area\">&lt;b&gt;</data><data key=\"zone\">4</data></group_data></group></groups>",
            first.Content("user-groups")
        );

        // Every sync contains all groups, so that phones learn when the worker has left one.
        (await domain.PutAsync($"group/{south}/", new { users = Array.Empty<string>() })).ShouldBe(HttpStatusCode.OK);
        (await domain.Admin.DeleteAsync(domain.Api($"group/{north}/"))).ShouldBe(HttpStatusCode.NoContent);
        Assert.Equal("<groups />", (await domain.DocumentAsync(worker, $"since={first.Token}")).Content("user-groups"));
    }

    [Fact, Clause("CC-018"), Clause("CC-015")]
    public async Task Fixtures_are_skipped_only_for_phones_that_have_them_and_groups_are_always_sent()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "drug",
                is_global = true,
                fields = new[] { new { field_name = "code", is_indexed = true } },
            }
        );
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });

        var first = await domain.DocumentAsync(worker, "skip_fixtures=true&items=true");
        Assert.Equal(
            "fixture:user-groups schema:item-list:drug fixture:item-list:drug schema:locations fixture:locations "
                + "fixture:commtrack:locations",
            first.Ids()
        );
        Assert.Equal("9", first.Root.Attribute("items")!.Value);

        var next = await domain.DocumentAsync(worker, $"skip_fixtures=true&items=true&since={first.Token}");
        Assert.Equal("fixture:user-groups", next.Ids());
        Assert.Equal("4", next.Root.Attribute("items")!.Value);
        Assert.Contains("item-list:drug", (await domain.DocumentAsync(worker, $"since={first.Token}")).Ids(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_user_gets_their_identity_and_no_groups()
    {
        var domain = await Domain.StartAsync();
        var (_, email, password) = await domain.Programme.WebUserAsync("formfill");
        var document = RestoreDocument.Of(await domain.RestoreAsync(domain.As(email, password)));
        Assert.Equal(email, document.User[0].Value);
        Assert.StartsWith("web-user-", document.User[2].Value, StringComparison.Ordinal);
        Assert.Empty(document.Groups);
    }

    [Fact]
    public async Task Another_instance_sees_a_change_on_its_next_read()
    {
        var domain = await Domain.StartAsync(await Processes.FirstAsync());
        var worker = await domain.WorkerAsync();
        var forgetful = await Processes.ForgetfulAsync();
        Assert.Empty(RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, server: forgetful)).Groups);

        var group = await domain.CreateAsync(
            "group",
            new
            {
                name = "North",
                case_sharing = true,
                users = new[] { worker.Id },
            }
        );
        await Eventually.TrueAsync(
            async () => RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, server: forgetful)).Groups.Contains(group),
            "the other instance saw the group"
        );
    }

    [Fact]
    public async Task Fixtures_cost_one_point_read_as_long_as_nothing_changes()
    {
        var domain = await Domain.StartAsync(await Processes.FirstAsync());
        var worker = await domain.WorkerAsync();
        await domain.CreateAsync("group", new { name = "North", users = new[] { worker.Id } });
        var table = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "drug",
                is_global = true,
                fields = new[] { new { field_name = "code" } },
            }
        );
        await domain.CreateAsync("lookup_table_item", new { data_type_id = table, fields = new Dictionary<string, object>() });
        var remembering = await Processes.RememberingAsync();

        // Worker, project and head once; then groups, tables and rows.
        var cold = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, server: remembering)).StorageOperations;
        var warm = RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, server: remembering)).StorageOperations;
        Assert.Equal(6, cold - warm);
    }
}
