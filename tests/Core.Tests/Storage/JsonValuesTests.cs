using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

/// <summary>Rows are read while the response arrives, in pieces of any length.</summary>
public sealed class JsonValuesTests
{
    private static readonly string[] Columns = ["Text", "Other", "Number", "Flag"];
    private readonly Random _random = new(3);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(70_000)]
    [InlineData(10_000_000)]
    public async Task Rows_do_not_depend_on_the_pieces_in_which_they_arrive(int piece)
    {
        var rows = Enumerable.Range(0, piece < 1000 ? 30 : 400).Select(RandomRow).ToList();
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object>
            {
                ["odata.metadata"] = "a",
                ["odd"] = new { value = 1, more = new { value = Columns } },
                ["value"] = rows,
            }
        );

        var read = await ReadAsync(json, piece);

        Assert.Equal(rows.Select(Describe), read);
    }

    [Fact]
    public async Task A_row_may_be_larger_than_what_is_read_at_once()
    {
        var text = new string('x', 1 << 20);
        var json = Encoding.UTF8.GetBytes($$"""{"value":[{"Text":"a"},{"Text":"{{text}}","Number":1},{"Text":"a"}],"more":{} }""");

        Assert.Equal(["a||||", $"{text}||1||", "a||||"], (await ReadAsync(json, 100_000)).Select(row => row + "|"));
    }

    [Fact]
    public async Task No_rows_are_none()
    {
        Assert.Empty(await ReadAsync("""{"value":[]}"""u8.ToArray(), 3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"value":[""")]
    [InlineData("""{"value":[{"Text":"a"}""")]
    [InlineData("""{"value":[{"Text":"a"},{"Text":"b""")]
    public async Task A_response_that_is_cut_off_is_refused(string json) =>
        await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(Encoding.UTF8.GetBytes(json), 4));

    private static async Task<List<string>> ReadAsync(byte[] json, int piece)
    {
        var read = new List<string>();
        await new JsonValues(Columns).ReadAllAsync(
            new Pieces(json, piece),
            row =>
            {
                Assert.Null(row.GetString("Unasked"));
                read.Add($"{row.GetString("Text")}|{row.GetString("Other")}|{row.GetInt32("Number")}|{row.GetBoolean("Flag")}");
            },
            CancellationToken.None
        );
        return read;
    }

    // Each row has its columns in another order, or not all of them.
    private Dictionary<string, object?> RandomRow(int number)
    {
        var row = new Dictionary<string, object?> { ["Unasked"] = new[] { "}" } };
        foreach (var column in Columns.OrderBy(_ => _random.Next(number % 5 + 1)).Take(_random.Next(5)))
        {
            row[column] = column switch
            {
                "Number" => _random.Next(3) == 0 ? null : _random.Next(),
                "Flag" => _random.Next(2) == 0,
                _ => _random.Next(4) switch
                {
                    0 => null,
                    1 => "same",
                    2 => "é\"\\\n\u0001😀",
                    _ => new string('y', _random.Next(5000)),
                },
            };
        }
        return row;
    }

    private static string Describe(Dictionary<string, object?> row) =>
        string.Join('|', Columns.Select(column => row.GetValueOrDefault(column)?.ToString()));

    private sealed class Pieces(byte[] bytes, int length) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(length, buffer.Length)], cancellationToken);
    }
}
