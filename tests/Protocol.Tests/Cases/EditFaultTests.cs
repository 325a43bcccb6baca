using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Cases.CaseFaults;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>An edit that is interrupted at any of its storage operations (<see cref="CaseFaults"/>).</summary>
[StartsFirst]
public sealed class EditFaultTests
{
    [Fact, Clause("CC-092"), Clause("CC-094"), Clause("CC-127")]
    public Task An_edit_interrupted_at_any_operation_replaces_the_form_once() =>
        RunAsync(EditAsync, (Fault.CutOff, Finish.ByItself), (Fault.Dropped, Finish.ByRetry), (Fault.CutOff, Finish.ByReconcile));

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
}
