using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

/// <summary>Requests that the app writes itself, compared with what the SDK writes and reads.</summary>
public sealed class WrittenRequestsTests : IAsyncLifetime
{
    private const string Table = "settings";
    private readonly string _partition = $"é 'a'|{Guid.NewGuid():N}";
    private StorageAccount _storage = null!;
    private TableClient _table = null!;

    public async Task InitializeAsync()
    {
        _storage = new StorageAccount(Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() }));
        await _storage.StartAsync(CancellationToken.None);
        _table = _storage.Table(Table);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Transactions_write_the_rows_that_the_SDK_writes()
    {
        await _table.SubmitTransactionAsync([
            new(TableTransactionActionType.Add, Row("sdk")),
            new(TableTransactionActionType.Add, Row("2")),
        ]);
        await SubmitAsync(new(TableTransactionActionType.Add, Row("own")), new(TableTransactionActionType.Add, Row("o'w|n 2")));

        var expected = await ReadAsync("sdk");
        Assert.Equal(10, expected.Count);
        Assert.Equal(expected, await ReadAsync("own"));
        Assert.Equal(expected, await ReadAsync("o'w|n 2"));
    }

    [Fact]
    public async Task Transactions_replace_merge_and_delete_under_their_conditions()
    {
        await SubmitAsync(
            new(TableTransactionActionType.Add, Row("replaced")),
            new(TableTransactionActionType.Add, Row("merged")),
            new(TableTransactionActionType.UpsertReplace, Row("up'serted")),
            new(TableTransactionActionType.Add, Row("deleted"))
        );
        var etag = (await _table.GetEntityAsync<TableEntity>(_partition, "replaced")).Value.ETag;
        var change = new TableEntity(_partition, "replaced") { ["Text"] = "new" };
        await SubmitAsync(
            new(TableTransactionActionType.UpdateReplace, change, etag),
            new(
                TableTransactionActionType.UpdateMerge,
                new TableEntity(_partition, "merged") { ["Text"] = "new", ["Flag"] = null },
                ETag.All
            ),
            new(TableTransactionActionType.UpsertMerge, new TableEntity(_partition, "up'serted") { ["Text"] = "new" }),
            new(TableTransactionActionType.Delete, new TableEntity(_partition, "deleted"), ETag.All)
        );

        Assert.Equal(["Text=new"], (await ReadAsync("replaced")).Order());
        Assert.Equal((10, "new"), ((await ReadAsync("merged")).Count, await TextAsync("merged")));
        Assert.Equal((10, "new"), ((await ReadAsync("up'serted")).Count, await TextAsync("up'serted")));
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => TextAsync("deleted"))).Status);

        var stale = await Assert.ThrowsAsync<RequestFailedException>(() =>
            SubmitAsync(
                new(TableTransactionActionType.Add, Row("not written")),
                new(TableTransactionActionType.UpdateReplace, change, etag)
            )
        );
        var taken = await Assert.ThrowsAsync<RequestFailedException>(() =>
            SubmitAsync(new(TableTransactionActionType.Add, Row("nor this")), new(TableTransactionActionType.Add, Row("merged")))
        );
        Assert.Equal((412, 409), (stale.Status, taken.Status));
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => TextAsync("not written"))).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => TextAsync("nor this"))).Status);
    }

    [Fact]
    public async Task A_new_blob_has_content_type_and_metadata_and_is_not_written_twice()
    {
        var container = _storage.Container(StorageNames.SubmissionsContainer);
        var (name, operations) = ($"{Guid.NewGuid():N}/a.xml", StorageOperations.Begin());

        var etag = await PutAsync("<a/>"u8.ToArray(), "first");
        Assert.Null(await PutAsync("<b/>"u8.ToArray(), "second"));
        Assert.Equal(2, operations.Count);

        var found = (await container.GetBlobClient(name).DownloadContentAsync()).Value;
        Assert.Equal("<a/>", found.Content.ToString());
        Assert.Equal((etag?.ToString("H"), "text/xml"), (found.Details.ETag.ToString("H"), found.Details.ContentType));
        Assert.Equal("first", Assert.Single(found.Details.Metadata).Value);

        Task<ETag?> PutAsync(byte[] content, string note) =>
            _storage.NewBlobs.PutAsync(container.Uri, name, content, "text/xml", ("note", note), CancellationToken.None);
    }

    [Fact]
    public async Task A_row_is_parsed_as_by_the_SDK_and_only_if_it_has_changed()
    {
        var row = Row("o'w|n 3");
        (row["Guid"], row["Double"], row["WholeDouble"]) = (Guid.NewGuid(), 1.5, 2.0);
        await _table.AddEntityAsync(row);
        var expected = (await _table.GetEntityAsync<TableEntity>(_partition, row.RowKey)).Value;

        var found = await FindAsync(_ => null);
        Assert.Equal(expected.ETag.ToString("H"), found!.ETag.ToString("H"));
        foreach (var (name, value) in expected.Where(column => column.Key != "odata.etag"))
        {
            Assert.Equal(value, found[name]);
        }
        var asked = default(ETag);
        Assert.Same(
            found,
            await FindAsync(etag =>
            {
                asked = etag;
                return found;
            })
        );
        Assert.Equal(found.ETag, asked);
        await _table.UpdateEntityAsync(new TableEntity(_partition, row.RowKey) { ["Text"] = "new" }, ETag.All);
        Assert.Equal("new", (await FindAsync(etag => etag == asked ? found : null))!.GetString("Text"));
        await _table.DeleteEntityAsync(_partition, row.RowKey);
        Assert.Null(await FindAsync(_ => found));

        Task<TableEntity?> FindAsync(Func<ETag, TableEntity?> known) =>
            _storage.Points.FindAsync(Table, _partition, row.RowKey, known, entity => entity, CancellationToken.None);
    }

    private TableEntity Row(string key) =>
        new(_partition, key)
        {
            ["Text"] = "é\"\\\n\t\u0001/+<😀'",
            ["Empty"] = "",
            ["None"] = null,
            ["Number"] = -5,
            ["Long"] = long.MaxValue,
            ["Flag"] = true,
            ["Other"] = false,
            ["Time"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)).AddTicks(1_234_567),
            ["Whole"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            ["Bytes"] = (byte[])[0, 255, 62, 63],
            ["Nothing"] = Array.Empty<byte>(),
        };

    private Task SubmitAsync(params TableTransactionAction[] actions) =>
        _storage.Transactions.SubmitAsync(Table, actions, CancellationToken.None);

    private async Task<string?> TextAsync(string key) =>
        (await _table.GetEntityAsync<TableEntity>(_partition, key)).Value.GetString("Text");

    private async Task<List<string>> ReadAsync(string key) =>
        [
            .. (await _table.GetEntityAsync<TableEntity>(_partition, key))
                .Value.Where(column => column.Key is not ("odata.etag" or "PartitionKey" or "RowKey" or "Timestamp"))
                .Select(column => $"{column.Key}={(column.Value is byte[] bytes ? Convert.ToHexString(bytes) : column.Value)}")
                .Order(StringComparer.Ordinal),
        ];
}
