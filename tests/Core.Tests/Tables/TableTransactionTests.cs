using Azure;
using Azure.Data.Tables;
using Xunit;
using static Azure.Data.Tables.TableTransactionActionType;

namespace ServerlessRosa.Core.Tests.Tables;

public sealed class TableTransactionTests
{
    [Fact]
    public async Task A_transaction_does_all_kinds_of_actions_and_answers_each()
    {
        var table = await TestTable.CreateAsync();
        foreach (var row in new[] { "merge", "replace", "delete", "upmerge", "upreplace" })
            await table.AddEntityAsync(new TableEntity("p", row) { ["Old"] = 1 });
        var read = (await table.GetEntityAsync<TableEntity>("p", "merge")).Value;

        var answers = await table.SubmitTransactionAsync(
        [
            new(Add, New("add")),
            new(UpdateMerge, New("merge"), read.ETag),
            new(UpdateReplace, New("replace"), ETag.All),
            new(Delete, New("delete")),
            new(UpsertMerge, New("upmerge")),
            new(UpsertReplace, New("upreplace")),
            new(UpsertMerge, New("upmerge new")),
            new(UpsertReplace, New("upreplace new")),
        ]);

        Assert.Equal(202, answers.GetRawResponse().Status);
        Assert.Equal(Enumerable.Repeat(204, 8), answers.Value.Select(answer => answer.Status));
        Assert.Equal((await table.GetEntityAsync<TableEntity>("p", "add")).Value.ETag, answers.Value[0].Headers.ETag);
        Assert.Equal((await table.GetEntityAsync<TableEntity>("p", "merge")).Value.ETag, answers.Value[1].Headers.ETag);
        Assert.Equal(
            [("add", false), ("merge", true), ("replace", false), ("upmerge", true), ("upmerge new", false), ("upreplace", false), ("upreplace new", false)],
            (await RowsAsync(table)).Select(row => (row.RowKey, row.ContainsKey("Old"))));

        static TableEntity New(string row) => new("p", row) { ["New"] = 2 };
    }

    [Fact]
    public async Task A_transaction_that_adds_what_exists_names_the_action_and_changes_nothing()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "2"));

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() =>
            table.SubmitTransactionAsync(["0", "1", "2", "3"], Add));

        Assert.Equal((409, "EntityAlreadyExists", 2), (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex));
        Assert.Equal(["2"], (await RowsAsync(table)).Select(row => row.RowKey));
    }

    [Fact]
    public async Task A_transaction_with_an_old_version_fails_with_412_and_the_index()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "0"));
        var old = (await table.GetEntityAsync<TableEntity>("p", "0")).Value.ETag;
        await table.UpdateEntityAsync(new TableEntity("p", "0"), old);

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync(
            [new(Add, new TableEntity("p", "1")), new(UpdateReplace, new TableEntity("p", "0"), old)]));

        Assert.Equal((412, "UpdateConditionNotSatisfied", 1), (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex));
        Assert.Equal(["0"], (await RowsAsync(table)).Select(row => row.RowKey));
    }

    [Fact]
    public async Task A_transaction_that_deletes_what_is_not_there_fails()
    {
        var table = await TestTable.CreateAsync();

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync(["0"], Delete));

        Assert.Equal((404, 0), (failure.Status, failure.FailedTransactionActionIndex));
    }

    [Fact]
    public async Task A_transaction_with_one_entity_twice_is_refused()
    {
        var table = await TestTable.CreateAsync();

        var failure = await Assert.ThrowsAnyAsync<RequestFailedException>(() => table.SubmitTransactionAsync(["0", "0"], UpsertReplace));

        Assert.Equal((400, "InvalidDuplicateRow"), (failure.Status, failure.ErrorCode));
        Assert.Empty(await RowsAsync(table));
    }

    [Fact]
    public async Task A_transaction_of_more_than_100_actions_is_refused()
    {
        var table = await TestTable.CreateAsync();

        var failure = await Assert.ThrowsAnyAsync<RequestFailedException>(() =>
            table.SubmitTransactionAsync(Enumerable.Range(0, 101).Select(n => $"{n:D3}"), Add));

        Assert.Equal((400, "InvalidInput"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task A_transaction_of_nothing_is_refused_before_it_is_sent()
    {
        var table = await TestTable.WithoutCreatingAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => table.SubmitTransactionAsync([]));
    }

    [Fact]
    public async Task A_transaction_on_a_missing_table_fails_with_404()
    {
        var table = await TestTable.WithoutCreatingAsync();

        var failure = await Assert.ThrowsAnyAsync<RequestFailedException>(() => table.SubmitTransactionAsync(["0"], Add));

        Assert.Equal((404, "TableNotFound"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Keys_and_values_of_a_transaction_may_hold_anything_that_single_ones_may()
    {
        const string Key = "it's 100%, \"quoted\" größer 日本 👍 PATCH {x} %27";
        const string Text = "--changeset_0\r\nHTTP/1.1 500 no\r\n\r\n{\"a\": \"größer 日本語 👍\"} it's \u2028";
        var table = await TestTable.CreateAsync();

        await table.SubmitTransactionAsync([new(Add, new TableEntity(Key, Key) { ["Text"] = Text })]);
        await table.SubmitTransactionAsync(
        [
            new(UpdateReplace, new TableEntity(Key, Key) { ["Text"] = Text, ["Long"] = 1L, ["Bytes"] = new byte[] { 1, 2 } }, ETag.All),
            new(UpsertMerge, new TableEntity(Key, Key + "2") { ["Text"] = Text }),
        ]);
        var rows = await RowsAsync(table);
        await table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(Delete, row, row.ETag)));

        Assert.Equal([(Key, Text), (Key + "2", Text)], rows.Select(row => (row.RowKey, row.GetString("Text"))));
        Assert.Equal((Key, 1L, 2), (rows[0].PartitionKey, rows[0].GetInt64("Long"), rows[0].GetBinary("Bytes").Length));
        Assert.Empty(await RowsAsync(table));
    }

    [Fact]
    public async Task A_transaction_may_be_large()
    {
        var table = await TestTable.CreateAsync();
        var text = new string('ü', 16 * 1024);

        var answers = await table.SubmitTransactionAsync(Enumerable.Range(0, 100)
            .Select(n => new TableTransactionAction(Add, new Visit { PartitionKey = "p", RowKey = $"{n:D3}", Text = text, Count = n })));

        Assert.Equal(100, answers.Value.Count);
        Assert.Equal(text, (await table.GetEntityAsync<Visit>("p", "099")).Value.Text);
    }

    private static async Task<List<TableEntity>> RowsAsync(TableClient table)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>()) rows.Add(row);
        return rows;
    }
}

file static class TransactionExtensions
{
    public static Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        this TableClient table, IEnumerable<string> rows, TableTransactionActionType type) =>
        table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(type, new TableEntity("p", row))));
}
