using System.Globalization;
using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Maintenance.StoredRowFilters;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Lists that are longer than a page of storage, which has 1,000 rows (CC-146).</summary>
public sealed class LongDomainListTests
{
    private const int Count = 1050;

    [Fact, Clause("CC-146")]
    public async Task Pages_of_more_cases_than_storage_gives_at_once_have_each_case_once_in_every_order()
    {
        var desk = await CaseDesk.OpenAsync();
        var made = new HashSet<string>();
        foreach (var some in Enumerable.Range(0, Count).Chunk(100))
        {
            var items = some.Select(number => CaseApiTests.Item(("case_name", $"n{number}"), ("owner_id", $"g{number % 3}"))).ToList();
            var written = (await CaseApiTests.PostAsync(desk, items)).ShouldBe(HttpStatusCode.OK).Json;
            made.UnionWith(written.GetProperty("cases").EnumerateArray().Select(one => one.Text("case_id")));
        }
        Assert.Equal(Count, made.Count);
        await Eventually.TrueAsync(async () => TotalOf(await ListAsync(desk, "case/v1/?limit=1")) == Count, "all are settled");

        var byIndex = new List<string>();
        foreach (var time in new[] { "indexed_on", "date_modified", "server_date_modified" })
        {
            var all = new List<JsonElement>();
            for (var offset = 0; offset < Count; offset += 400)
            {
                all.AddRange(ObjectsOf(await ListAsync(desk, $"case/v1/?order_by={time}&limit=400&offset={offset}")));
            }
            ShouldBeAll(made, all, time);
            Assert.All(all, one => Assert.Single(one.GetProperty("xform_ids").EnumerateArray()));
            byIndex = byIndex.Count > 0 ? byIndex : [.. all.Select(one => one.Text("id"))];

            // The last page of the opposite order has the oldest.
            var oldest = ObjectsOf(await ListAsync(desk, $"case/v1/?order_by=-{time}&limit=100&offset={Count - 60}"));
            Assert.Equal(all.Take(60).Select(one => one.Text(time)).Order(), oldest.Select(one => one.Text(time)).Order());
            Assert.Equal(oldest.Select(one => one.Text(time)).OrderDescending(), oldest.Select(one => one.Text(time)));
        }

        var (pages, address) = (new List<string>(), desk.Domain.At("/api/case/v2/?limit=400&fields=case_id"));
        while (address is not null)
        {
            var page = (await desk.Domain.Admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(Count, page.Json.GetProperty("matching_records").GetInt32());
            Assert.True(page.StorageOperations <= 8, $"It cost {page.StorageOperations} operations.");
            pages.AddRange(page.Json.GetProperty("cases").EnumerateArray().Select(one => one.Text("case_id")));
            address = page.Json.GetProperty("next").GetString();
        }
        Assert.Equal(byIndex, pages);
    }

    [Fact, Clause("CC-146")]
    public async Task Pages_of_more_forms_than_storage_gives_at_once_have_each_form_once_in_every_order()
    {
        var desk = await CaseDesk.OpenAsync();
        var ids = await CopiesAsync(await desk.SubmitAsync());
        await Eventually.TrueAsync(
            async () => TotalOf(await ListAsync(desk, "form/v1/?limit=1&order_by=indexed_on")) == Count,
            "all are settled"
        );

        foreach (var time in new[] { "received_on", "indexed_on" })
        {
            var orders = new List<List<JsonElement>>();
            foreach (var order in new[] { time, "-" + time })
            {
                var all = new List<JsonElement>();
                for (var offset = 0; offset < Count; offset += 400)
                {
                    var page = await ListAsync(desk, $"form/v1/?order_by={order}&limit=400&offset={offset}");
                    Assert.Equal(Count, TotalOf(page));
                    all.AddRange(ObjectsOf(page));
                }
                orders.Add(all);
            }
            ShouldBeAll(ids, orders[0], time);
            ShouldBeAll(ids, Enumerable.Reverse(orders[1]), time);
        }
    }

    private static void ShouldBeAll(IEnumerable<string> ids, IEnumerable<JsonElement> listed, string time)
    {
        var all = listed.ToList();
        Assert.Equal(ids.Order(StringComparer.Ordinal), all.Select(one => one.Text("id")).Order(StringComparer.Ordinal));
        Assert.Equal(all.Select(one => one.Text(time)).Order(StringComparer.Ordinal), all.Select(one => one.Text(time)));
    }

    // Rows like that of a form that was sent, two for each time of receipt.
    private static async Task<IReadOnlyList<string>> CopiesAsync(string form)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient("submissions");
        var row = await table.QueryAsync<TableEntity>($"RootId eq '{form}' and {Prefix("t|")}").FirstAsync();
        var ids = Enumerable.Range(1, Count - 1).Select(_ => Guid.NewGuid().ToString()).ToList();
        var received = row.GetDateTimeOffset("CreatedAt")!.Value;
        foreach (var some in ids.Index().Chunk(100))
        {
            await table.SubmitTransactionAsync(
                some.Select(one => new TableTransactionAction(
                    TableTransactionActionType.Add,
                    Copy(row, one.Item, received - TimeSpan.FromMilliseconds(1 + (one.Index / 2)))
                ))
            );
        }
        return [form, .. ids];
    }

    private static TableEntity Copy(TableEntity row, string id, DateTimeOffset at)
    {
        var time = (DateTimeOffset.MaxValue.UtcTicks - at.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);
        return new TableEntity(row)
        {
            PartitionKey = row.PartitionKey,
            RowKey = $"t|{time}|{Hash(id)}",
            ["RootId"] = id,
            ["CurrentInstanceId"] = id,
            ["CreatedAt"] = at,
        };
    }

    private static async Task<JsonElement> ListAsync(CaseDesk desk, string path) =>
        (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/{path}"))).ShouldBe(HttpStatusCode.OK).Json;

    private static int TotalOf(JsonElement list) => list.GetProperty("meta").GetProperty("total_count").GetInt32();

    private static IReadOnlyList<JsonElement> ObjectsOf(JsonElement list) => [.. list.GetProperty("objects").EnumerateArray()];
}
