using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Xunit;

namespace ServerlessRosa.Core.Tests.Tables;

public sealed class TableClientTests
{
    private const string AwkwardKey = "it's 100%, \"quoted\" & größer+=;:@()[]{}<>,.~!$*| 日本 👍 %27 %2F";
    private const string AwkwardText = "it's \"quoted\" \\ / <b>&amp;</b> \r\n\t{\"a\":1} größer 日本語 👍 \u2028 %27";

    [Fact]
    public async Task An_added_entity_is_read_back_with_its_version_and_time()
    {
        var table = await TestTable.CreateAsync();

        var added = await table.AddEntityAsync(new TableEntity("p", "r") { ["Name"] = "Amina" });
        var found = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal(204, added.Status);
        Assert.Equal("Amina", found.GetString("Name"));
        Assert.Equal(added.Headers.ETag, found.ETag);
        Assert.InRange(found.Timestamp!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task Adding_an_entity_that_exists_fails_with_409()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r"));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "r")));

        Assert.Equal(409, failure.Status);
        Assert.Equal("EntityAlreadyExists", failure.ErrorCode);
        Assert.True(failure.ErrorCode == TableErrorCode.EntityAlreadyExists);
    }

    [Fact]
    public async Task A_missing_entity_is_a_404_or_no_value()
    {
        var table = await TestTable.CreateAsync();

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => table.GetEntityAsync<TableEntity>("p", "r"));
        var nothing = await table.GetEntityIfExistsAsync<TableEntity>("p", "r");

        Assert.Equal(404, failure.Status);
        Assert.Equal("ResourceNotFound", failure.ErrorCode);
        Assert.False(nothing.HasValue);
        Assert.Equal(404, nothing.GetRawResponse().Status);
        Assert.ThrowsAny<InvalidOperationException>(() => nothing.Value);
    }

    [Fact]
    public async Task A_missing_table_is_a_404_with_its_own_code()
    {
        var table = await TestTable.WithoutCreatingAsync();

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "r")));

        Assert.Equal(404, failure.Status);
        Assert.Equal("TableNotFound", failure.ErrorCode);
    }

    [Fact]
    public async Task Creating_a_table_twice_is_fine_and_a_deleted_table_is_gone()
    {
        var service = new TableServiceClient(await TestStorage.ConnectionStringAsync());
        var name = $"t{Guid.NewGuid():N}";

        var first = await service.CreateTableIfNotExistsAsync(name);
        var second = await service.CreateTableIfNotExistsAsync(name);
        var listed = await ToListAsync(service.QueryAsync(TableServiceClient.CreateQueryFilter($"TableName eq {name}")));
        var deleted = await service.DeleteTableAsync(name);
        var deletedAgain = await service.DeleteTableAsync(name);

        Assert.Equal((name, 204), (first.Value.Name, first.GetRawResponse().Status));
        Assert.Equal((name, 409), (second.Value.Name, second.GetRawResponse().Status));
        Assert.Equal([name], listed.Select(table => table.Name));
        Assert.Equal((204, 404), (deleted.Status, deletedAgain.Status));
    }

    [Fact]
    public async Task Clients_know_their_names_and_addresses()
    {
        var service = new TableServiceClient(await TestStorage.ConnectionStringAsync());
        var table = service.GetTableClient("Visits");

        Assert.Equal(("devstoreaccount1", "devstoreaccount1"), (service.AccountName, table.AccountName));
        Assert.Equal("Visits", table.Name);
        Assert.Equal(service.Uri.AbsoluteUri.TrimEnd('/') + "/Visits", table.Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5;EndpointSuffix=core.windows.net", "https://acc.table.core.windows.net/", "acc")]
    [InlineData("AccountName=acc;AccountKey=a2V5", "https://acc.table.core.windows.net/", "acc")]
    [InlineData("AccountName=acc;AccountKey=a2V5;TableEndpoint=http://10.0.0.1:9/acc", "http://10.0.0.1:9/acc", "acc")]
    public void A_connection_string_names_endpoint_and_account(string connectionString, string endpoint, string account)
    {
        var service = new TableServiceClient(connectionString);

        Assert.Equal((endpoint, account), (service.Uri.AbsoluteUri, service.AccountName));
    }

    [Theory]
    [InlineData("AccountName=acc;AccountKey=a2V5", "https://acc.table.core.windows.net/t(PartitionKey='p%27%27',RowKey='%25')")]
    [InlineData("AccountName=acc;AccountKey=a2V5;TableEndpoint=http://10.0.0.1:9/acc/", "http://10.0.0.1:9/acc/t(PartitionKey='p%27%27',RowKey='%25')")]
    public async Task A_key_is_escaped_in_an_address_and_an_endpoint_may_end_in_a_slash(string connectionString, string address)
    {
        var options = new TableClientOptions { Retry = { MaxRetries = 0 } };
        var sent = new FailingPolicy { Failures = 1 };
        options.AddPolicy(sent, HttpPipelinePosition.PerRetry);
        var table = new TableServiceClient(connectionString, options).GetTableClient("t");

        await Assert.ThrowsAsync<RequestFailedException>(() => table.GetEntityAsync<TableEntity>("p'", "%"));

        Assert.Equal([address], sent.Addresses);
    }

    [Theory]
    [InlineData("AccountName=acc")]
    [InlineData("AccountKey=a2V5")]
    [InlineData("nonsense")]
    public void A_connection_string_without_account_or_key_is_refused(string connectionString) =>
        Assert.Throws<FormatException>(() => new TableServiceClient(connectionString));

    [Fact]
    public async Task Deleting_what_is_not_there_answers_404_without_throwing()
    {
        var table = await TestTable.CreateAsync();
        var entity = new TableEntity("p", "r");
        await table.AddEntityAsync(entity);

        var deleted = await table.DeleteEntityAsync(entity);
        var deletedAgain = await table.DeleteEntityAsync("p", "r");

        Assert.Equal((204, 404), (deleted.Status, deletedAgain.Status));
    }

    [Fact]
    public async Task Updating_or_deleting_with_an_old_version_fails_with_412()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["Name"] = "first" });
        var old = (await table.GetEntityAsync<TableEntity>("p", "r")).Value.ETag;
        var updated = await table.UpdateEntityAsync(new TableEntity("p", "r") { ["Name"] = "second" }, old);

        var update = await Assert.ThrowsAsync<RequestFailedException>(() => table.UpdateEntityAsync(new TableEntity("p", "r"), old));
        var delete = await Assert.ThrowsAsync<RequestFailedException>(() => table.DeleteEntityAsync("p", "r", old));

        Assert.Equal((412, "UpdateConditionNotSatisfied"), (update.Status, update.ErrorCode));
        Assert.Equal((412, "UpdateConditionNotSatisfied"), (delete.Status, delete.ErrorCode));
        Assert.Equal("second", (await table.GetEntityAsync<TableEntity>("p", "r")).Value.GetString("Name"));
        Assert.Equal(204, (await table.DeleteEntityAsync("p", "r", updated.Headers.ETag!.Value)).Status);
    }

    [Fact]
    public async Task An_update_needs_a_version_and_an_entity()
    {
        var table = await TestTable.CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => table.UpdateEntityAsync(new TableEntity("p", "r"), default));
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => table.UpdateEntityAsync(new TableEntity("p", "r"), ETag.All));

        Assert.Equal((404, "ResourceNotFound"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Merge_keeps_what_is_not_mentioned_and_replace_drops_it()
    {
        var table = await TestTable.CreateAsync();
        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 });

        await table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 3 }, ETag.All);
        var merged = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;
        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["C"] = 4 });
        var upserted = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;
        await table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 5 }, ETag.All, TableUpdateMode.Replace);
        var replaced = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;
        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["C"] = 6 }, TableUpdateMode.Replace);
        var upsertReplaced = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal((1, 3, null), (merged.GetInt32("A"), merged.GetInt32("B"), merged.GetInt32("C")));
        Assert.Equal((1, 3, 4), (upserted.GetInt32("A"), upserted.GetInt32("B"), upserted.GetInt32("C")));
        Assert.Equal((null, 5, null), (replaced.GetInt32("A"), replaced.GetInt32("B"), replaced.GetInt32("C")));
        Assert.Equal((null, null, 6), (upsertReplaced.GetInt32("A"), upsertReplaced.GetInt32("B"), upsertReplaced.GetInt32("C")));
    }

    [Fact]
    public async Task Keys_and_values_may_hold_quotes_percent_signs_spaces_and_any_script()
    {
        var table = await TestTable.CreateAsync();
        var entity = new TableEntity(AwkwardKey, AwkwardKey) { ["Text"] = AwkwardText };

        await table.AddEntityAsync(entity);
        await table.UpsertEntityAsync(entity, TableUpdateMode.Replace);
        var found = (await table.GetEntityAsync<TableEntity>(AwkwardKey, AwkwardKey)).Value;
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {AwkwardKey} and RowKey eq {AwkwardKey}");
        var queried = Assert.Single(await ToListAsync(table.QueryAsync<TableEntity>(filter)));
        await table.UpdateEntityAsync(entity, found.ETag);
        var deleted = await table.DeleteEntityAsync(AwkwardKey, AwkwardKey);

        Assert.Equal((AwkwardKey, AwkwardKey, AwkwardText), (found.PartitionKey, found.RowKey, found.GetString("Text")));
        Assert.Equal((AwkwardKey, AwkwardText), (queried.RowKey, queried.GetString("Text")));
        Assert.Equal(204, deleted.Status);
    }

    [Fact]
    public async Task Every_type_of_a_model_comes_back_as_it_was()
    {
        var table = await TestTable.CreateAsync();
        var visit = FullVisit();

        await table.AddEntityAsync(visit);
        var found = (await table.GetEntityAsync<Visit>(visit.PartitionKey, visit.RowKey)).Value;

        Assert.Equal((visit.Text, visit.Renamed, null), (found.Text, found.Renamed, found.Ignored));
        Assert.Equal((visit.Count, visit.MaybeCount), (found.Count, found.MaybeCount));
        Assert.Equal((visit.Size, visit.MaybeSize), (found.Size, found.MaybeSize));
        Assert.Equal((visit.Done, visit.MaybeDone), (found.Done, found.MaybeDone));
        Assert.Equal((visit.Ratio, visit.MaybeRatio), (found.Ratio, found.MaybeRatio));
        Assert.Equal((visit.Id, visit.MaybeId), (found.Id, found.MaybeId));
        Assert.Equal((visit.Day, visit.MaybeDay, DateTimeKind.Utc), (found.Day, found.MaybeDay, found.Day.Kind));
        Assert.Equal((visit.Moment, visit.MaybeMoment), (found.Moment, found.MaybeMoment));
        Assert.Equal(visit.Bytes, found.Bytes);
        Assert.Equal(visit.Data!.ToArray(), found.Data!.ToArray());
        Assert.Equal((visit.Weekday, visit.MaybeWeekday), (found.Weekday, found.MaybeWeekday));
        Assert.NotEqual(default, found.ETag);
        Assert.NotNull(found.Timestamp);
    }

    [Fact]
    public async Task A_model_is_stored_with_the_types_of_the_service_and_its_own_names()
    {
        var table = await TestTable.CreateAsync();
        var visit = FullVisit();

        await table.AddEntityAsync(visit);
        var found = (await table.GetEntityAsync<TableEntity>(visit.PartitionKey, visit.RowKey)).Value;

        Assert.Equal(visit.Text, found["Text"]);
        Assert.Equal(visit.Count, found["Count"]);
        Assert.Equal(visit.Size, found["Size"]);
        Assert.Equal(visit.Done, found["Done"]);
        Assert.Equal(visit.Ratio, found["Ratio"]);
        Assert.Equal(visit.Id, found["Id"]);
        Assert.Equal(visit.Moment, found["Moment"]);
        Assert.Equal(visit.Day, found.GetDateTime("Day"));
        Assert.Equal(visit.Bytes, found["Bytes"]);
        Assert.Equal("Friday", found["Weekday"]);
        Assert.Equal(visit.Renamed, found["on_the_wire"]);
        Assert.False(found.ContainsKey("Renamed"));
        Assert.False(found.ContainsKey("Ignored"));
    }

    [Fact]
    public async Task A_model_may_implement_the_interface_explicitly_and_have_a_private_setter()
    {
        var table = await TestTable.CreateAsync();
        await table.UpsertEntityAsync<ITableEntity>(new Marker("p", "r", "note"));

        var found = (await table.GetEntityAsync<Marker>("p", "r")).Value;

        Assert.Equal(("p", "r", "note"), (((ITableEntity)found).PartitionKey, ((ITableEntity)found).RowKey, found.Note));
        Assert.NotEqual(default, ((ITableEntity)found).ETag);
    }

    [Fact]
    public async Task A_null_of_a_model_stays_null()
    {
        var table = await TestTable.CreateAsync();

        await table.AddEntityAsync(new Visit { PartitionKey = "p", RowKey = "r" });
        var found = (await table.GetEntityAsync<Visit>("p", "r")).Value;

        Assert.Null(found.Text);
        Assert.Null(found.MaybeCount);
        Assert.Null(found.MaybeSize);
        Assert.Null(found.MaybeDone);
        Assert.Null(found.MaybeRatio);
        Assert.Null(found.MaybeId);
        Assert.Null(found.MaybeDay);
        Assert.Null(found.MaybeMoment);
        Assert.Null(found.MaybeWeekday);
        Assert.Null(found.Bytes);
        Assert.Null(found.Data);
    }

    [Fact]
    public async Task Every_type_of_a_dictionary_comes_back_as_it_was()
    {
        var table = await TestTable.CreateAsync();
        var id = Guid.NewGuid();
        var moment = new DateTimeOffset(2024, 2, 29, 12, 34, 56, TimeSpan.FromHours(3)).AddTicks(1234567);

        await table.AddEntityAsync(new TableEntity("p", "r")
        {
            ["Text"] = "",
            ["Int"] = int.MinValue,
            ["Long"] = long.MaxValue,
            ["Whole"] = 1d,
            ["Tiny"] = double.Epsilon,
            ["Huge"] = 1.5e300,
            ["Yes"] = true,
            ["Id"] = id,
            ["Moment"] = moment,
            ["Bytes"] = new byte[] { 0, 255, 62, 63 },
            ["Data"] = BinaryData.FromString("data"),
            ["Enum"] = DayOfWeek.Friday,
            ["Null"] = null,
        });
        var found = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal("", found.GetString("Text"));
        Assert.Equal(int.MinValue, found.GetInt32("Int"));
        Assert.Equal(long.MaxValue, found.GetInt64("Long"));
        Assert.Equal(1d, found.GetDouble("Whole"));
        Assert.Equal(double.Epsilon, found.GetDouble("Tiny"));
        Assert.Equal(1.5e300, found.GetDouble("Huge"));
        Assert.True(found.GetBoolean("Yes"));
        Assert.Equal(id, found.GetGuid("Id"));
        Assert.Equal(moment, found.GetDateTimeOffset("Moment"));
        Assert.Equal(moment.UtcDateTime, found.GetDateTime("Moment"));
        Assert.Equal([0, 255, 62, 63], found.GetBinary("Bytes"));
        Assert.Equal("data", found.GetBinaryData("Data").ToString());
        Assert.Equal("Friday", found.GetString("Enum"));
        Assert.False(found.ContainsKey("Null"));
        Assert.Throws<InvalidOperationException>(() => found.GetInt32("Text"));
    }

    [Fact]
    public async Task A_dictionary_that_was_read_can_be_written_back()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["Count"] = 1L });
        var entity = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;

        entity["Count"] = 2;
        await table.UpdateEntityAsync(entity, entity.ETag, TableUpdateMode.Replace);

        Assert.Equal(2L, (await table.GetEntityAsync<TableEntity>("p", "r")).Value["Count"]);
    }

    [Fact]
    public async Task A_local_time_and_an_unknown_type_are_refused_before_anything_is_sent()
    {
        var table = await TestTable.CreateAsync();

        await Assert.ThrowsAsync<NotSupportedException>(() =>
            table.AddEntityAsync(new TableEntity("p", "r") { ["Day"] = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Local) }));
        await Assert.ThrowsAsync<NotSupportedException>(() => table.AddEntityAsync(new TableEntity("p", "r") { ["Price"] = new Version(1, 2) }));
        await table.AddEntityAsync(new TableEntity("p", "r") { ["Name"] = "after the refusals" });

        Assert.Equal("after the refusals", (await table.GetEntityAsync<TableEntity>("p", "r")).Value.GetString("Name"));
    }

    [Fact]
    public async Task Select_brings_only_the_named_properties()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2, ["C"] = 3 });

        var one = (await table.GetEntityAsync<TableEntity>("p", "r", ["A", "C"])).Value;
        var many = Assert.Single(await ToListAsync(table.QueryAsync<TableEntity>(select: ["RowKey", "B"])));

        Assert.Equal((1, null, 3), (one.GetInt32("A"), one.GetInt32("B"), one.GetInt32("C")));
        Assert.Equal(("r", null, 2), (many.RowKey, many.GetInt32("A"), many.GetInt32("B")));
    }

    [Fact]
    public async Task A_query_goes_through_all_pages_and_can_be_continued_from_any_of_them()
    {
        const int Rows = 1234;
        var table = await TestTable.CreateAsync();
        for (var first = 0; first < Rows; first += 100)
        {
            var count = Math.Min(100, Rows - first);
            await table.SubmitTransactionAsync(Enumerable.Range(first, count)
                .Select(n => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p p'", $"{n:D5} 'ü'") { ["N"] = n })));
        }

        var all = await ToListAsync(table.QueryAsync<TableEntity>());
        var pages = new List<Page<TableEntity>>();
        await foreach (var page in table.QueryAsync<TableEntity>(maxPerPage: 500).AsPages()) pages.Add(page);
        var rest = new List<Page<TableEntity>>();
        await foreach (var page in table.QueryAsync<TableEntity>().AsPages(pages[0].ContinuationToken, pageSizeHint: 400)) rest.Add(page);

        Assert.Equal(Enumerable.Range(0, Rows), all.Select(row => row.GetInt32("N")!.Value));
        Assert.Equal([500, 500, 234], pages.Select(page => page.Values.Count));
        Assert.Null(pages[^1].ContinuationToken);
        Assert.Equal([400, 334], rest.Select(page => page.Values.Count));
        Assert.Equal(500, rest[0].Values[0].GetInt32("N"));
    }

    [Fact]
    public async Task A_query_over_models_filters_on_every_type()
    {
        var table = await TestTable.CreateAsync();
        var visit = FullVisit();
        await table.AddEntityAsync(visit);
        await table.AddEntityAsync(new Visit { PartitionKey = "other", RowKey = "other" });

        foreach (var filter in new FormattableString[]
        {
            $"Text eq {visit.Text}", $"Count eq {visit.Count}", $"Size eq {visit.Size}", $"Done eq {visit.Done}", $"Ratio eq {visit.Ratio}",
            $"Id eq {visit.Id}", $"Moment eq {visit.Moment}", $"Day eq {visit.Day}", $"Bytes eq {visit.Bytes}", $"Weekday eq {visit.Weekday.ToString()}",
        })
        {
            var found = await ToListAsync(table.QueryAsync<Visit>(TableClient.CreateQueryFilter(filter)));
            Assert.Equal([visit.RowKey], found.Select(row => row.RowKey));
        }
    }

    [Fact]
    public void A_filter_quotes_and_escapes_its_values()
    {
        var moment = new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
        var id = Guid.Parse("11111111-2222-3333-4444-555555555555");

        Assert.Equal("A eq 'it''s' and B eq 1 and C eq 2L", TableClient.CreateQueryFilter($"A eq {"it's"} and B eq {1} and C eq {2L}"));
        Assert.Equal("A eq true and B eq 1.5", TableClient.CreateQueryFilter($"A eq {true} and B eq {1.5}"));
        Assert.Equal("A eq guid'11111111-2222-3333-4444-555555555555'", TableClient.CreateQueryFilter($"A eq {id}"));
        Assert.Equal("A eq datetime'2024-01-02T02:04:05.0000000Z'", TableClient.CreateQueryFilter($"A eq {moment}"));
        Assert.Equal("A eq X'00FF'", TableClient.CreateQueryFilter($"A eq {new byte[] { 0, 255 }}"));
        Assert.Throws<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {new Version(1, 2)}"));
    }

    [Fact]
    public async Task A_property_that_is_too_large_is_refused_by_the_service()
    {
        var table = await TestTable.CreateAsync();

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() =>
            table.AddEntityAsync(new TableEntity("p", "r") { ["Text"] = new string('x', 32 * 1024 + 1) }));

        Assert.Equal((400, "PropertyValueTooLarge"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Policies_see_each_call_once_and_each_try()
    {
        var options = new TableClientOptions();
        var calls = new CountingPolicy();
        var tries = new FailingPolicy { Failures = 2 };
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.AddPolicy(calls, HttpPipelinePosition.PerCall);
        options.AddPolicy(tries, HttpPipelinePosition.PerRetry);
        var table = await TestTable.WithoutCreatingAsync(options);

        await table.CreateIfNotExistsAsync();

        Assert.Equal((1, 3), (calls.Count, tries.Count));
    }

    [Fact]
    public async Task A_cancelled_call_stops()
    {
        var table = await TestTable.CreateAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.AddEntityAsync(new TableEntity("p", "r"), cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "r"))], cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in table.QueryAsync<TableEntity>(cancellationToken: cancelled.Token)) { }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in table.QueryAsync<TableEntity>().WithCancellation(cancelled.Token)) { }
        });
        Assert.Empty(await ToListAsync(table.QueryAsync<TableEntity>()));
    }

    private static Visit FullVisit() => new()
    {
        PartitionKey = "p",
        RowKey = "r",
        Text = AwkwardText,
        Renamed = "renamed",
        Ignored = "ignored",
        Count = 42,
        MaybeCount = -42,
        Size = 1L << 60,
        MaybeSize = -1,
        Done = true,
        MaybeDone = false,
        Ratio = 0.1,
        MaybeRatio = -3,
        Id = Guid.NewGuid(),
        MaybeId = Guid.NewGuid(),
        Day = new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc).AddTicks(1234567),
        MaybeDay = DateTime.UnixEpoch,
        Moment = new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(5.5)),
        MaybeMoment = DateTimeOffset.UnixEpoch,
        Bytes = [1, 2, 3],
        Data = BinaryData.FromString("data"),
        Weekday = DayOfWeek.Friday,
        MaybeWeekday = DayOfWeek.Monday,
    };

    private static async Task<List<T>> ToListAsync<T>(AsyncPageable<T> pageable) where T : notnull
    {
        var items = new List<T>();
        await foreach (var item in pageable) items.Add(item);
        return items;
    }

    private sealed class Marker : ITableEntity
    {
        public Marker()
        {
        }

        public Marker(string partition, string row, string note)
        {
            ((ITableEntity)this).PartitionKey = partition;
            ((ITableEntity)this).RowKey = row;
            Note = note;
        }

        public string? Note { get; private set; }

        public string? Shout => Note?.ToUpperInvariant();

        string ITableEntity.PartitionKey { get; set; } = "";
        string ITableEntity.RowKey { get; set; } = "";
        DateTimeOffset? ITableEntity.Timestamp { get; set; }
        ETag ITableEntity.ETag { get; set; }
    }

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        public int Count { get; private set; }

        public override void OnSendingRequest(HttpMessage message) => Count++;
    }

    /// <summary>Answers the first tries itself, as a service that is too busy would.</summary>
    private sealed class FailingPolicy : HttpPipelinePolicy
    {
        public int Failures { get; init; }

        public int Count { get; private set; }

        public List<string> Addresses { get; } = [];

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            Assert.True(message.Request.Headers.Contains("Authorization"));
            Addresses.Add(message.Request.Uri.ToUri().AbsoluteUri);
            if (++Count > Failures) return ProcessNextAsync(message, pipeline);
            throw new RequestFailedException("Too busy.", new IOException());
        }
    }
}
