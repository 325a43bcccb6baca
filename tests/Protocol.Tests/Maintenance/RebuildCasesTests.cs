using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class RebuildCasesTests
{
    [Fact]
    public async Task Cases_and_what_phones_get_of_them_are_as_before_when_their_tables_were_lost_and_rebuilt()
    {
        await using var storage = await OwnStorage.StartAsync();
        var desk = await CaseDesk.OpenAsync(storage.Server);
        var phone = new DomainPhone(desk.Domain, desk.Worker);
        var (mother, child, clinic, closed, moved, gone) = (
            CaseDesk.NewId("mother"),
            CaseDesk.NewId("child"),
            CaseDesk.NewId("clinic"),
            CaseDesk.NewId("closed"),
            CaseDesk.NewId("moved"),
            CaseDesk.NewId("gone")
        );
        await desk.SubmitAsync(desk.Create(mother), desk.Create(closed, "Çelik"), desk.Create(moved));
        await desk.SubmitAsync(desk.Create(child, "Bela", more: CaseDesk.Index(mother)));
        await phone.SyncAsync();
        var forms = await ChangeAsync(desk, phone, mother, child, clinic, closed, moved, gone);

        var asked = new[] { mother, child, clinic, closed, moved }.Select(id => desk.Domain.At($"/api/case/v2/{id}/")).ToList();
        var (list, attachments) = (
            $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions",
            desk.Domain.At($"/api/form/attachment/{forms.WithFile}/note.txt")
        );
        var told = await SayAsync(desk, storage.Server, asked, forms.All, list, attachments);
        var full = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone));
        var since = $"since={phone.Simulated.Token}&state={phone.Simulated.State()}&device_id=device&user_id={desk.Worker.Id}";
        var increment = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone, since));
        Assert.NotEmpty(increment.Blocks);
        var (cases, submissions, owners) = (
            await storage.RowsAsync("cases"),
            await storage.RowsAsync("submissions"),
            await storage.RowsAsync("caseOwners")
        );
        storage.Server.App!.Kill();

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

        var later = await Server.StartAsync(storage: storage.ConnectionString);
        var there = desk.Domain.On(later);
        var worker = desk.Worker.Phone.At(later);
        Assert.Equal(told, await SayAsync(desk, later, asked, forms.All, list, attachments));
        Assert.Equal(Cases(full), Cases(RestoreDocument.Of(await there.RestoreAsync(worker))));
        var again = RestoreDocument.Of(await there.RestoreAsync(worker, since));
        Assert.Equal(Cases(increment), Cases(again));

        // Of what changes from now on the phone learns, and of nothing else.
        phone.Take(await there.RestoreAsync(worker, since));
        (
            await desk.PostAsync(desk.Form(Guid.NewGuid().ToString(), CaseDesk.Update(child, "<n0:weight>9</n0:weight>")), worker)
        ).ShouldBeSuccess();
        phone.Simulated.Purge();
        Assert.Equal(
            child,
            phone.Take(
                await there.RestoreAsync(
                    worker,
                    $"since={phone.Simulated.Token}&state={phone.Simulated.State()}&device_id=device&user_id={desk.Worker.Id}"
                )
            )
        );
        later.App!.Kill();
    }

    /// <summary>An edit whose request died between its claim and its recovery record: the notes on both forms tell of it.</summary>
    [Fact]
    public async Task Edits_that_keep_their_instance_id_are_recovered_without_their_recovery_record()
    {
        await using var storage = await OwnStorage.StartAsync();
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
        storage.Server.App!.Kill();
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

    /// <summary>A form that was purged took its submissions with it: nothing but the rows tells what they said of cases.</summary>
    [Fact]
    public async Task Cases_of_purged_forms_keep_their_rows()
    {
        await using var storage = await OwnStorage.StartAsync();
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
        storage.Server.App!.Kill();
        await new StorageDamage(storage.ConnectionString).RemoveAsync("forms", "RowKey ge 'trash|' and RowKey lt 'trash}'");

        (await storage.RunAsync("rebuild", "--only", "cases", "--replace")).ShouldSucceed();

        Assert.Equal(cases, await storage.RowsAsync("cases"));
        Assert.Equal(owners, await storage.RowsAsync("caseOwners"));
    }

    [Fact]
    public async Task A_replay_that_was_killed_can_be_run_again()
    {
        await using var storage = await OwnStorage.StartAsync();
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
        storage.Server.App!.Kill();
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

    // Everything that can happen to cases: indices, extensions, owners, closes, edits, errors, deletions, and the same from a form of
    // ODK Collect.
    private static async Task<(string WithFile, string[] All)> ChangeAsync(
        CaseDesk desk,
        DomainPhone phone,
        string mother,
        string child,
        string clinic,
        string closed,
        string moved,
        string gone
    )
    {
        var withFile = Guid.NewGuid().ToString();
        (
            await desk.PostAsync(
                desk.Form(withFile, desk.Create(clinic, more: CaseDesk.Index(mother, "host", relationship: "extension"))),
                files: [("note.txt", Samples.Bytes(90), "text/plain"), ("ö.bin", Samples.Bytes(9), "application/octet-stream")]
            )
        ).ShouldBeSuccess();
        var edited = await desk.SubmitAsync(CaseDesk.Update(child, "<n0:weight>7</n0:weight>"));
        await desk.SubmitAsync(CaseDesk.Block(closed, "<n0:close/>"));
        await desk.SubmitAsync(CaseDesk.Update(moved, "<n0:owner_id>somebody else</n0:owner_id>"));
        (
            await desk.PostAsync(
                desk.Form(
                    edited,
                    CaseDesk.Update(child, "<n0:weight>8</n0:weight>"),
                    CaseDesk.Update(mother, "<n0:visited>yes</n0:visited>")
                )
            )
        ).ShouldBeSuccess();
        (await desk.PostAsync(desk.Form(edited, CaseDesk.Update(child, "<n0:weight>7</n0:weight>")))).ShouldBeSuccess();
        await phone.SubmitAsync(new PhoneBlock(child) { Properties = new Dictionary<string, string> { ["by"] = "phone" } });

        // An error form, one that was right the second time, and one that made an edit wrong.
        var (wrong, early, spoiled) = (
            Guid.NewGuid().ToString(),
            Guid.NewGuid().ToString(),
            await desk.SubmitAsync(CaseDesk.Update(mother, "<n0:seen>once</n0:seen>"))
        );
        var unknown = CaseDesk.NewId("unknown");
        await desk.PostAsync(desk.Form(wrong, CaseDesk.Block(child, CaseDesk.Index(CaseDesk.NewId("nowhere"), "other"))));
        await desk.PostAsync(desk.Form(early, CaseDesk.Block(child, CaseDesk.Index(unknown, "other"))));
        await desk.SubmitAsync(desk.Create(unknown));
        (await desk.PostAsync(desk.Form(early, CaseDesk.Block(child, CaseDesk.Index(unknown, "other"))))).ShouldBeSuccess();
        await desk.PostAsync(desk.Form(spoiled, CaseDesk.Block(mother, CaseDesk.Index(CaseDesk.NewId("nowhere"), "other"))));
        Assert.NotNull(await desk.ProblemAsync(wrong));
        Assert.Null(await desk.ProblemAsync(early));

        // Deleted with its case, and deleted and brought back.
        var deleted = await desk.SubmitAsync(desk.Create(gone));
        var back = await desk.SubmitAsync(CaseDesk.Update(mother, "<n0:back>yes</n0:back>"));
        var submissions = $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions";
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{deleted}")).ShouldBe(HttpStatusCode.OK);
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{back}")).ShouldBe(HttpStatusCode.OK);
        await desk.SubmitAsync(CaseDesk.Update(mother, "<n0:between>yes</n0:between>"));
        (await desk.Domain.Admin.PostAsync($"{submissions}/{back}/restore")).ShouldBe(HttpStatusCode.OK);

        var trees = await desk.Domain.Programme.PublishAsync();
        var collect = await desk.Domain.Programme.AppUserAsync(trees);
        foreach (var (id, before) in new[] { ("uuid:tree", (string?)null), ("uuid:tree again", "uuid:tree") })
        {
            var xml = Samples
                .Submission(trees, id, deprecatedId: before)
                .Replace("<species>", CaseDesk.Update(child, $"<n0:tree>{id}</n0:tree>") + "<species>", StringComparison.Ordinal);
            (await collect.PostAsync($"{desk.Domain.Programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);
        }
        return (withFile, [withFile, edited, wrong, early, spoiled, back]);
    }

    private static async Task<List<string>> SayAsync(
        CaseDesk desk,
        Server server,
        IEnumerable<string> cases,
        IEnumerable<string> forms,
        params string[] more
    )
    {
        var admin = desk.Domain.Admin.At(server);
        var said = new List<string>();
        foreach (var address in cases.Concat(forms.Select(id => desk.Domain.At($"/api/form/{id}/"))).Concat(more))
        {
            var path = address.Replace(
                desk.Domain.Programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority),
                server.BaseUrl.GetLeftPart(UriPartial.Authority),
                StringComparison.Ordinal
            );
            var answer = (await admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            said.Add(
                string.Join(
                    '\n',
                    answer.Text.Replace($"{server.BaseUrl.Port}", "PORT", StringComparison.Ordinal).Split(',').Where(part => !IsTime(part))
                )
            );
        }
        return said;
    }

    // The server has changed the case's row again, and says so.
    private static bool IsTime(string part) =>
        part.Contains("server_last_modified", StringComparison.Ordinal)
        || part.Contains("indexed_on", StringComparison.Ordinal)
        || part.Contains("server_modified_on", StringComparison.Ordinal);

    private static List<string> Cases(RestoreDocument restore) =>
        [.. restore.CaseElements.Select(element => element.ToString()).Order(StringComparer.Ordinal)];
}
