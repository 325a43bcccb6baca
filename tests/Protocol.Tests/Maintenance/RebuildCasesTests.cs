using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class RebuildCasesTests
{
    [Fact]
    public async Task Rebuilt_cases_and_restores_are_the_same_as_before()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var desk = await CaseDesk.OpenAsync(storage.Server);
        var phone = new DomainPhone(desk.Domain, desk.Worker);
        var changed = await ChangedCases.MakeAsync(desk, phone);
        string[] asked =
        [
            .. changed.Ids.Select(id => desk.Domain.At($"/api/case/v2/{id}/")),
            .. changed.Forms.Select(id => desk.Domain.At($"/api/form/{id}/")),
            $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions",
            desk.Domain.At($"/api/form/attachment/{changed.FormWithFiles}/note.txt"),
        ];
        var answers = await AskAsync(desk, asked);
        var full = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone));
        var since = Since(desk, phone);
        var increment = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone, since));
        Assert.NotEmpty(increment.Blocks);
        var (cases, submissions, owners) = (
            await storage.RowsAsync("cases"),
            await storage.RowsAsync("submissions"),
            await storage.RowsAsync("caseOwners")
        );

        await storage.LoseAsync([.. LostTables.OfForms, .. LostTables.OfSubmissions, .. LostTables.OfCases]);
        Assert.Contains(
            "Refused now, and not then: 0.",
            (await storage.RunAsync("rebuild")).ShouldSucceed().Output,
            StringComparison.Ordinal
        );

        Assert.Equal(submissions, await storage.RowsAsync("submissions"));
        Assert.Equal(cases, await storage.RowsAsync("cases"));
        Assert.Equal(owners, await storage.RowsAsync("caseOwners"));
        (await storage.RunAsync("rebuild", "--only", "cases")).ShouldFail("has cases");
        (await storage.RunAsync("rebuild", "--only", "cases", "--replace")).ShouldSucceed();
        Assert.Equal(cases, await storage.RowsAsync("cases"));
        Assert.Equal(owners, await storage.RowsAsync("caseOwners"));

        (await storage.RunAsync("verify", "--content", "--settle", "1")).ShouldSucceed();

        var (there, worker) = (desk.Domain, desk.Worker.Phone);
        Assert.Equal(answers, await AskAsync(desk, asked));
        Assert.Equal(Cases(full), Cases(RestoreDocument.Of(await there.RestoreAsync(worker))));
        var again = RestoreDocument.Of(await there.RestoreAsync(worker, since));
        Assert.Equal(Cases(increment), Cases(again));

        // The next sync sends what changes from now on, and nothing else.
        phone.Take(await there.RestoreAsync(worker, since));
        var update = CaseDesk.Update(changed.Child, "<n0:weight>9</n0:weight>");
        (await desk.PostAsync(desk.Form(Guid.NewGuid().ToString(), update), worker)).ShouldBeSuccess();
        phone.Simulated.Purge();
        Assert.Equal(changed.Child, phone.Take(await there.RestoreAsync(worker, Since(desk, phone))));
    }

    /// <summary>
    /// An edit whose request was interrupted between the commit and the recovery record is recovered from the receipt metadata of both
    /// forms.
    /// </summary>
    [Fact]
    public async Task Edits_that_keep_their_instance_id_are_recovered_without_their_recovery_record()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var desk = await CaseDesk.OpenAsync(storage.Server);
        var (id, form) = (CaseDesk.NewId(), Guid.NewGuid().ToString());
        (
            await desk.PostAsync(
                desk.Form(form, desk.Create(id)),
                files: [("a.jpg", Samples.Bytes(20), "image/jpeg"), ("b.jpg", Samples.Bytes(30), "image/jpeg")]
            )
        ).ShouldBeSuccess();
        (
            await desk.PostAsync(desk.Form(form, desk.Create(id, "Bela")), files: [("b.jpg", Samples.Bytes(31), "image/jpeg")])
        ).ShouldBeSuccess();
        (
            await desk.PostAsync(desk.Form(form, desk.Create(id, "Cleo")), files: [("c.jpg", Samples.Bytes(40), "image/jpeg")])
        ).ShouldBeSuccess();
        var (submissions, cases) = (await storage.RowsAsync("submissions"), await storage.RowsAsync("cases"));
        var container = new Azure.Storage.Blobs.BlobContainerClient(storage.ConnectionString, "submissions");
        foreach (
            var recoveryRecord in (await StoredBlobs.OfProjectAsync(desk.Domain.Programme.Id, storage.ConnectionString)).Where(name =>
                name.EndsWith(".json", StringComparison.Ordinal)
            )
        )
        {
            await container.DeleteBlobAsync(recoveryRecord);
        }

        (await storage.RunAsync("rebuild", "--replace")).ShouldSucceed();

        Assert.Equal(submissions, await storage.RowsAsync("submissions"));
        Assert.Equal(cases, await storage.RowsAsync("cases"));
    }

    /// <summary>A purged form has no submissions any more, so only the rows still hold their changes of cases.</summary>
    [Fact]
    public async Task Cases_of_purged_forms_keep_their_rows()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var desk = await CaseDesk.OpenAsync(storage.Server);
        var (purged, mixed, other) = (CaseDesk.NewId(), CaseDesk.NewId(), CaseDesk.NewId());
        await desk.SubmitAsync(desk.Create(purged), desk.Create(mixed));
        await desk.Domain.SubmitAsync(
            desk.Worker.Phone,
            desk.Worker.Id,
            null,
            new PhoneBlock(mixed) { Properties = new Dictionary<string, string> { ["of"] = "both" } },
            new PhoneBlock(other) { Creates = true, Owner = desk.Worker.Id }
        );
        var (cases, owners) = (await storage.RowsAsync("cases"), await storage.RowsAsync("caseOwners"));
        (await desk.Domain.Admin.DeleteAsync(desk.Domain.Programme.FormPath(desk.Xmlns))).ShouldBe(HttpStatusCode.OK);
        await new StorageDamage(storage.ConnectionString).RemoveAsync("forms", "RowKey ge 'trash|' and RowKey lt 'trash}'");

        (await storage.RunAsync("rebuild", "--only", "cases", "--replace")).ShouldSucceed();

        Assert.Equal(cases, await storage.RowsAsync("cases"));
        Assert.Equal(owners, await storage.RowsAsync("caseOwners"));
    }

    [Fact]
    public async Task An_interrupted_replay_can_be_repeated()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var desk = await CaseDesk.OpenAsync(storage.Server);
        var ids = Enumerable.Range(0, 30).Select(_ => CaseDesk.NewId()).ToList();
        foreach (var id in ids)
        {
            await desk.SubmitAsync(desk.Create(id));
        }
        for (var round = 0; round < 4; round++)
        {
            await Parallel.ForEachAsync(
                ids,
                new ParallelOptions { MaxDegreeOfParallelism = 6 },
                async (id, _) => await desk.SubmitAsync(CaseDesk.Update(id, $"<n0:round>{round}</n0:round>"))
            );
        }
        var cases = await storage.RowsAsync("cases");
        await storage.LoseAsync(LostTables.OfCases);

        using (var rebuild = Maintenance.Start("rebuild", "--storage", storage.ConnectionString, "--only", "cases"))
        {
            await Eventually.TrueAsync(async () => (await storage.RowsAsync("cases")).Count > 0, "the rebuild writes a row");
            rebuild.Kill();
            await rebuild.WaitForExitAsync();
        }
        (await storage.RunAsync("rebuild", "--only", "cases", "--replace")).ShouldSucceed();

        Assert.Equal(cases, await storage.RowsAsync("cases"));
    }

    private static string Since(CaseDesk desk, DomainPhone phone) =>
        $"since={phone.Simulated.Token}&state={phone.Simulated.State()}&device_id=device&user_id={desk.Worker.Id}";

    private static async Task<List<string>> AskAsync(CaseDesk desk, IEnumerable<string> addresses)
    {
        var answers = new List<string>();
        foreach (var address in addresses)
        {
            var answer = (await desk.Domain.Admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
            answers.Add(string.Join('\n', answer.Text.Split(',').Where(part => !IsTime(part))));
        }
        return answers;
    }

    // A rebuild changes the time at which the server wrote the row.
    private static bool IsTime(string part) =>
        part.Contains("server_last_modified", StringComparison.Ordinal)
        || part.Contains("indexed_on", StringComparison.Ordinal)
        || part.Contains("server_modified_on", StringComparison.Ordinal);

    private static List<string> Cases(RestoreDocument restore) =>
        [.. restore.CaseElements.Select(element => element.ToString()).Order(StringComparer.Ordinal)];
}
