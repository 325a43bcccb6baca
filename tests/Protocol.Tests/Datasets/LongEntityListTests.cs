using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>A dataset with more entities than a request holds in memory, on a server that does nothing else.</summary>
public sealed class LongEntityListTests : IAsyncLifetime
{
    private const int Count = 30_000;
    private const long Limit = 64 << 20;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rosa-storage-");
    private OwnStorage? _storage;
    private Api _admin = null!;
    private string _path = "";

    public async Task InitializeAsync()
    {
        _storage = await OwnStorage.StartWithEmulatorAsync(dataFolder: _folder.FullName);
        var programme = await Programme.StartAsync(_storage.Server);
        _path = programme.DatasetPath(await programme.CreateDatasetAsync("age"));
        (await programme.Admin.PostJsonAsync($"{_path}/entities", new { label = "Ann", data = new { age = "30" } })).ShouldBe(
            HttpStatusCode.OK
        );
        await _storage.ChangeDataAsync(folder => StoredTable.Append(folder, "entities", Copies));
        _admin = await Api.AdministratorAsync(_storage.Server);
    }

    public async Task DisposeAsync()
    {
        await _storage!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Files_and_OData_of_many_entities_stream_through_and_cost_an_operation_per_thousand()
    {
        // The first requests also load code and caches: they must not count.
        string[] addresses = [$"{_path}/entities.csv", $"{_path}.svc/Entities", $"{_path}.svc/Entities?$count=true"];
        (await _admin.GetAsync($"{_path}/entities.csv?$search=nobody")).ShouldBe(HttpStatusCode.OK);
        (await _admin.GetAsync($"{_path}.svc/Entities?$top=2000")).ShouldBe(HttpStatusCode.OK);
        foreach (var address in addresses)
        {
            var memory = PeakMemory.Watch(_storage!.Server.App!.ProcessId);
            var answer = (await _admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
            Assert.InRange(memory.Growth, long.MinValue, Limit);
            var rows = answer.Text.Split(address.Contains(".csv", StringComparison.Ordinal) ? "\n" : "\"__id\"").Length;
            Assert.InRange(rows, Count + 1, Count + 2);
        }
        var last = (await _admin.GetAsync($"{_path}.svc/Entities?$top=10&$skip={Count - 5}")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(5, last.Json.GetProperty("value").GetArrayLength());
        Assert.True(last.StorageOperations <= (Count / 1000) + 8, $"It cost {last.StorageOperations} operations.");
    }

    // Each a minute older than the one before. Only what lists and exports read is copied.
    private static IEnumerable<JsonNode> Copies(IReadOnlyList<JsonNode> rows)
    {
        var original = rows.Single(row => row["RowKey"]!.GetValue<string>().StartsWith("t|", StringComparison.Ordinal)).ToJsonString();
        var newest = DateTimeOffset.UtcNow.AddDays(-1);
        return Enumerable.Range(1, Count - 1).Select(copy => Copy(original, newest.AddMinutes(-copy)));
    }

    private static JsonNode Copy(string original, DateTimeOffset createdAt)
    {
        var id = Guid.NewGuid().ToString();
        var key = string.Create(CultureInfo.InvariantCulture, $"t|{DateTimeOffset.MaxValue.UtcTicks - createdAt.UtcTicks:D19}|{id}");
        var row = JsonNode.Parse(original)!;
        row["RowKey"] = key;
        var properties = row["properties"]!;
        properties["RowKey"] = key;
        properties["EntityId"] = id;
        properties["CreatedAt"] = createdAt.ToString("O", CultureInfo.InvariantCulture);
        return row;
    }
}
