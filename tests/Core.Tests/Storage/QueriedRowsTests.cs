using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

/// <summary>Compared with what the SDK reads from the same rows.</summary>
public sealed class QueriedRowsTests : IAsyncLifetime
{
    private const string Table = "settings";
    private static readonly string[] Columns = ["PartitionKey", "RowKey", "Timestamp", "Text", "Other", "Number", "Flag", "Time", "Bytes"];
    private static readonly string[] Texts = ["", "a", "é\"\\\n\t\u0001/", "😀 value", "{\"value\":[]}", new string('x', 30_000)];
    private readonly Random _random = new(7);
    private readonly string _partition = Guid.NewGuid().ToString("N");
    private TableClient _table = null!;

    public async Task InitializeAsync()
    {
        var storage = new StorageAccount(
            Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() })
        );
        await storage.StartAsync(CancellationToken.None);
        _table = storage.Table(Table);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_are_those_that_the_SDK_reads(bool selects)
    {
        for (var i = 0; i < 150; i++)
        {
            await _table.AddEntityAsync(RandomRow(i));
        }
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {_partition}");
        var expected = await _table.QueryAsync<TableEntity>(filter).Select(row => Describe(new EntityValues(row))).ToListAsync();

        foreach (var pageSize in new[] { 7, 1000 })
        {
            var pages = await QueriedRows
                .ReadPagesAsync(_table, filter, pageSize, Columns, selects, Describe, CancellationToken.None)
                .ToListAsync();
            Assert.Equal(pageSize == 7 ? 22 : 1, pages.Count);
            Assert.Equal(expected, pages.SelectMany(page => page));
        }
        Assert.Equal(
            expected,
            await QueriedRows.ReadAsync(_table, filter, 7, Columns, selects, Describe, ahead: true, CancellationToken.None).ToListAsync()
        );
    }

    [Fact]
    public async Task Queries_at_the_same_time_do_not_take_each_others_rows()
    {
        for (var i = 0; i < 20; i++)
        {
            await _table.AddEntityAsync(RandomRow(i));
        }
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {_partition}");
        var keys = 0;
        await foreach (
            var page in QueriedRows.ReadPagesAsync(_table, filter, 5, Columns, true, row => row.GetString("RowKey"), CancellationToken.None)
        )
        {
            Assert.Equal(20, await _table.QueryAsync<TableEntity>(filter).CountAsync());
            keys += page.Count;
        }
        Assert.Equal(20, keys);
    }

    [Fact]
    public async Task A_column_that_was_not_asked_for_has_no_value()
    {
        await _table.AddEntityAsync(new TableEntity(_partition, "1") { ["Text"] = "a", ["Other"] = "b" });

        var row = await QueriedRows
            .ReadAsync(
                _table,
                TableClient.CreateQueryFilter($"PartitionKey eq {_partition}"),
                1000,
                ["Text"],
                selects: false,
                row => (row.GetString("Text"), row.GetString("Other"), row.GetInt32("Number")),
                ahead: false,
                CancellationToken.None
            )
            .SingleAsync();

        Assert.Equal(("a", null, null), row);
    }

    [Fact]
    public async Task What_storage_refuses_is_thrown()
    {
        var rows = QueriedRows.ReadAsync(_table, "no filter", 1000, Columns, true, Describe, ahead: true, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(async () => await rows.ToListAsync());

        Assert.Equal(400, refused.Status);
    }

    private TableEntity RandomRow(int number)
    {
        var row = new TableEntity(_partition, number.ToString("D6", CultureInfo.InvariantCulture));
        foreach (var column in Columns.Skip(3).OrderBy(_ => _random.Next()).Take(_random.Next(7)))
        {
            row[column] = column switch
            {
                "Number" => _random.Next(-5, 5) * int.MaxValue / 5,
                "Flag" => _random.Next(2) == 0,
                "Time" => DateTimeOffset.UnixEpoch.AddTicks(_random.NextInt64(1L << 58)),
                "Bytes" => RandomBytes(),
                _ => Texts[_random.Next(Texts.Length)],
            };
        }
        row["Unasked"] = "x";
        return row;
    }

    private byte[] RandomBytes()
    {
        var bytes = new byte[_random.Next(100)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static string Describe(IRowValues row) =>
        string.Join(
            " | ",
            row.GetString("PartitionKey"),
            row.GetString("RowKey"),
            row.GetDateTimeOffset("Timestamp")?.ToString("O"),
            row.GetString("Text"),
            row.GetString("Other"),
            row.GetInt32("Number"),
            row.GetBoolean("Flag"),
            row.GetDateTimeOffset("Time")?.ToString("O"),
            row.GetBinary("Bytes") is { } bytes ? Convert.ToHexString(bytes) : "-"
        );
}
