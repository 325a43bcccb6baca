using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using Xunit;

namespace ServerlessRosa.Core.Tests;

/// <summary>What a listener to the meter `ServerlessRosa` hears of submissions and restores, on real storage.</summary>
public sealed class CountedWorkTests
{
    // A measurement is recorded in the execution context of its test, which separates concurrent tests.
    private static readonly AsyncLocal<bool> IsOurs = new();
    private static readonly Actor Ann = new(
        new ActorId(1),
        ActorKind.WebUser,
        "Ann",
        Grants.None.With(Administrators.Grant),
        DateTimeOffset.UtcNow
    );

    [Fact]
    public async Task Submissions_are_counted_as_new_repeated_edited_or_to_a_draft()
    {
        var (heard, meter) = Listen();
        using var _ = meter;
        await using var instance = await ServicesAsync();
        await using var other = await ServicesAsync();
        var project = (await instance.GetRequiredService<ProjectDirectory>().CreateAsync("Forest", null, null, CancellationToken.None)).Id;
        var upload = instance.GetRequiredService<UploadForm>();
        await upload.CreateAsync(project, new UploadedForm(Bytes(Form)), publish: true, ignoreWarnings: true, null, CancellationToken.None);

        await ReceiveAsync(instance, Submission("uuid:1"));
        await ReceiveAsync(instance, Submission("uuid:1"));
        await ReceiveAsync(other, Submission("uuid:1"));
        await ReceiveAsync(instance, Submission("uuid:2", "uuid:1"));
        await ReceiveAsync(other, Submission("uuid:2", "uuid:1"));
        await upload.ReplaceDraftAsync(project, FormId.Parse("trees"), null, ignoreWarnings: true, CancellationToken.None);
        var form = await instance.GetRequiredService<FormDirectory>().GetAsync(project, FormId.Parse("trees"), CancellationToken.None);
        await instance.GetRequiredService<ReceiveSubmission>().ToDraftAsync(form, Upload(Submission("uuid:1")), CancellationToken.None);
        Assert.Equal(["new", "repeat", "repeat", "edited", "repeat", "draft"], heard.Select(one => one.Tag));

        heard.Clear();
        await ReceiveCommCareAsync(instance, project, CommCareForm("f1", $"counted-{project}", "1"));
        await ReceiveCommCareAsync(instance, project, CommCareForm("f1", $"counted-{project}", "1"));
        await ReceiveCommCareAsync(other, project, CommCareForm("f1", $"counted-{project}", "2"));
        Assert.Equal(["new", "repeat", "edited"], heard.Select(one => one.Tag));

        Task ReceiveAsync(IServiceProvider services, string xml) =>
            services.GetRequiredService<ReceiveSubmission>().ToProjectAsync(project, Ann, Upload(xml), CancellationToken.None);
    }

    [Fact]
    public async Task A_restore_logs_how_many_cases_it_sent()
    {
        var (heard, meter) = Listen();
        using var _ = meter;
        await using var services = await ServicesAsync();
        var project = (await services.GetRequiredService<ProjectDirectory>().CreateAsync("Forest", null, null, CancellationToken.None)).Id;
        foreach (var id in new[] { "a", "b" })
        {
            await ReceiveCommCareAsync(services, project, CommCareForm($"{id}-{project}", $"{id}-{project}-{Guid.NewGuid():N}", "1"));
        }
        heard.Clear();

        var token = await RestoreAsync(null);
        await RestoreAsync(token);

        Assert.Equal([("full", 2), ("incremental", 0)], heard);

        async Task<string> RestoreAsync(string? since)
        {
            var request = new RestoreRequest(project, new OwnerId("u1"), new OwnerId("u1"))
            {
                Owners = new HashSet<OwnerId> { new("u1") },
                Since = since,
            };
            await using var restore = await services.GetRequiredService<PrepareRestore>().RunAsync(request, CancellationToken.None);
            await restore.SendAsync(CancellationToken.None).ToListAsync();
            await restore.CommitAsync(CancellationToken.None);
            return restore.Token.Value;
        }
    }

    private static (List<(string? Tag, double Value)> Heard, MeterListener Meter) Listen()
    {
        IsOurs.Value = true;
        var heard = new List<(string?, double)>();
        var meter = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Telemetry.Name && instrument.Name is "rosa.submissions" or "rosa.restore.cases")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meter.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        meter.SetMeasurementEventCallback<int>((_, value, tags, _) => Add(value, tags));
        meter.Start();
        return (heard, meter);

        void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (IsOurs.Value)
                heard.Add((tags[0].Value?.ToString(), value));
        }
    }

    private static async Task<ServiceProvider> ServicesAsync()
    {
        var settings = new Dictionary<string, string?> { ["Storage:ConnectionString"] = await TestStorage.ConnectionStringAsync() };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRosaCore(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<StorageAccount>().StartAsync(CancellationToken.None);
        return provider;
    }

    private static Task<SubmissionReceipt> ReceiveCommCareAsync(IServiceProvider services, ProjectId project, string xml) =>
        services
            .GetRequiredService<ReceiveCommCareForm>()
            .RunAsync(project, Core.Submissions.CommCareForm.Read(Bytes(xml)), Upload(xml), CancellationToken.None);

    private static SubmissionUpload Upload(string xml) =>
        new(Bytes(xml), AsyncEnumerable.Empty<IncomingFile>(), new Sender(Ann.Id, null, null));

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Submission(string id, string? deprecates = null) =>
        "<data id=\"trees\" version=\"1\"><a/><meta>"
        + $"<instanceID>{id}</instanceID>{(deprecates is null ? "" : $"<deprecatedID>{deprecates}</deprecatedID>")}</meta></data>";

    private static string CommCareForm(string id, string caseId, string value) =>
        $"<data xmlns=\"http://example.org/visit\"><case xmlns=\"http://commcarehq.org/case/transaction/v2\" case_id=\"{caseId}\">"
        + "<create><case_type>t</case_type><case_name>n</case_name><owner_id>u1</owner_id></create>"
        + $"<update><v>{value}</v></update></case><meta><instanceID>{id}</instanceID><userID>u1</userID></meta></data>";

    private const string Form = """
        <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Trees</h:title><model>
        <instance><data id="trees" version="1"><a/><meta><instanceID/></meta></data></instance><bind nodeset="/data/a"
            type="string"/></model></h:head><h:body/></h:html>
        """;
}
