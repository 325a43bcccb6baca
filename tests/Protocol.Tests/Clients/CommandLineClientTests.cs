using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>
/// The requests of CommCare's command line client (CC-153), by a model of it: no credentials until it is challenged, no OpenRosa version,
/// the token unescaped in the address, and a purge before each sync. Answers are checked as the strictest phone reads them.
/// </summary>
public sealed class CommandLineClientTests
{
    [Fact, Clause("CC-153"), Clause("CC-004"), Clause("CC-032"), Clause("CC-133"), Clause("CC-134")]
    public async Task A_whole_cycle_of_restore_form_and_sync()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        await CreateFixturesAsync(domain, worker.Id);
        var client = new SimulatedPhone(worker.Id);
        var (household, patient, other) = (Id(), Id(), Id());
        await CreateCasesAsync(domain, worker.Id, household, patient);

        // It sends credentials only after a challenge.
        var challenge = (await Api.Anonymous(domain.Programme.Server).GetAsync(Address(null))).ShouldBe(HttpStatusCode.Unauthorized);
        Assert.StartsWith("Basic ", challenge.Header("WWW-Authenticate"), StringComparison.Ordinal);
        var first = Take(await worker.Phone.GetAsync(Address(null)));
        Assert.Equal(worker.Username, first.User[0].Value, ignoreCase: true);
        Assert.Equal(new[] { $"+{patient}", $"+{household}x" }.Order(StringComparer.Ordinal), first.Summary().Split(' '));
        Assert.Contains(first.Fixtures, fixture => (string?)fixture.Attribute("id") == "item-list:drug" && fixture.Value == "PCM");

        // It sends no forms itself; its user does.
        PhoneBlock[] form = [new(patient) { Closes = true }, new(other) { Creates = true, Owner = worker.Id }];
        foreach (var block in form)
        {
            client.Apply(block);
        }
        await domain.SubmitAsync(worker.Phone, worker.Id, client.Token, form);
        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(other) { Properties = new Dictionary<string, string> { ["size"] = "4" } });

        client.Purge();
        Assert.Equal(other, Take(await worker.Phone.GetAsync(Address($"&since={client.Token}&state={client.State()}"))).Summary());
        Assert.Equal([other], client.Cases.Keys);
        client.Purge();
        Assert.Equal("", Take(await worker.Phone.GetAsync(Address($"&since={client.Token}&state={client.State()}"))).Summary());

        // Without a token it sends the word null, and starts over after the refusal.
        (await worker.Phone.GetAsync(Address($"&since=null&state={client.State()}"))).ShouldStartOver("No sync log");
        client.Wipe();
        Assert.Equal($"+{other}", Take(await worker.Phone.GetAsync(Address(null))).Summary());

        string Address(string? more) => domain.At($"/phone/restore/?version=2.0{more}");

        RestoreDocument Take(Answer answer)
        {
            var restore = RestoreDocument.Of(answer);
            foreach (var block in restore.Blocks)
            {
                client.Apply(block);
            }
            (client.Token, client.Groups) = (restore.Token, restore.Groups);
            return restore;
        }
    }

    private static async Task CreateFixturesAsync(Domain domain, string worker)
    {
        await domain.CreateAsync(
            "group",
            new
            {
                name = "North",
                case_sharing = true,
                users = new[] { worker },
            }
        );
        var table = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "drug",
                is_global = true,
                fields = new[] { new { field_name = "code", properties = Array.Empty<string>() } },
            }
        );
        await domain.CreateAsync(
            "lookup_table_item",
            new
            {
                data_type_id = table,
                fields = new { code = new { field_list = new[] { new { field_value = "PCM", properties = new { } } } } },
            }
        );
    }

    // A closed household of another owner, and a patient in it.
    private static Task CreateCasesAsync(Domain domain, string worker, string household, string patient) =>
        SubmitWithoutPhoneAsync(
            domain,
            new PhoneBlock(household)
            {
                Creates = true,
                Owner = "elsewhere",
                Closes = true,
            },
            new PhoneBlock(patient)
            {
                Creates = true,
                Owner = worker,
                Indices = [new("parent", household, false)],
                Properties = new Dictionary<string, string> { ["dob"] = "2015-09-02" },
            }
        );
}
