using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>What exports cost in storage operations and memory (docs/architecture.md, budgets), on a form with many submissions of two
/// repeat instances each.</summary>
public sealed class ExportBudgetTests(ExportBudgetTests.LargeForm large) : IClassFixture<ExportBudgetTests.LargeForm>
{
    private const int Count = 20_000;
    private const int Pages = Count / 1000;
    private const long Limit = 64 << 20;

    [Theory, Clause("OR-273"), Clause("OR-276")]
    [InlineData("/submissions.csv")]
    [InlineData("/submissions.csv.zip")]
    [InlineData(".svc/Submissions")]
    [InlineData(".svc/Submissions.plot")]
    public async Task A_complete_export_streams_and_reads_a_thousand_submissions_per_operation(string path)
    {
        large.Watch();
        var memory = PeakMemory.Watch(large.Server.App!.ProcessId);

        var answer = (await large.Viewer.GetAsync(large.FormPath + path)).ShouldBe(HttpStatusCode.OK);

        Assert.InRange(memory.Growth, long.MinValue, Limit);
        // The form, pages that are not full since parts are read at the same time, and what the ETag is made of.
        Assert.InRange(large.Operations, Pages, 1 + Pages + (Pages / 5) + 2);
        Assert.InRange(large.PartsRead, Pages / 2, Pages);
        Assert.Equal(path.EndsWith("plot", StringComparison.Ordinal) ? 2 * Count : Count, RowsIn(path, answer));
        if (path == "/submissions.csv")
        {
            var dates = answer.Text.Split('\n').Skip(1).Select(row => row.Split(',')[0]).ToList();
            Assert.Equal(dates.OrderDescending(StringComparer.Ordinal), dates);
        }
    }

    [Theory, Clause("OR-278")]
    [InlineData("?%24top=250", 0)]
    [InlineData("?%24top=250&%24count=true", 2)]
    [InlineData("?%24top=250&%24skip=5000&%24count=true", 5 + 1 + 2)]
    public async Task A_page_with_a_count_recounts_only_changes_and_reads_only_the_XML_of_its_rows(string query, int besides)
    {
        (await large.Viewer.GetAsync($"{large.FormPath}.svc/Submissions?%24top=1&%24count=true")).ShouldBe(HttpStatusCode.OK);
        large.Watch();

        var page = (await large.Viewer.GetAsync($"{large.FormPath}.svc/Submissions{query}")).ShouldBe(HttpStatusCode.OK);

        Assert.Equal(250, page.Json.GetProperty("value").GetArrayLength());
        Assert.Equal(
            query.Contains("count", StringComparison.Ordinal) ? Count : null,
            page.Json.TryGetProperty("@odata.count", out var count) ? count.GetInt32() : (int?)null
        );
        Assert.Equal(["251"], large.RowsAskedForWithXml);
        Assert.InRange(large.Operations, 1, 1 + 1 + 2 + besides); // the form, the page, and what the ETag is made of
    }

    [Fact, Clause("OR-278")]
    public async Task A_search_reads_as_many_submissions_as_it_may_and_no_XML_of_others()
    {
        const string query = "?%24top=50&readAtMost=5000&%24filter=__system/reviewState%20eq%20%27rejected%27";
        (await large.Viewer.GetAsync($"{large.FormPath}.svc/Submissions?%24top=1&%24count=true")).ShouldBe(HttpStatusCode.OK);
        large.Watch();

        var page = (await large.Viewer.GetAsync($"{large.FormPath}.svc/Submissions{query}")).ShouldBe(HttpStatusCode.OK);

        Assert.Equal(0, page.Json.GetProperty("value").GetArrayLength());
        Assert.Contains("readAtMost=5000", page.Json.GetProperty("@odata.nextLink").GetString(), StringComparison.Ordinal);
        Assert.Empty(large.RowsAskedForWithXml);
        Assert.InRange(large.Operations, 1, 1 + 6 + 2); // the form, the pages, and what the ETag is made of
    }

    [Theory, Clause("OR-273"), Clause("OR-276")]
    [InlineData("/submissions.csv")]
    [InlineData("/submissions.csv.zip")]
    [InlineData(".svc/Submissions")]
    public async Task An_export_that_cannot_be_finished_does_not_look_finished(string path)
    {
        large.Storage.Fail(Fault.ServerError, request => request.Query["$select"].ToString().Split(',').Contains("Xml"), from: 10);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => large.Viewer.GetAsync(large.FormPath + path));

        large.Storage.StopFailing();
        (await large.Viewer.GetAsync(large.FormPath + path)).ShouldBe(HttpStatusCode.OK);
    }

    private static int RowsIn(string path, Answer answer) =>
        path switch
        {
            "/submissions.csv" => answer.Text.Split('\n').Length - 2,
            "/submissions.csv.zip" => (
                ExportForms.Unzip(answer).Single(file => file.Key.EndsWith("-plot.csv", StringComparison.Ordinal)).Value.Split('\n').Length
                - 2
            ) / 2,
            _ => answer.Json.GetProperty("value").GetArrayLength(),
        };

    public sealed class LargeForm : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rosa-storage-");
        private readonly List<string> _withXml = [];
        private OwnStorage? _storage;

        /// <summary>What the server has for its storage.</summary>
        public FaultyStorage Storage { get; private set; } = null!;

        public Server Server { get; private set; } = null!;

        public Api Viewer { get; private set; } = null!;

        public string FormPath { get; private set; } = "";

        /// <summary>Since <see cref="Watch"/>, of all kinds.</summary>
        public int Operations => Storage.Seen;

        /// <summary>Of each query that asked for XML since <see cref="Watch"/>: how many rows it asked for.</summary>
        public IReadOnlyList<string> RowsAskedForWithXml => _withXml;

        /// <summary>How many queries for XML since <see cref="Watch"/> were no continuation of another.</summary>
        public int PartsRead { get; private set; }

        public void Watch()
        {
            _withXml.Clear();
            PartsRead = 0;
            Storage.Fail(
                default,
                request =>
                {
                    if (request.Query["$select"].ToString().Split(',').Contains("Xml"))
                    {
                        _withXml.Add(request.Query["$top"].ToString());
                        PartsRead += request.Query.ContainsKey("NextRowKey") ? 0 : 1;
                    }
                    return true;
                },
                count: 0
            );
        }

        public async Task InitializeAsync()
        {
            _storage = await OwnStorage.StartWithEmulatorAsync(dataFolder: _folder.FullName);
            var inbox = await Inbox.OpenAsync(_storage.Server);
            for (var i = 0; i < 3; i++)
            {
                await inbox.SendAsync(inbox.Submission(Samples.NewInstanceId(), species: $"species {i}", leaves: ["1.jpg", "2.jpg"]));
            }
            (Viewer, FormPath) = ((await inbox.Programme.WebUserAsync("viewer")).Api, inbox.Programme.FormPath(inbox.Form));
            await _storage.ChangeDataAsync(folder => ManySubmissions.Multiply(folder, Count));
            Storage = await FaultyStorage.StartAsync(_storage.ConnectionString);
            Server = await Server.StartAsync(new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "300" }, Storage.ConnectionString);
            Viewer = Viewer.At(Server);

            // Warm, so that what every first request costs is spent.
            foreach (var path in new[] { ".svc/Submissions?%24top=1500", "/submissions.csv.zip" })
            {
                (await Viewer.GetAsync(FormPath + path)).ShouldBe(HttpStatusCode.OK);
            }
        }

        public async Task DisposeAsync()
        {
            Server.App!.Kill();
            await Storage.DisposeAsync();
            await _storage!.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
