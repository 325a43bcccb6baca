using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>
/// A form with several cases on its way through storage: the connection ends before one of its storage operations, or after it, at each of them in turn. Whatever was
/// left behind, the form is applied once when the phone sends it again, or without the phone if it was claimed, and all tables agree.
/// </summary>
public sealed class CaseFaultTests
{
    private enum Finish
    {
        /// <summary>Storage is well at once: the server has to come through by itself.</summary>
        ByItself,

        /// <summary>The phone sends the form again.</summary>
        ByRetry,

        /// <summary>The timer function comes by; the phone syncs, and sends the form again only then.</summary>
        ByReconcile,
    }

    [Fact, Clause("CC-092"), Clause("CC-093"), Clause("CC-117"), Clause("CC-138")]
    public async Task A_form_that_is_broken_off_anywhere_is_applied_once()
    {
        (Fault Fault, Finish Finish)[] lanes =
        [
            (Fault.CutOff, Finish.ByItself), (Fault.Dropped, Finish.ByRetry), (Fault.CutOff, Finish.ByRetry), (Fault.Dropped, Finish.ByReconcile), (Fault.CutOff, Finish.ByReconcile),
        ];
        var complaints = await Task.WhenAll(lanes.Select(lane => RunAsync(lane.Fault, lane.Finish)));
        Assert.True(complaints.All(some => some.Count == 0), string.Join('\n', complaints.SelectMany(some => some)));
    }

    private static async Task<List<string>> RunAsync(Fault fault, Finish finish)
    {
        await using var storage = await FaultyStorage.StartAsync();
        var server = await Server.StartAsync(storage: storage.ConnectionString);
        var domain = await Domain.StartAsync();
        var (phone, other) = (await DomainPhone.StartAsync(domain), await DomainPhone.StartAsync(domain));
        var complaints = new List<string>();
        var operations = int.MaxValue;
        for (var at = 0; at <= operations; at++)
        {
            try
            {
                var seen = await BreakAsync(storage, server, domain, phone, other, at == 0 ? null : fault, at, finish);
                operations = at == 0 ? seen : operations;
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or HttpRequestException)
            {
                complaints.Add($"{fault} at {at} of {operations}, finished {finish}: {e.Message}");
                storage.Heal();
                phone = await DomainPhone.StartAsync(domain);
            }
        }
        Assert.InRange(operations, 10, 40);
        await server.App!.DisposeAsync();
        return complaints;
    }

    // One more round: three cases that the phone has, and a form that gives away the first, closes the second, and attaches an extension to the third.
    private static async Task<int> BreakAsync(FaultyStorage storage, Server server, Domain domain, DomainPhone phone, DomainPhone other, Fault? fault, int at, Finish finish)
    {
        var (given, closed, host, extension) = (Id(), Id(), Id(), Id());
        await phone.SubmitAsync(Create(given, phone), Create(closed, phone), Create(host, phone));
        Assert.Equal("", await phone.SyncAsync());
        PhoneBlock[] blocks =
        [
            new(given) { Owner = other.Worker.Id, Properties = new Dictionary<string, string> { ["size"] = "1" } },
            new(closed) { Closes = true, Properties = new Dictionary<string, string> { ["size"] = "2" } },
            new(extension) { Creates = true, Owner = "-", Properties = new Dictionary<string, string> { ["size"] = "3" }, Indices = [new("host", host, true)] },
        ];
        foreach (var block in blocks)
        {
            phone.Held.Apply(block);
        }
        var instance = Guid.NewGuid().ToString();
        var form = CaseForms.Xml(instance, phone.Worker.Id, [.. blocks.Select(block => CaseForms.Element(block, phone.Worker.Id))]);
        var token = phone.Held.Token;

        storage.Fail(fault ?? default, _ => true, fault is null ? int.MaxValue : at, finish == Finish.ByItself ? 1 : int.MaxValue);
        var status = await PostAsync(domain, phone.Worker.Phone.At(server), token, form, server);
        var seen = storage.Seen;
        storage.Heal();
        Assert.True(status is HttpStatusCode.Created || (finish != Finish.ByItself && fault is not null && (int)status >= 500), $"It was answered {(int)status}.");

        var intents = new Intents(domain.Programme);
        if (finish == Finish.ByReconcile)
        {
            await intents.AgeAsync();
            await intents.ReconcileAsync();
            Assert.Equal(0, await intents.CountAsync());
            var claimed = (await domain.Admin.GetAsync(domain.At($"/api/form/{instance}/"))).Status == HttpStatusCode.OK;
            if (claimed)
            {
                await ShouldBeAppliedAsync(domain, phone, [given, closed, host, extension]);
                Assert.Equal("", await phone.SyncAsync());
                Assert.Equal($"+{given}", await other.SyncAsync());
            }
        }
        if (status != HttpStatusCode.Created)
        {
            Assert.Equal(HttpStatusCode.Created, await PostAsync(domain, phone.Worker.Phone, phone.Held.Token, form, null));
        }
        await ShouldBeAppliedAsync(domain, phone, [given, closed, host, extension]);
        Assert.Equal(0, await intents.CountAsync());
        Assert.Equal("", await phone.SyncAsync());
        await other.SyncAsync();
        Assert.Equal("", await phone.SyncAsync());
        Assert.Contains(given, other.Held.Cases.Keys);
        return seen;
    }

    // 0: no answer at all.
    private static async Task<HttpStatusCode> PostAsync(Domain domain, Api phone, string? token, string form, Server? server)
    {
        var answer = await phone.With("X-OpenRosa-Version", "3.0").With("X-CommCareHQ-LastSyncToken", token).PostAsync(domain.At("/receiver/secure/", server), ReceiverChecks.Raw(form));
        return answer.Status;
    }

    private static async Task ShouldBeAppliedAsync(Domain domain, DomainPhone phone, string[] ids)
    {
        var tables = (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
        Assert.Superset(ids.ToHashSet(), tables.Cases.ToHashSet());
        Assert.Equal(["1", "2", null, "3"], ids.Select(id => (string?)tables[id]["Properties"]!["size"]));
        Assert.Equal([false, true, false, false], ids.Select(id => (bool)tables[id]["Closed"]!));
        Assert.Equal([2, 2, 1, 1], ids.Select(id => tables[id]["Transactions"]!.AsArray().Count));
        Assert.Equal([2, 2, 1, 1], ids.Select(id => (int)tables[id]["Version"]!));
        Assert.NotEqual(phone.Worker.Id, (string?)tables[ids[0]]["Owner"]);
    }
}
