using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Cases.CaseFaults;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>A new form that is interrupted at any of its storage operations (<see cref="CaseFaults"/>).</summary>
[StartsFirst]
public sealed class CaseFaultTests
{
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
}
