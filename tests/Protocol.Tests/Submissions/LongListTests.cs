using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A form with more submissions than anybody holds in memory, on a server that does nothing else.</summary>
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

    private static bool NewestFirst(JsonElement list)
    {
        var times = list.EnumerateArray().Select(submission => submission.GetProperty("createdAt").GetString()).ToList();
        return times.Zip(times.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) >= 0);
    }

    public sealed class LargeForm : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rosa-storage-");
        private OwnStorage? _storage;

        public Api Viewer { get; private set; } = null!;

        public string FormPath { get; private set; } = "";

        public int ProcessId => _storage!.Server.App!.ProcessId;

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
