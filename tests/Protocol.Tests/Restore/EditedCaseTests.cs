using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Forms that are edited, deleted and brought back after phones have had their cases: what the cases are then, and what phones
/// see of it when they come back.</summary>
public sealed class EditedCaseTests
{
    [Fact, Clause("CC-094"), Clause("CC-118"), Clause("CC-051"), Clause("CC-050"), Clause("CC-124"), Clause("CC-127")]
    public async Task An_edit_undoes_the_effects_of_the_previous_version_on_phones_too()
    {
        var (domain, phone) = await WithPhoneAsync();
        var (id, parent, dropped, instance) = (Id(), Id(), Id(), Id());
        await SendAsync(
            domain,
            instance,
            null,
            Create(id, phone) with
            {
                Properties = Of(("a", "1"), ("b", "1"), ("external_id", "HH-7")),
                Indices = [new("parent", parent, false)],
            },
            Create(parent, phone),
            Create(dropped, phone)
        );
        await SubmitWithoutPhoneAsync(domain, new PhoneBlock(id) { Properties = Of(("b", "2")) });
        Assert.Equal(3, (await phone.SyncAsync()).Split(' ').Length);

        await SendAsync(domain, instance, null, Create(id, phone) with { Properties = Of(("b", "3"), ("c", "3")) }, Create(parent, phone));

        Assert.Equal(Sorted(id, parent, $"{dropped}x"), await phone.SyncAsync());
        Assert.Equal([("a", ""), ("b", "2"), ("c", "3"), ("external_id", "")], OwnProperties(phone, id));
        Assert.Empty(phone.Simulated.Cases[id].Indices);
        Assert.Equal(Sorted(id, parent), phone.Footprint());
        Assert.Equal("", await phone.SyncAsync());

        // A phone that never had the cases does not learn of their deletion.
        var fresh = new DomainPhone(domain, phone.Worker);
        Assert.Equal(Sorted($"+{id}", $"+{parent}"), await fresh.SyncAsync());
        Assert.Equal([("b", "2"), ("c", "3")], OwnProperties(fresh, id));
        (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
    }

    [Fact, Clause("CC-094"), Clause("CC-117"), Clause("CC-119"), Clause("CC-129"), Clause("CC-138")]
    public async Task The_case_of_an_edit_sent_with_a_token_is_restored_in_full()
    {
        var (domain, phone) = await WithPhoneAsync();
        var (id, dropped, instance) = (Id(), Id(), Id());
        PhoneBlock[] first = [Create(id, phone) with { Properties = Of(("a", "1"), ("b", "1")) }, Create(dropped, phone)];
        PhoneBlock[] second = [Create(id, phone) with { Properties = Of(("b", "2")) }];
        foreach (var block in first.Concat(second))
        {
            phone.Simulated.Apply(block);
        }
        await SendAsync(domain, instance, phone, first);
        await SendAsync(domain, instance, phone, second);

        // The phone did the second on top of the first, the server instead of it.
        Assert.Equal(Sorted(id, $"{dropped}x"), await phone.SyncAsync());
        Assert.Equal([("a", ""), ("b", "2")], OwnProperties(phone, id));
        Assert.Equal(id, phone.Footprint());

        // The same with a sync between the two.
        phone.Simulated.Apply(new PhoneBlock(id) { Properties = Of(("c", "1")) });
        await SendAsync(domain, instance, phone, Create(id, phone) with { Properties = Of(("c", "1")) });
        Assert.Equal(id, await phone.SyncAsync());
        Assert.Equal([("a", ""), ("b", ""), ("c", "1")], OwnProperties(phone, id));
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("OR-220"), Clause("CC-094"), Clause("CC-118"), Clause("CC-127")]
    public async Task Cases_follow_forms_of_Collect_and_their_edits()
    {
        var (domain, phone) = await WithPhoneAsync();
        var form = await domain.Programme.PublishAsync();
        var collect = await domain.Programme.AppUserAsync(form);
        var (id, first, second) = (Id(), Samples.NewInstanceId(), Samples.NewInstanceId());
        string Form(string instance, string? replaces, PhoneBlock block) =>
            Samples
                .Submission(form, instance, deprecatedId: replaces)
                .Replace("<species>", CaseForms.Element(block, phone.Worker.Id) + "<species>", StringComparison.Ordinal);

        (
            await collect.PostAsync(
                $"{domain.Programme.Path}/submission",
                Samples.Multipart(Form(first, null, Create(id, phone) with { Properties = Of(("a", "1")) }))
            )
        ).ShouldBe(HttpStatusCode.Created);
        Assert.Equal($"+{id}", await phone.SyncAsync());
        (
            await collect.PostAsync(
                $"{domain.Programme.Path}/submission",
                Samples.Multipart(Form(second, first, Create(id, phone) with { Properties = Of(("b", "2")) }))
            )
        ).ShouldBe(HttpStatusCode.Created);
        Assert.Equal(id, await phone.SyncAsync());
        Assert.Equal([("a", ""), ("b", "2")], OwnProperties(phone, id));
        Assert.Equal("", await phone.SyncAsync());
        var transactions = (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree()[id]["Transactions"]!.AsArray();
        Assert.Equal(
            (first, second),
            ((string?)Assert.Single(transactions)!["Form"]!["Root"], (string?)transactions[0]!["Form"]!["Instance"])
        );
    }

    [Fact, Clause("CC-124"), Clause("CC-120"), Clause("CC-127")]
    public async Task Deletion_and_restoration_of_a_submission_reach_phones()
    {
        var (domain, phone) = await WithPhoneAsync();
        var (parent, child, instance) = (Id(), Id(), Id());
        await SendAsync(
            domain,
            instance,
            null,
            Create(parent, phone) with
            {
                Properties = Of(("a", "1")),
            },
            new PhoneBlock(child) { Properties = Of(("b", "1")) }
        );
        await SubmitWithoutPhoneAsync(
            domain,
            Create(child, phone) with
            {
                Indices = [new("parent", parent, false)],
                Properties = Of(("c", "1")),
            }
        );
        Assert.Equal(Sorted($"+{parent}", $"+{child}"), await phone.SyncAsync());
        var submission = $"{domain.Programme.FormPath(CaseForms.Namespace)}/submissions/{instance}";

        (await domain.Admin.DeleteAsync(submission)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Sorted($"{parent}x", child), await phone.SyncAsync());
        Assert.Equal([("b", ""), ("c", "1")], OwnProperties(phone, child));
        Assert.Empty(phone.Simulated.Cases[child].Indices);
        Assert.Equal(child, phone.Footprint());
        Assert.Equal("", await phone.SyncAsync());
        (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();

        (await domain.Admin.PostAsync($"{submission}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Sorted($"+{parent}", child), await phone.SyncAsync());
        Assert.Equal([("b", "1"), ("c", "1")], OwnProperties(phone, child));
        Assert.Equal(parent, phone.Simulated.Cases[child].Indices["parent"].Target);
        Assert.Equal("", await phone.SyncAsync());

        // Both changes between two syncs: the phone gets the case once, with all changes.
        (await domain.Admin.DeleteAsync(submission)).ShouldBe(HttpStatusCode.OK);
        (await domain.Admin.PostAsync($"{submission}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Sorted(parent, child), await phone.SyncAsync());
        Assert.Equal([("a", "1")], OwnProperties(phone, parent));
        Assert.Equal("", await phone.SyncAsync());
        (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
    }

    [Fact, Clause("CC-124")]
    public async Task Deletion_and_restoration_succeed_if_the_response_of_storage_is_lost()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var (domain, phone) = await WithPhoneAsync();
        var (id, instance) = (Id(), Id());
        await SendAsync(domain, instance, null, Create(id, phone));
        var submission = $"{domain.Programme.FormPath(CaseForms.Namespace)}/submissions/{instance}";
        foreach (var deletes in new[] { true, false })
        {
            var admin = domain.Admin.At(server);
            storage.Fail(Fault.CutOff, request => request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal), count: 1);
            (await (deletes ? admin.DeleteAsync(submission) : admin.PostAsync($"{submission}/restore"))).ShouldBe(HttpStatusCode.OK);
            Assert.InRange(storage.Seen, 2, 10);
            Assert.Equal(deletes, (bool)(await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree()[id]["Deleted"]!);
            Assert.Equal(0, await new Intents(domain.Programme).CountAsync());
        }
    }

    [Fact, Clause("CC-129"), Clause("CC-138"), Clause("CC-093")]
    public async Task A_form_deleted_before_the_next_sync_still_counts_as_applied_on_the_phone()
    {
        var (domain, phone) = await WithPhoneAsync();
        var (id, instance) = (Id(), Id());
        var block = Create(id, phone) with { Properties = Of(("a", "1")) };
        phone.Simulated.Apply(block);
        await SendAsync(domain, instance, phone, block);
        (await domain.Admin.DeleteAsync($"{domain.Programme.FormPath(CaseForms.Namespace)}/submissions/{instance}")).ShouldBe(
            HttpStatusCode.OK
        );
        await SendAsync(domain, instance, phone, block);

        Assert.Equal($"{id}x", await phone.SyncAsync());
        Assert.Equal("", phone.Footprint());
        Assert.Equal("", await phone.SyncAsync());
    }

    // With the phone's token, or without one. The same instance and blocks are the same bytes.
    private static Task SendAsync(Domain domain, string instance, DomainPhone? phone, params PhoneBlock[] blocks)
    {
        var elements = blocks.Select(block => CaseForms.Element(block, "desk")).ToArray();
        foreach (var element in elements)
        {
            element.SetAttributeValue("date_modified", "2019-05-01T10:11:12.000Z");
        }
        return domain.SubmitAsync(phone?.Worker.Phone ?? domain.Admin, phone?.Simulated.Token, CaseForms.Xml(instance, "desk", elements));
    }

    private static async Task<(Domain Domain, DomainPhone Phone)> WithPhoneAsync()
    {
        var domain = await Domain.StartAsync();
        return (domain, await DomainPhone.StartAsync(domain));
    }

    private static Dictionary<string, string> Of(params (string Name, string Value)[] properties) =>
        properties.ToDictionary(property => property.Name, property => property.Value);

    private static IEnumerable<(string, string)> OwnProperties(DomainPhone phone, string id) =>
        phone
            .Simulated.Cases[id]
            .Properties.Where(property => property.Key != "date_opened")
            .Select(property => (property.Key, property.Value))
            .Order();

    private static string Sorted(params string[] blocks) => string.Join(' ', blocks.Order(StringComparer.Ordinal));
}
