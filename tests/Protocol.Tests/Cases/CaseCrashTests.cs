using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>The process is killed while forms change cases: answered forms are applied, and forms sent again are applied once.</summary>
public sealed class CaseCrashTests
{
    private const int PerLife = 40;
    private const int Phones = 4;

    [Fact, Clause("CC-093"), Clause("CC-096")]
    public async Task Each_form_is_applied_exactly_once_however_often_the_process_is_killed()
    {
        var desk = await CaseDesk.OpenAsync();
        var (shared, parent) = (NewId("shared"), NewId("parent"));
        await desk.SubmitAsync(desk.Create(shared), desk.Create(parent));
        var sent = new ConcurrentDictionary<string, (string Instance, string Form)>();
        var received = new ConcurrentBag<string>();
        foreach (var (life, lastsFor) in new[] { (1, 3), (2, 10), (3, 17) })
        {
            await LiveAsync(desk, life, lastsFor, shared, parent, sent, received);
        }

        var kept = (await desk.CaseAsync(shared)).GetProperty("properties");
        Assert.All(received, key => Assert.Equal(key, kept.GetProperty(key).GetString()));

        // Committed but unanswered forms are completed without the phone.
        var intents = new Intents(desk.Domain.Programme);
        await intents.AgeAsync();
        await intents.ReconcileAsync();
        Assert.Equal(0, await intents.CountAsync());
        kept = (await desk.CaseAsync(shared)).GetProperty("properties");
        foreach (var (key, form) in sent)
        {
            Assert.Equal((await desk.FindFormAsync(form.Instance)).Status == HttpStatusCode.OK, kept.TryGetProperty(key, out _));
        }
        (await CaseTables.ReadAsync(desk.Domain.Programme.Id)).ShouldAgree();

        foreach (var (_, form) in sent.Values)
        {
            (await desk.PostAsync(form)).ShouldBeSuccess();
        }

        var whole = await desk.CaseAsync(shared);
        Assert.Equal(sent.Keys.Order(), whole.GetProperty("properties").EnumerateObject().Select(one => one.Name).Order());
        foreach (var key in sent.Keys)
        {
            var child = await desk.CaseAsync($"{shared}-{key}");
            Assert.Equal((key, parent), (child.Text("case_name"), child.GetProperty("indices").GetProperty("host").Text("case_id")));
        }
        var tables = (await CaseTables.ReadAsync(desk.Domain.Programme.Id)).ShouldAgree();
        Assert.Equal(sent.Count + 1, tables[shared]["Transactions"]!.AsArray().Count);
        Assert.Equal(sent.Count + 2, tables.Cases.Count);
        Assert.Equal(0, await intents.CountAsync());
        // The list is read from the owners' rows, the single case from its own row: both must be equal.
        var listed = (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/v2/?limit=1000&count=false&owner_id={desk.Worker.Id}")))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(sent.Count + 2, listed.GetProperty("cases").GetArrayLength());
        foreach (var row in listed.GetProperty("cases").EnumerateArray())
        {
            Assert.Equal((await desk.CaseAsync(row.Text("case_id"))).GetRawText(), row.GetRawText());
        }
        await desk.Domain.Programme.ShouldBeConsistentAsync();
    }

    private static async Task LiveAsync(
        CaseDesk desk,
        int life,
        int lastsFor,
        string shared,
        string parent,
        ConcurrentDictionary<string, (string Instance, string Form)> sent,
        ConcurrentBag<string> received
    )
    {
        var server = await Server.StartAsync();
        var phone = desk.Worker.Phone.At(server);
        var here = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, Phones)
                .Select(async number =>
                {
                    for (var i = number; i < PerLife && !server.App!.HasExited; i += Phones)
                    {
                        var key = string.Create(CultureInfo.InvariantCulture, $"p{life}-{i}");
                        var instance = Guid.NewGuid().ToString();
                        var form = desk.Form(
                            instance,
                            Update(shared, $"<n0:{key}>{key}</n0:{key}>"),
                            desk.Create($"{shared}-{key}", key, more: Index(parent, "host", relationship: "extension"))
                        );
                        sent[key] = (instance, form);
                        try
                        {
                            if ((await desk.PostAsync(form, phone)).Status == HttpStatusCode.Created)
                            {
                                received.Add(key);
                                if (Interlocked.Increment(ref here) == lastsFor)
                                {
                                    server.App!.Kill();
                                }
                            }
                        }
                        catch (Exception e) when (e is HttpRequestException or IOException)
                        {
                            // The process was killed before it answered.
                        }
                    }
                })
        );
        Assert.InRange(here, lastsFor, PerLife - 1);
    }
}
