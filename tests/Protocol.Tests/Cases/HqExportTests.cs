using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>What CommCare HQ's public export client does (CC-145, CC-146).</summary>
public sealed class HqExportTests
{
    [Fact, Clause("CC-146")]
    public async Task An_export_while_forms_arrive_misses_none_and_has_none_twice()
    {
        var desk = await CaseDesk.OpenAsync();
        var script = await HqExport.ScriptAsync(desk.Domain);
        var (forms, cases) = (new HqExport(desk.Domain, script, "form", 5), new HqExport(desk.Domain, script, "case", 5));
        var (formIds, caseIds) = (new List<string>(), new List<string>());
        var (pulledForms, pulledCases) = (new List<JsonElement>(), new List<JsonElement>());
        var sending = SendAsync(24);
        while (!sending.IsCompleted)
        {
            pulledForms.AddRange(await forms.PullAsync());
            pulledCases.AddRange(await cases.PullAsync());
        }
        await sending;

        pulledForms = await forms.PullAllAsync(formIds, pulledForms);
        pulledCases = await cases.PullAllAsync(caseIds, pulledCases);
        Assert.Equal(formIds.Order(), Versions(pulledForms).Select(one => one.Id).Order());
        Assert.Equal(caseIds.Order(), Versions(pulledCases).Select(one => one.Id).Order());

        var ofCase = await script.GetAsync(desk.Domain.Api($"form/?case_id={caseIds[5]}"));
        Assert.Equal([formIds[5]], ReceivedFormListTests.Ids(ofCase.ShouldBe(HttpStatusCode.OK).Json));
        var ofNone = await script.GetAsync(desk.Domain.Api("form/?case_id=none&order_by=indexed_on"));
        Assert.Empty(ReceivedFormListTests.Ids(ofNone.ShouldBe(HttpStatusCode.OK).Json));

        // A change brings both once more, and nothing else.
        (await desk.PostAsync(desk.Form(formIds[3], desk.Create(caseIds[3], "Renamed")))).ShouldBeSuccess();
        await Eventually.TrueAsync(
            async () =>
            {
                var (newForms, newCases) = (Versions(await forms.PullAsync()), Versions(await cases.PullAsync()));
                return newForms.Exists(one => one.Id == formIds[3] && one.Text.Contains("Renamed", StringComparison.Ordinal))
                    && newCases.Exists(one => one.Id == caseIds[3] && one.Text.Contains("Renamed", StringComparison.Ordinal));
            },
            "the change is pulled"
        );

        async Task SendAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var id = CaseDesk.NewId();
                caseIds.Add(id);
                formIds.Add(await desk.SubmitAsync(desk.Create(id, $"n{i}")));
            }
        }
    }

    // A record that came twice without a change counts once: a new pull starts with the last record of the one before.
    private static List<(string Id, string Text)> Versions(List<JsonElement> pulled) =>
        [.. pulled.Select(one => (one.Text("id"), one.GetRawText())).Distinct()];
}
