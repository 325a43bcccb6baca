using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A form with more submissions than anybody holds in memory, on a server that does nothing else.</summary>
[StartsFirst]
public sealed class LongListTests(LongListTests.LargeForm large) : IClassFixture<LongListTests.LargeForm>
{
    private const int Count = 100_000;
    private const long Limit = 64 << 20;

    [Fact, Clause("OR-266")]
    public async Task A_list_of_a_hundred_thousand_submissions_streams_through()
    {
        var memory = PeakMemory.Watch(large.ProcessId);

        var all = (await large.Viewer.GetAsync($"{large.FormPath}/submissions")).ShouldBe(HttpStatusCode.OK);

        Assert.InRange(memory.Growth, long.MinValue, Limit);
        Assert.Equal(Count, all.Json.GetArrayLength());
        Assert.True(NewestFirst(all.Json));
    }

    [Fact, Clause("OR-266")]
    public async Task First_and_last_page_of_a_long_list_need_few_operations_and_little_memory()
    {
        var viewer = large.Viewer;
        await viewer.GetAsync($"{large.FormPath}/submissions?limit=1");
        var memory = PeakMemory.Watch(large.ProcessId);

        var first = (await viewer.GetAsync($"{large.FormPath}/submissions?limit=100")).ShouldBe(HttpStatusCode.OK);
        var last = (await viewer.GetAsync($"{large.FormPath}/submissions?limit=100&offset={Count - 60}")).ShouldBe(HttpStatusCode.OK);

        Assert.True(first.StorageOperations <= 2, $"It cost {first.StorageOperations} operations.");
        Assert.InRange(memory.Growth, long.MinValue, Limit);
        Assert.Equal(100, first.Json.GetArrayLength());
        Assert.Equal(60, last.Json.GetArrayLength());
        Assert.True(NewestFirst(first.Json));
        Assert.True(
            string.CompareOrdinal(last.Json[0].GetProperty("createdAt").GetString(), first.Json[99].GetProperty("createdAt").GetString())
                < 0
        );
    }

    [Fact, Clause("CC-146")]
    public async Task Pages_of_a_hundred_thousand_forms_in_the_order_of_their_changes_need_few_operations_and_little_memory()
    {
        var address = $"{large.DomainApi}/v0.5/form/?order_by=indexed_on&limit=1000";
        var memory = PeakMemory.Watch(large.ProcessId);

        var first = (await large.Viewer.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Count, TotalOf(first));
        var last = first.Json.GetProperty("objects").EnumerateArray().Last();
        var since = last.GetProperty("indexed_on").GetString()!;
        var second = (await large.Viewer.GetAsync($"{address}&indexed_on_start={since}")).ShouldBe(HttpStatusCode.OK);

        Assert.True(first.StorageOperations <= 120, $"It cost {first.StorageOperations} operations.");
        Assert.True(second.StorageOperations <= 12, $"The second page cost {second.StorageOperations} operations.");
        Assert.Equal(Count - 999, TotalOf(second));
        Assert.Equal(last.GetProperty("id").GetString(), second.Json.GetProperty("objects")[0].GetProperty("id").GetString());
        Assert.Equal(1000, second.Json.GetProperty("objects").GetArrayLength());
        Assert.InRange(memory.Growth, long.MinValue, Limit);
    }

    private static int TotalOf(Answer list) => list.Json.GetProperty("meta").GetProperty("total_count").GetInt32();

    private static bool NewestFirst(JsonElement list)
    {
        var times = list.EnumerateArray().Select(submission => submission.GetProperty("createdAt").GetString()).ToList();
        return times.Zip(times.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) >= 0);
    }

    public sealed class LargeForm : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rosa-storage-");
        private readonly string _domain = Samples.Unique("demo");
        private OwnStorage? _storage;

        public Api Viewer { get; private set; } = null!;

        public string FormPath { get; private set; } = "";

        public string DomainApi => $"{_storage!.Server.BaseUrl.GetLeftPart(UriPartial.Authority)}/a/{_domain}/api";

        public int ProcessId => _storage!.Server.App!.ProcessId;

        public async Task InitializeAsync()
        {
            _storage = await OwnStorage.StartWithEmulatorAsync(dataFolder: _folder.FullName);
            var inbox = await Inbox.OpenAsync(_storage.Server);
            (await inbox.Programme.Admin.PatchJsonAsync(inbox.Programme.Path, new { domain = _domain })).ShouldBe(HttpStatusCode.OK);
            for (var i = 0; i < 3; i++)
            {
                await inbox.SendAsync(inbox.Submission(Samples.NewInstanceId(), species: $"species {i}", leaves: ["1.jpg", "2.jpg"]));
            }
            (Viewer, FormPath) = ((await inbox.Programme.WebUserAsync("viewer")).Api, inbox.Programme.FormPath(inbox.Form));
            await _storage.ChangeDataAsync(folder => ManySubmissions.Multiply(folder, Count));
            // The first request also loads code and caches: it must not count.
            (await Viewer.GetAsync($"{FormPath}/submissions?limit=2000")).ShouldBe(HttpStatusCode.OK);
        }

        public async Task DisposeAsync()
        {
            await _storage!.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
