using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Many entities in one call: created, deleted and restored.</summary>
public sealed class EntityBulkTests
{
    private static readonly object Source = new { name = "people.csv", size = 100 };

    [Fact]
    public async Task Entities_of_a_list_are_created_in_its_order_with_their_source()
    {
        var (programme, path) = await StartAsync();
        var id = Census.NewId();
        object[] people = [new { label = "Ann", data = new { age = "30" } }, new { uuid = $"uuid:{id.ToUpperInvariant()}", label = "Bob" }];
        (await programme.Admin.PostJsonAsync(path, new { source = Source, entities = people })).ShouldBe(HttpStatusCode.OK);

        var listed = (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().ToList();
        Assert.Equal(["Bob", "Ann"], listed.Select(entity => entity.GetProperty("currentVersion").GetProperty("label").GetString()));
        Assert.Equal(id, listed[0].GetProperty("uuid").GetString());
        var version = (await programme.Admin.GetAsync($"{path}/{id}/versions")).ShouldBe(HttpStatusCode.OK).Json[0];
        Assert.Equal("people.csv", version.GetProperty("source").GetProperty("name").GetString());
        Assert.Equal(2, version.GetProperty("source").GetProperty("count").GetInt32());
        Assert.Equal("{\"label\":\"Bob\"}", version.GetProperty("dataReceived").ToString());
    }

    [Fact]
    public async Task One_invalid_entity_prevents_the_creation_of_all()
    {
        var (programme, path) = await StartAsync();
        var (taken, gone, twice) = (Census.NewId(), Census.NewId(), Census.NewId());
        foreach (var id in new[] { taken, gone })
        {
            (await programme.Admin.PostJsonAsync(path, new { uuid = id, label = "Ann" })).ShouldBe(HttpStatusCode.OK);
        }
        (await programme.Admin.DeleteAsync($"{path}/{gone}")).ShouldBe(HttpStatusCode.OK);
        var many = Enumerable.Range(0, 120).Select(number => (object)new { label = $"P{number}" }).ToList();
        foreach (
            var (entities, code) in new (object[], decimal)[]
            {
                ([.. many, new { uuid = taken, label = "Bob" }], 409.3m),
                ([.. many, new { uuid = gone, label = "Bob" }], 409.19m),
                ([new { uuid = twice, label = "A" }, new { uuid = twice, label = "B" }], 409.3m),
                ([.. many, new { label = "Bob", data = new { height = "1" } }], 400.28m),
                ([.. many, new { label = "" }], 400.8m),
                ([.. many, 5], 400.11m),
            }
        )
        {
            (await programme.Admin.PostJsonAsync(path, new { source = Source, entities })).ShouldBeProblem(code);
        }
        (await programme.Admin.PostJsonAsync(path, new { entities = many })).ShouldBeProblem(400.2m, "source");
        (await programme.Admin.PostJsonAsync(path, new { source = new { size = 5 }, entities = many })).ShouldBeProblem(400.2m, "name");
        (await programme.Admin.PostJsonAsync(path, new { source = new { name = "a", size = "5" }, entities = many })).ShouldBeProblem(
            400.11m
        );
        Assert.Equal(1, (await programme.Admin.GetAsync(path)).Json.GetArrayLength());
    }

    [Fact]
    public async Task Many_entities_cost_an_operation_for_each_hundred_and_each_forty_nine()
    {
        var (programme, path) = await StartAsync();
        var entities = Enumerable.Range(0, 1100).Select(number => new { label = $"P{number}", data = new { age = $"{number % 90}" } });
        var created = (await programme.Admin.PostJsonAsync(path, new { source = Source, entities })).ShouldBe(HttpStatusCode.OK);

        // For 10,000 the same makes 100 + 205 + 8.
        Assert.True(created.StorageOperations <= 11 + 23 + 8, $"It cost {created.StorageOperations} operations.");

        // Lists cost an operation per 1,000, however they are asked for.
        var service = path.Replace("/entities", ".svc/Entities", StringComparison.Ordinal);
        foreach (var address in new[] { $"{path}.csv", service, $"{service}?$top=5&$count=true", $"{service}?$skip=1050&$count=true" })
        {
            var answer = (await programme.Admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
            Assert.True(answer.StorageOperations <= 9, $"{address} cost {answer.StorageOperations} operations.");
        }
        Assert.Equal(1100, (await programme.Admin.GetAsync($"{service}?$top=5&$count=true")).Json.GetProperty("@odata.count").GetInt32());
        Assert.Equal(50, (await programme.Admin.GetAsync($"{service}?$skip=1050")).Json.GetProperty("value").GetArrayLength());
        Assert.Equal(1102, (await programme.Admin.GetAsync($"{path}.csv")).Text.Split('\n').Length);
    }

    [Fact]
    public async Task Reconcile_undoes_an_interrupted_bulk_creation()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var programme = await Programme.StartAsync(server);
        var path = $"{programme.DatasetPath(await programme.CreateDatasetAsync("age"))}/entities";
        var id = Census.NewId();
        var entities = Enumerable.Range(0, 150).Select(number => new { uuid = number == 0 ? id : Census.NewId(), label = $"P{number}" });
        // Two batches reserve ids; the second of the next four fails, and so does what would undo it.
        storage.Fail(Fault.ServerError, request => request.Path.Value!.Contains("/$batch", StringComparison.Ordinal), from: 4);
        (await programme.Admin.PostJsonAsync(path, new { source = Source, entities })).ShouldBe(HttpStatusCode.InternalServerError);
        storage.StopFailing();
        await AgeAsync(programme);
        await new Intents(programme).ReconcileAsync();

        Assert.Equal(0, (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
        (await programme.Admin.PostJsonAsync(path, new { source = Source, entities })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(150, (await programme.Admin.GetAsync(path)).Json.GetArrayLength());
    }

    [Fact]
    public async Task Many_entities_are_deleted_and_restored()
    {
        var (programme, path) = await StartAsync();
        var ids = Enumerable.Range(0, 70).Select(_ => Census.NewId()).ToList();
        (
            await programme.Admin.PostJsonAsync(path, new { source = Source, entities = ids.Select(uuid => new { uuid, label = "Ann" }) })
        ).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.DeleteAsync($"{path}/{ids[0]}")).ShouldBe(HttpStatusCode.OK);
        foreach (var address in new[] { $"{path}/bulk-delete", $"{path}/bulk-restore" })
        {
            foreach (
                var (body, code) in new (object, decimal)[]
                {
                    (new { }, 400.31m),
                    (new { ids = "x" }, 400.31m),
                    (new { ids = new[] { "x" } }, 400.11m),
                }
            )
            {
                (await programme.Admin.PostJsonAsync(address, body)).ShouldBeProblem(code);
            }
        }
        (await programme.Admin.PostJsonAsync($"{path}/bulk-delete", new { ids = ids[..69].Append(Census.NewId()) })).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Equal([ids[69]], (await programme.Admin.GetAsync(path)).Json.Names("uuid"));
        (await programme.Admin.PostJsonAsync($"{path}/bulk-restore", new { ids = ids[..2] })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(3, (await programme.Admin.GetAsync(path)).Json.GetArrayLength());
        var actions = (await programme.Admin.GetAsync($"{path}/{ids[1]}/audits")).ShouldBe(HttpStatusCode.OK).Json.Names("action");
        Assert.Equal(["entity.bulk.restore", "entity.bulk.delete", "entity.create"], actions);
    }

    // Simulates a creation that was interrupted an hour ago.
    private static async Task AgeAsync(Programme programme)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient("entities");
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"bulks"} and Project eq {programme.Id}");
        var row = Assert.Single(await table.QueryAsync<TableEntity>(filter).ToListAsync());
        await table.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        var at = row.GetDateTimeOffset("CreatedAt")!.Value.AddHours(-1);
        row.RowKey = $"{at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture)}|{row.GetString("Bulk")}";
        row["CreatedAt"] = at;
        await table.AddEntityAsync(row);
    }

    private static async Task<(Programme Programme, string Path)> StartAsync()
    {
        var programme = await Programme.StartAsync();
        return (programme, $"{programme.DatasetPath(await programme.CreateDatasetAsync("age"))}/entities");
    }
}
