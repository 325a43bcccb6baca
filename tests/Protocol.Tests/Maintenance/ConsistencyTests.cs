using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Projects with some of everything, after what operators do to them, and while phones work on them.</summary>
public sealed class ConsistencyTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Samples.Unique("export"));

    [Fact]
    public async Task Rebuilt_tables_are_consistent()
    {
        var populated = new PopulatedServer();
        await populated.InitializeAsync();
        await populated.Storage.LoseAsync([.. LostTables.OfForms, .. LostTables.OfSubmissions, .. LostTables.OfCases]);
        (await populated.Storage.RunAsync("verify", "--settle", "0")).ShouldFail("difference form-missing");

        (await populated.Storage.RunAsync("rebuild")).ShouldSucceed();

        (await populated.Storage.RunAsync("verify", "--content", "--settle", "0")).ShouldSucceed();
        await populated.DisposeAsync();
    }

    [Fact]
    public async Task An_imported_project_is_consistent()
    {
        var populated = new PopulatedServer();
        await populated.InitializeAsync();
        (
            await populated.Storage.RunAsync(
                "export",
                "--project",
                populated.Programme.Id.ToString(CultureInfo.InvariantCulture),
                "--to",
                _folder
            )
        ).ShouldSucceed();
        await using var to = await OwnStorage.TakeAsync();

        (await to.RunAsync("import", "--from", _folder)).ShouldSucceed();

        (await to.RunAsync("verify", "--content", "--settle", "0")).ShouldSucceed();
        await populated.DisposeAsync();
    }

    [Fact]
    public async Task Unfinished_requests_of_phones_are_not_reported_as_differences()
    {
        var desk = await CaseDesk.OpenAsync();
        var shared = CaseDesk.NewId("shared");
        await desk.SubmitAsync(desk.Create(shared));
        using var stop = new CancellationTokenSource();
        var phones = Enumerable.Range(0, 3).Select(phone => WorkAsync(desk, shared, phone, stop.Token)).ToList();

        for (var times = 0; times < 3; times++)
        {
            await desk.Domain.Programme.ShouldBeConsistentAsync();
        }

        Assert.DoesNotContain(phones, phone => phone.IsCompleted);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(phones), sent => Assert.True(sent > 3));
        await desk.Domain.Programme.ShouldBeConsistentAsync();
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    // Creates cases that extend a shared one, moves them to another owner, edits the form that created them, and deletes some.
    private static async Task<int> WorkAsync(CaseDesk desk, string shared, int phone, CancellationToken stop)
    {
        var sent = 0;
        for (; !stop.IsCancellationRequested; sent++)
        {
            var (id, form) = (string.Create(CultureInfo.InvariantCulture, $"{shared}-{phone}-{sent}"), Guid.NewGuid().ToString());
            (
                await desk.PostAsync(
                    desk.Form(
                        form,
                        desk.Create(id, more: CaseDesk.Index(shared, "host", relationship: "extension")),
                        CaseDesk.Update(shared, $"<n0:p{phone}>{sent}</n0:p{phone}>")
                    )
                )
            ).ShouldBeSuccess();
            (
                await desk.PostAsync(
                    desk.Form(Guid.NewGuid().ToString(), CaseDesk.Update(id, $"<n0:owner_id>somebody-{phone}</n0:owner_id>"))
                )
            ).ShouldBeSuccess();
            (await desk.PostAsync(desk.Form(form, desk.Create(id, "Bela")))).ShouldBeSuccess();
            if (sent % 2 == 1)
            {
                (await desk.Domain.Admin.DeleteAsync($"{desk.Domain.Programme.FormPath(desk.Xmlns)}/submissions/{form}")).ShouldBe(
                    HttpStatusCode.OK
                );
            }
        }
        return sent;
    }
}
