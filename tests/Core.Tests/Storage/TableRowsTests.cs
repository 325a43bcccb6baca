using Azure.Data.Tables;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

public sealed class TableRowsTests
{
    [Fact]
    public void A_transaction_has_at_most_100_rows() => Assert.Equal([100, 100, 50], Sizes(Rows(250, "p")));

    [Fact]
    public void A_transaction_has_rows_of_one_partition() =>
        Assert.Equal([3, 2, 1], Sizes([.. Rows(3, "p"), .. Rows(2, "q"), .. Rows(1, "p")]));

    [Fact]
    public void A_transaction_has_at_most_two_mebibytes()
    {
        var rows = Rows(5, "p").Select(row => new TableEntity(row) { ["Packed"] = new byte[900_000] });
        Assert.Equal([2, 2, 1], Sizes(rows));
    }

    [Fact]
    public void A_larger_row_has_a_transaction_of_its_own()
    {
        var large = new TableEntity("p", "large") { ["Text"] = new string('x', 2_000_000) };
        Assert.Equal([1, 1, 1], Sizes([.. Rows(1, "p"), large, .. Rows(1, "p")]));
    }

    [Fact]
    public void An_empty_transaction_is_not_sent() => Assert.Empty(Sizes([]));

    private static IEnumerable<TableEntity> Rows(int count, string partition) =>
        Enumerable.Range(0, count).Select(number => new TableEntity(partition, $"{number}"));

    private static IEnumerable<int> Sizes(IEnumerable<TableEntity> rows) =>
        TableRows
            .Batches(rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)))
            .Select(batch => batch.Count);
}
