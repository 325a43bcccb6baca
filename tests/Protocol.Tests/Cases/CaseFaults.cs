using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>
/// A form with several cases on its way through storage: the connection ends before one of its storage operations, or after it, at each
/// of them in turn. Whatever was left behind, the form is applied once when the phone sends it again, or without the phone if it was
/// claimed, and all tables agree.
/// </summary>
internal static class CaseFaults
{
    /// <summary>Each lane needs a server of its own meanwhile.</summary>
    private const int LanesAtOnce = 2;

    internal enum Finish
    {
        /// <summary>A transient fault: the request must succeed.</summary>
        ByItself,

        /// <summary>The phone sends the form again.</summary>
        ByRetry,

        /// <summary>The timer function comes by; the phone syncs, and sends the form again only then.</summary>
        ByReconcile,
    }

    public static async Task RunAsync(
        Func<Domain, DomainPhone, DomainPhone, Task<Round>> prepare,
        params (Fault Fault, Finish Finish)[] lanes
    )
    {
        var complaints = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            lanes,
            new ParallelOptions { MaxDegreeOfParallelism = LanesAtOnce },
            async (lane, _) => (await RunAsync(prepare, lane.Fault, lane.Finish)).ForEach(complaints.Enqueue)
        );
        Assert.True(complaints.IsEmpty, string.Join('\n', complaints));
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

    private static async Task<HttpStatusCode> PostAsync(Domain domain, Api phone, string? token, string form, Server? server) =>
        (
            await phone
                .With("X-OpenRosa-Version", "3.0")
                .With("X-CommCareHQ-LastSyncToken", token)
                .PostAsync(domain.At("/receiver/secure/", server), ReceiverChecks.Raw(form))
        ).Status;

    public static async Task<List<JsonObject>> CasesAsync(Domain domain, params string[] ids)
    {
        var tables = (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
        Assert.Superset(ids.ToHashSet(), tables.Cases.ToHashSet());
        return [.. ids.Select(id => tables[id])];
    }

    public static Dictionary<string, string> Size(string size) => new() { ["size"] = size };

    /// <summary>
    /// A form to submit, with the phone's token if the phone has filled it in, and the expected result; <see cref="Sent"/> is the expected
    /// response of the phone's next sync.
    /// </summary>
    internal sealed record Round(
        string Form,
        bool IsOfPhone,
        string Sent,
        Func<Task<bool>> IsClaimedAsync,
        Func<Task> ShouldBeAppliedAsync
    );
}
