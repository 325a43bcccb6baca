using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>
/// Cases that went through every kind of change: indices, extensions, owners, closes, edits, error forms and deletions, from CommCare's
/// receiver and from a form of ODK Collect.
/// </summary>
internal sealed class ChangedCases
{
    private const string Ledger = "xmlns='http://commcarehq.org/ledger/v1'";

    private string Mother { get; } = CaseDesk.NewId("mother");

    private string Clinic { get; } = CaseDesk.NewId("clinic");

    private string Closed { get; } = CaseDesk.NewId("closed");

    private string Moved { get; } = CaseDesk.NewId("moved");

    private string Gone { get; } = CaseDesk.NewId("gone");

    public string Child { get; } = CaseDesk.NewId("child");

    /// <summary>All cases but the deleted one.</summary>
    public IEnumerable<string> Ids => [Mother, Child, Clinic, Closed, Moved];

    /// <summary>The forms that changed the cases, and still exist.</summary>
    public List<string> Forms { get; } = [];

    /// <summary>A form with attachments, such as `note.txt`.</summary>
    public string FormWithFiles { get; } = Guid.NewGuid().ToString();

    public static async Task<ChangedCases> MakeAsync(CaseDesk desk, DomainPhone phone)
    {
        var ids = new ChangedCases();
        await desk.SubmitAsync(desk.Create(ids.Mother), desk.Create(ids.Closed, "Çelik"), desk.Create(ids.Moved));
        await desk.SubmitAsync(desk.Create(ids.Child, "Bela", more: CaseDesk.Index(ids.Mother)));
        await phone.SyncAsync();
        await ids.ChangeAsync(desk, phone);
        await ids.SubmitErrorsAsync(desk);
        await ids.DeleteFormsAsync(desk);
        await ids.SubmitFromCollectAsync(desk.Domain.Programme);
        return ids;
    }

    private async Task ChangeAsync(CaseDesk desk, DomainPhone phone)
    {
        (
            await desk.PostAsync(
                desk.Form(FormWithFiles, desk.Create(Clinic, more: CaseDesk.Index(Mother, "host", relationship: "extension"))),
                files: [("note.txt", Samples.Bytes(90), "text/plain"), ("ö.bin", Samples.Bytes(9), "application/octet-stream")]
            )
        ).ShouldBeSuccess();
        var edited = await desk.SubmitAsync(CaseDesk.Update(Child, "<n0:weight>7</n0:weight>"));
        await desk.SubmitAsync(CaseDesk.Update(Child, "<n0:weight>6</n0:weight><n0:late>yes</n0:late>", "2016-01-01"));
        await desk.SubmitAsync(
            $"<balance {Ledger} entity-id='{Mother}' section-id='stock'><entry id='ors' quantity='9'/></balance>",
            $"<transfer {Ledger} src='{Mother}' dest='{Child}' section-id='stock'><entry id='ors' quantity='2'/></transfer>"
        );
        await desk.SubmitAsync(CaseDesk.Block(Closed, "<n0:close/>"));
        await desk.SubmitAsync(CaseDesk.Update(Moved, "<n0:owner_id>somebody else</n0:owner_id>"));
        (
            await desk.PostAsync(
                desk.Form(
                    edited,
                    CaseDesk.Update(Child, "<n0:weight>8</n0:weight>"),
                    CaseDesk.Update(Mother, "<n0:visited>yes</n0:visited>")
                )
            )
        ).ShouldBeSuccess();
        (await desk.PostAsync(desk.Form(edited, CaseDesk.Update(Child, "<n0:weight>7</n0:weight>")))).ShouldBeSuccess();
        await phone.SubmitAsync(new PhoneBlock(Child) { Properties = new Dictionary<string, string> { ["by"] = "phone" } });
        Forms.AddRange([FormWithFiles, edited]);
    }

    // An error form, one that succeeds when it is sent again, and an edit that makes a form an error form.
    private async Task SubmitErrorsAsync(CaseDesk desk)
    {
        var (wrong, early, spoiled) = (
            Guid.NewGuid().ToString(),
            Guid.NewGuid().ToString(),
            await desk.SubmitAsync(CaseDesk.Update(Mother, "<n0:seen>once</n0:seen>"))
        );
        var unknown = CaseDesk.NewId("unknown");
        await desk.PostAsync(desk.Form(wrong, CaseDesk.Block(Child, CaseDesk.Index(CaseDesk.NewId("nowhere"), "other"))));
        await desk.PostAsync(desk.Form(early, CaseDesk.Block(Child, CaseDesk.Index(unknown, "other"))));
        await desk.SubmitAsync(desk.Create(unknown));
        (await desk.PostAsync(desk.Form(early, CaseDesk.Block(Child, CaseDesk.Index(unknown, "other"))))).ShouldBeSuccess();
        await desk.PostAsync(desk.Form(spoiled, CaseDesk.Block(Mother, CaseDesk.Index(CaseDesk.NewId("nowhere"), "other"))));
        Assert.NotNull(await desk.ProblemAsync(wrong));
        Assert.Null(await desk.ProblemAsync(early));
        Forms.AddRange([wrong, early, spoiled]);
    }

    // One form is deleted with the case that it created; another is deleted and restored.
    private async Task DeleteFormsAsync(CaseDesk desk)
    {
        var deleted = await desk.SubmitAsync(desk.Create(Gone));
        var back = await desk.SubmitAsync(CaseDesk.Update(Mother, "<n0:back>yes</n0:back>"));
        var submissions = $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions";
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{deleted}")).ShouldBe(HttpStatusCode.OK);
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{back}")).ShouldBe(HttpStatusCode.OK);
        await desk.SubmitAsync(CaseDesk.Update(Mother, "<n0:between>yes</n0:between>"));
        (await desk.Domain.Admin.PostAsync($"{submissions}/{back}/restore")).ShouldBe(HttpStatusCode.OK);
        Forms.Add(back);
    }

    private async Task SubmitFromCollectAsync(Programme programme)
    {
        var trees = await programme.PublishAsync();
        var collect = await programme.AppUserAsync(trees);
        foreach (var (id, before) in new[] { ("uuid:tree", (string?)null), ("uuid:tree again", "uuid:tree") })
        {
            var xml = Samples
                .Submission(trees, id, deprecatedId: before)
                .Replace("<species>", CaseDesk.Update(Child, $"<n0:tree>{id}</n0:tree>") + "<species>", StringComparison.Ordinal);
            (await collect.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);
        }
    }
}
