using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>What a sync sends to a phone (CC-116 to CC-141).</summary>
public sealed class SyncTests
{
    /// <summary>The trace of CC-116 to CC-127, step by step. Each request compares the phone's state with the server's.</summary>
    [Fact]
    [
        Clause("CC-107"),
        Clause("CC-115"),
        Clause("CC-116"),
        Clause("CC-117"),
        Clause("CC-118"),
        Clause("CC-119"),
        Clause("CC-120"),
        Clause("CC-121"),
        Clause("CC-123"),
        Clause("CC-135"),
        Clause("CC-136"),
        Clause("CC-137")
    ]
    public async Task The_example_of_the_specification()
    {
        var domain = await Domain.StartAsync();
        var worker = await domain.WorkerAsync();
        var group = await CreateGroupAsync(domain, worker.Id);
        var phone = new DomainPhone(domain, worker);
        var stem = Id();
        var (a, b, c, d, e) = ($"{stem}A", $"{stem}B", $"{stem}C", $"{stem}D", $"{stem}E");
        var (ofGroup, ofOther) = (Create(b, phone) with { Owner = group }, Create(c, phone) with { Owner = "u2" });
        await SubmitWithoutPhoneAsync(domain, Create(a, phone), ofGroup, ofOther);

        await SyncAsync(phone, $"+{a} +{b}", $"{a} {b}");

        await phone.SubmitAsync(Sets(a, "size", "1"));
        Assert.Equal("", await phone.SyncAsync());

        await phone.SubmitAsync(Create(d, phone));
        await SyncAsync(phone, "", $"{a} {b} {d}");

        await SubmitWithoutPhoneAsync(domain, Sets(b, "theirs", "1"));
        await phone.SubmitAsync(Sets(b, "ours", "1"));
        Assert.Equal(b, await phone.SyncAsync());
        Assert.Equal(("1", "1"), (phone.Simulated.Cases[b].Properties["theirs"], phone.Simulated.Cases[b].Properties["ours"]));

        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(c) { Owner = worker.Id });
        Assert.Equal($"+{c}", await phone.SyncAsync());

        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(a) { Closes = true });
        await SyncAsync(phone, $"{a}x", $"{b} {c} {d}");

        await phone.SubmitAsync(Create(e, phone) with { Indices = [new("parent", d, false)] }, new PhoneBlock(d) { Closes = true });
        await SyncAsync(phone, "", $"{b} {c} {d} {e}");

        (await domain.PutAsync($"group/{group}/", new { users = Array.Empty<string>() })).ShouldBe(HttpStatusCode.OK);
        await SyncAsync(phone, "", $"{c} {d} {e}");
        Assert.Empty(phone.Simulated.Groups);

        await phone.SubmitAsync(new PhoneBlock(e) { Closes = true });
        await SyncAsync(phone, "", c);
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("CC-122")]
    public async Task A_case_moved_to_another_owner_is_sent_with_its_owner_and_purged()
    {
        var (domain, phone, other, id) = await WithCaseAsync();
        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(id) { Owner = other.Worker.Id });
        Assert.Equal(id, await phone.SyncAsync());
        Assert.Equal(other.Worker.Id, phone.Simulated.Cases[id].Owner);
        Assert.Equal($"+{id}", await other.SyncAsync());
        Assert.Equal("", phone.Footprint());
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("CC-125")]
    public async Task A_case_that_is_not_on_the_phone_is_never_updated_there()
    {
        var (domain, phone, other, id) = await WithCaseAsync();
        await phone.SubmitAsync(new PhoneBlock(id) { Owner = other.Worker.Id });
        Assert.Equal("", await phone.SyncAsync());
        await SubmitWithoutPhoneAsync(domain, Sets(id, "size", "2"));
        Assert.Equal("", await phone.SyncAsync());
        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(id) { Owner = phone.Worker.Id });
        Assert.Equal($"+{id}", await phone.SyncAsync());
    }

    [Fact, Clause("CC-124")]
    public async Task A_case_without_forms_is_closed_and_its_children_lose_their_index()
    {
        var (domain, phone, _, id) = await WithCaseAsync();
        var (parent, form) = (Id(), Id());
        await domain.SubmitAsync(domain.Admin, null, CaseForms.Xml(form, "desk", CaseForms.Element(Create(parent, phone), "desk")));
        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(id) { Indices = [new("parent", parent, false)] });
        Assert.Equal(new[] { $"+{parent}", id }.Order(StringComparer.Ordinal), (await phone.SyncAsync()).Split(' '));

        await domain.SubmitAsync(domain.Admin, null, CaseForms.Xml(form, "desk"));
        Assert.Equal(new[] { $"{parent}x", id }.Order(StringComparer.Ordinal), (await phone.SyncAsync()).Split(' '));
        Assert.Empty(phone.Simulated.Cases[id].Indices);
        Assert.Equal(id, phone.Footprint());
        Assert.Equal("", await phone.SyncAsync());
        Assert.Equal($"+{id}", RestoreDocument.Of(await domain.RestoreAsync(phone.Worker.Phone)).Summary());
    }

    [Fact, Clause("CC-127"), Clause("CC-120")]
    public async Task An_extension_created_by_another_worker_is_sent()
    {
        var (domain, phone, _, id) = await WithCaseAsync();
        var extension = Id();
        await SubmitWithoutPhoneAsync(
            domain,
            new PhoneBlock(extension)
            {
                Creates = true,
                Owner = "-",
                Indices = [new("host", id, true)],
            }
        );
        Assert.Equal($"+{extension}", await phone.SyncAsync());
        await SubmitWithoutPhoneAsync(domain, Sets(extension, "size", "3"));
        Assert.Equal(extension, await phone.SyncAsync());
        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(extension) { Closes = true });
        Assert.Equal($"{extension}x", await phone.SyncAsync());
        Assert.Equal(id, phone.Footprint());
    }

    [Fact, Clause("CC-127"), Clause("CC-120")]
    public async Task A_case_that_got_two_extensions_concurrently_can_get_another()
    {
        var (domain, phone, _, id) = await WithCaseAsync();
        PhoneBlock Extension() =>
            new(Id())
            {
                Creates = true,
                Owner = "-",
                Indices = [new("host", id, true)],
            };
        await SubmitWithoutPhoneAsync(domain, Extension(), Extension());
        Assert.Equal(2, (await phone.SyncAsync()).Split(' ').Length);
        var third = Extension();
        await SubmitWithoutPhoneAsync(domain, third);
        Assert.Equal($"+{third.Id}", await phone.SyncAsync());
    }

    [Fact, Clause("CC-138"), Clause("CC-129"), Clause("CC-140"), Clause("CC-139")]
    public async Task A_sync_repeated_after_a_lost_response_sends_all_changes()
    {
        var (domain, phone, _, id) = await WithCaseAsync();
        await SubmitWithoutPhoneAsync(domain, Sets(id, "size", "1"));
        var lost = RestoreDocument.Of(await phone.AskAsync());
        Assert.Equal(id, lost.Summary());

        await SubmitWithoutPhoneAsync(domain, Sets(id, "size", "2"));
        Assert.Equal(id, await phone.SyncAsync());
        Assert.Equal((lost.Token, "2"), (phone.Last!.Token, phone.Simulated.Cases[id].Properties["size"]));
        Assert.Equal("", await phone.SyncAsync());

        // After another form, the same token gets another answer.
        var since = phone.Simulated.Token;
        var before = RestoreDocument.Of(await phone.AskAsync());
        await phone.SubmitAsync(Create(Id(), phone));
        Assert.Equal(since, phone.Simulated.Token);
        Assert.Equal("", await phone.SyncAsync());
        Assert.NotEqual(before.Token, phone.Last!.Token);
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("CC-139")]
    public async Task A_used_sync_token_is_not_issued_again()
    {
        var (_, phone, _, _) = await WithCaseAsync();
        var (since, state) = (phone.Simulated.Token, phone.Simulated.State());
        await phone.SyncAsync();
        var used = phone.Simulated.Token;
        await phone.SubmitAsync(Create(Id(), phone));

        // A phone that was restored from a backup.
        phone.Simulated.Token = since;
        foreach (var added in phone.Simulated.Cases.Keys.Where(id => phone.Simulated.Cases[id].Properties.Count == 0).ToList())
        {
            phone.Simulated.Cases.Remove(added);
        }
        Assert.Equal(state, phone.Simulated.State());
        (await phone.AskAsync()).ShouldBe(HttpStatusCode.Conflict);
        Assert.StartsWith("+", await phone.SyncAsync(), StringComparison.Ordinal);
        Assert.NotEqual(used, phone.Simulated.Token);
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("CC-129"), Clause("CC-134")]
    public async Task A_phone_with_another_state_hash_gets_412()
    {
        var (_, phone, _, id) = await WithCaseAsync();
        phone.Simulated.Cases.Remove(id);
        (await phone.AskAsync()).ShouldStartOver("Phone state has mismatch");
        phone.Simulated.Wipe();
        Assert.Equal($"+{id}", await phone.SyncAsync());
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("CC-126")]
    public async Task Forms_submitted_during_restores_are_not_lost()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var ids = Enumerable.Range(0, 40).Select(_ => Id()).ToList();
        var submitting = Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (id, _) => await SubmitWithoutPhoneAsync(domain, Create(id, phone))
        );
        while (!submitting.IsCompleted)
        {
            await phone.SyncAsync();
        }
        await submitting;
        await phone.SyncAsync();
        Assert.Equal(ids.Order(StringComparer.Ordinal), phone.Simulated.Cases.Keys.Order(StringComparer.Ordinal));
    }

    [Fact, Clause("CC-143")]
    public async Task Two_devices_of_one_worker_have_independent_sync_logs()
    {
        var (domain, phone, _, id) = await WithCaseAsync();
        var tablet = new DomainPhone(domain, phone.Worker);
        Assert.Equal($"+{id}", await tablet.SyncAsync());
        await phone.SubmitAsync(Sets(id, "size", "5"));
        Assert.Equal("", await phone.SyncAsync());
        Assert.Equal(id, await tablet.SyncAsync());
        Assert.Equal("", await tablet.SyncAsync());
    }

    private static async Task SyncAsync(DomainPhone phone, string sent, string footprint)
    {
        Assert.Equal(sent, await phone.SyncAsync());
        Assert.Equal(footprint, phone.Footprint());
    }

    private static async Task<string> CreateGroupAsync(Domain domain, string worker)
    {
        var created = (
            await domain.Admin.PostJsonAsync(
                domain.Api("group/"),
                new
                {
                    name = "North",
                    case_sharing = true,
                    users = new[] { worker },
                }
            )
        ).ShouldBe(HttpStatusCode.Created).Json;
        return created.GetProperty("id").GetString()!;
    }

    private static PhoneBlock Sets(string id, string name, string value) =>
        new(id) { Properties = new Dictionary<string, string> { [name] = value } };

    // A phone that has one case with a property, and another phone without cases.
    private static async Task<(Domain Domain, DomainPhone Phone, DomainPhone Other, string Id)> WithCaseAsync()
    {
        var domain = await Domain.StartAsync();
        var (phone, other, id) = (await DomainPhone.StartAsync(domain), await DomainPhone.StartAsync(domain), Id());
        await phone.SubmitAsync(Create(id, phone) with { Properties = new Dictionary<string, string> { ["size"] = "0" } });
        Assert.Equal("", await phone.SyncAsync());
        return (domain, phone, other, id);
    }
}
