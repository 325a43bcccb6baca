using System.Net;
using System.Text.Json.Nodes;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>
/// A form with several cases on its way through storage: the connection ends before one of its storage operations, or after it, at each
/// of them in turn. Whatever was left behind, the form is applied once when the phone sends it again, or without the phone if it was
/// claimed, and all tables agree.
/// </summary>
public sealed class CaseFaultTests
{
    private enum Finish
    {
        /// <summary>A transient fault: the request must succeed.</summary>
        ByItself,

        /// <summary>The phone sends the form again.</summary>
        ByRetry,

        /// <summary>The timer function comes by; the phone syncs, and sends the form again only then.</summary>
        ByReconcile,
    }

    [Fact, Clause("CC-092"), Clause("CC-093"), Clause("CC-117"), Clause("CC-138")]
    public Task A_form_interrupted_at_any_operation_is_applied_once() =>
        RunAsync(
            NewFormAsync,
            (Fault.CutOff, Finish.ByItself),
            (Fault.Dropped, Finish.ByRetry),
            (Fault.CutOff, Finish.ByRetry),
            (Fault.Dropped, Finish.ByReconcile),
            (Fault.CutOff, Finish.ByReconcile)
        );

    [Fact, Clause("CC-092"), Clause("CC-094"), Clause("CC-127")]
    public Task An_edit_interrupted_at_any_operation_replaces_the_form_once() =>
        RunAsync(EditAsync, (Fault.CutOff, Finish.ByItself), (Fault.Dropped, Finish.ByRetry), (Fault.CutOff, Finish.ByReconcile));

    private static async Task RunAsync(
        Func<Domain, DomainPhone, DomainPhone, Task<Round>> prepare,
        params (Fault Fault, Finish Finish)[] lanes
    )
    {
        var complaints = await Task.WhenAll(lanes.Select(lane => RunAsync(prepare, lane.Fault, lane.Finish)));
        Assert.True(complaints.All(some => some.Count == 0), string.Join('\n', complaints.SelectMany(some => some)));
    }

    private static async Task<List<string>> RunAsync(
        Func<Domain, DomainPhone, DomainPhone, Task<Round>> prepare,
        Fault fault,
        Finish finish
    )
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var domain = await Domain.StartAsync();
        var (phone, other) = (await DomainPhone.StartAsync(domain), await DomainPhone.StartAsync(domain));
        var complaints = new List<string>();
        var operations = int.MaxValue;
        // The first round fills the caches, and the second counts the operations.
        for (var at = -1; at <= operations; at++)
        {
            try
            {
                var seen = await BreakAsync(
                    storage,
                    server,
                    domain,
                    phone,
                    await prepare(domain, phone, other),
                    at <= 0 ? null : fault,
                    at,
                    finish
                );
                operations = at == 0 ? seen : operations;
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or HttpRequestException)
            {
                complaints.Add($"{fault} at {at} of {operations}, finished {finish}: {e.Message}");
                storage.StopFailing();
                phone = await DomainPhone.StartAsync(domain);
            }
        }
        Assert.InRange(operations, 10, 60); // 19 and 36 when caches are warm; an endless loop would be far more.
        return complaints;
    }

    // Sends the form of a round while storage fails, and sees to it that all ends well.
    private static async Task<int> BreakAsync(
        FaultyStorage storage,
        Server server,
        Domain domain,
        DomainPhone phone,
        Round round,
        Fault? fault,
        int at,
        Finish finish
    )
    {
        storage.Fail(fault ?? default, _ => true, fault is null ? int.MaxValue : at, finish == Finish.ByItself ? 1 : int.MaxValue);
        var status = await PostAsync(
            domain,
            phone.Worker.Phone.At(server),
            round.IsOfPhone ? phone.Simulated.Token : null,
            round.Form,
            server
        );
        var seen = storage.Seen;
        storage.StopFailing();
        Assert.True(
            status is HttpStatusCode.Created || (finish != Finish.ByItself && fault is not null && (int)status >= 500),
            $"It was answered {(int)status}."
        );

        var intents = new Intents(domain.Programme);
        var sent = round.Sent;
        if (finish == Finish.ByReconcile)
        {
            await intents.AgeAsync();
            await intents.ReconcileAsync();
            Assert.Equal(0, await intents.CountAsync());
            if (await round.IsClaimedAsync())
            {
                await round.ShouldBeAppliedAsync();
                Assert.Equal(sent, await phone.SyncAsync());
                sent = "";
            }
        }
        if (status != HttpStatusCode.Created)
        {
            Assert.Equal(
                HttpStatusCode.Created,
                await PostAsync(domain, phone.Worker.Phone, round.IsOfPhone ? phone.Simulated.Token : null, round.Form, null)
            );
        }
        await round.ShouldBeAppliedAsync();
        Assert.Equal(0, await intents.CountAsync());
        Assert.Equal(sent, await phone.SyncAsync());
        Assert.Equal("", await phone.SyncAsync());
        return seen;
    }

    // Three cases that the phone has, and a form of it that gives away the first, closes the second, and attaches an extension to the
    // third.
    private static async Task<Round> NewFormAsync(Domain domain, DomainPhone phone, DomainPhone other)
    {
        var (given, closed, host, extension) = (Id(), Id(), Id(), Id());
        await phone.SubmitAsync(Create(given, phone), Create(closed, phone), Create(host, phone));
        Assert.Equal("", await phone.SyncAsync());
        PhoneBlock[] blocks =
        [
            new(given) { Owner = other.Worker.Id, Properties = Size("1") },
            new(closed) { Closes = true, Properties = Size("2") },
            new(extension)
            {
                Creates = true,
                Owner = "-",
                Properties = Size("3"),
                Indices = [new("host", host, true)],
            },
        ];
        foreach (var block in blocks)
        {
            phone.Simulated.Apply(block);
        }
        var instance = Guid.NewGuid().ToString();
        return new Round(
            CaseForms.Xml(instance, phone.Worker.Id, [.. blocks.Select(block => CaseForms.Element(block, phone.Worker.Id))]),
            IsOfPhone: true,
            "",
            async () => (await domain.Admin.GetAsync(domain.At($"/api/form/{instance}/"))).Status == HttpStatusCode.OK,
            async () =>
            {
                var cases = await CasesAsync(domain, given, closed, host, extension);
                Assert.Equal(["1", "2", null, "3"], cases.Select(one => (string?)one["Properties"]!["size"]));
                Assert.Equal([false, true, false, false], cases.Select(one => (bool)one["Closed"]!));
                Assert.Equal([2, 2, 1, 1], cases.Select(one => one["Transactions"]!.AsArray().Count));
                Assert.Equal([2, 2, 1, 1], cases.Select(one => (int)one["Version"]!));
                await other.SyncAsync();
                Assert.Equal("1", other.Simulated.Cases[given].Properties["size"]);
            }
        );
    }

    // A script's form created two cases; its edit changes the first, omits the second, and creates a third.
    private static async Task<Round> EditAsync(Domain domain, DomainPhone phone, DomainPhone other)
    {
        var (changed, dropped, added, instance) = (Id(), Id(), Id(), Guid.NewGuid().ToString());
        string Form(params PhoneBlock[] blocks) =>
            CaseForms.Xml(instance, "script", [.. blocks.Select(block => CaseForms.Element(block, "script"))]);
        await domain.SubmitAsync(domain.Admin, null, Form(Create(changed, phone) with { Properties = Size("1") }, Create(dropped, phone)));
        Assert.Equal(2, (await phone.SyncAsync()).Split(' ').Length);
        return new Round(
            Form(Create(changed, phone) with { Properties = Size("2") }, Create(added, phone)),
            IsOfPhone: false,
            string.Join(' ', new[] { changed, $"{dropped}x", $"+{added}" }.Order(StringComparer.Ordinal)),
            async () =>
                (await domain.Admin.GetAsync(domain.At($"/api/form/{instance}/")))
                    .ShouldBe(HttpStatusCode.OK)
                    .Json.GetProperty("edited_on")
                    .GetString()
                    is not null,
            async () =>
            {
                var cases = await CasesAsync(domain, changed, dropped, added);
                Assert.Equal(["2", null, null], cases.Select(one => (string?)one["Properties"]!["size"]));
                Assert.Equal([false, true, false], cases.Select(one => (bool)one["Deleted"]!));
                Assert.Equal([1, 0, 1], cases.Select(one => one["Transactions"]!.AsArray().Count));
            }
        );
    }

    private static async Task<HttpStatusCode> PostAsync(Domain domain, Api phone, string? token, string form, Server? server) =>
        (
            await phone
                .With("X-OpenRosa-Version", "3.0")
                .With("X-CommCareHQ-LastSyncToken", token)
                .PostAsync(domain.At("/receiver/secure/", server), ReceiverChecks.Raw(form))
        ).Status;

    private static async Task<List<JsonObject>> CasesAsync(Domain domain, params string[] ids)
    {
        var tables = (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
        Assert.Superset(ids.ToHashSet(), tables.Cases.ToHashSet());
        return [.. ids.Select(id => tables[id])];
    }

    private static Dictionary<string, string> Size(string size) => new() { ["size"] = size };

    /// <summary>
    /// A form to submit, with the phone's token if the phone has filled it in, and the expected result; <see cref="Sent"/> is the expected
    /// response of the phone's next sync.
    /// </summary>
    private sealed record Round(string Form, bool IsOfPhone, string Sent, Func<Task<bool>> IsClaimedAsync, Func<Task> ShouldBeAppliedAsync);
}
