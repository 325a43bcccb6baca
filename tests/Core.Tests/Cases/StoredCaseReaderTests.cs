using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using Xunit;

namespace ServerlessRosa.Core.Tests.Cases;

/// <summary>Compared with what the serializer reads from the same JSON.</summary>
public sealed class StoredCaseReaderTests
{
    private static readonly string[] Texts =
    [
        "",
        "a",
        " b ",
        "é\"\\\n\r\t\u0001/<&>",
        "😀",
        "null",
        "0",
        new('x', 300),
        "\u2028",
        "a\\u0041",
    ];

    private readonly Random _random = new(5);

    [Fact]
    public void Cases_are_those_that_the_serializer_reads()
    {
        for (var i = 0; i < 500; i++)
        {
            AssertSame(JsonSerializer.SerializeToUtf8Bytes(RandomCase(), CasesContainer.Json));
        }
    }

    [Fact]
    public void Members_may_be_missing_unknown_null_or_in_another_order()
    {
        for (var i = 0; i < 500; i++)
        {
            var stored = JsonSerializer.SerializeToNode(RandomCase(), CasesContainer.Json)!.AsObject();
            var odd = new JsonObject();
            foreach (var (name, value) in stored.OrderBy(_ => _random.Next()))
            {
                if (_random.Next(6) == 0)
                {
                    odd[$"{name}2"] = new JsonObject { ["Id"] = "no", ["more"] = new JsonArray(1, null, "x") };
                }
                if (_random.Next(6) > 0)
                {
                    odd[name] = _random.Next(8) == 0 && CanBeNull(value) ? null : value?.DeepClone();
                }
            }
            AssertSame(JsonSerializer.SerializeToUtf8Bytes(odd));
        }
    }

    [Theory]
    [InlineData("""{ "Id": "\u0061\n", "Project": 7 , "Properties": {"a":"1","a":"\ud83d\ude0a","":null} }""")]
    [InlineData("""{"Indices":[null,{},{"Target":null,"x":[]}]}""")]
    [InlineData("""{"Indices":null,"Properties":null,"Ledger":null}""")]
    [InlineData("""{"Transactions":[{"Version":1,"Form":{"Form":1,"Root":"r","Instance":"i"}}]}""")]
    [InlineData("{}")]
    public void Odd_forms_are_read(string json) => AssertSame(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("""{"Version":"1"}""")]
    [InlineData("""{"Version":1.5}""")]
    [InlineData("""{"Version":null}""")]
    [InlineData("""{"Closed":0}""")]
    [InlineData("""{"Name":1}""")]
    [InlineData("""{"ModifiedOn":"yesterday"}""")]
    [InlineData("""{"Properties":[]}""")]
    [InlineData("""{"Properties":{"a":1}}""")]
    [InlineData("""{"Indices":{}}""")]
    [InlineData("""{"Indices":[{"Relationship":"Child"}]}""")]
    [InlineData("""{"Version":1""")]
    [InlineData("""{"Version":1}{}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_the_serializer_refuses_is_refused(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Case>(bytes, CasesContainer.Json));
        Assert.ThrowsAny<JsonException>(() => StoredCaseReader.Read(bytes, CasesContainer.Json));
    }

    [Fact]
    public void Indices_alone_are_read()
    {
        for (var i = 0; i < 100; i++)
        {
            var indices = RandomCase().Indices;
            Assert.Equal(indices, CasesContainer.UnpackIndices(CasesContainer.PackIndices(indices)));
        }
    }

    private static void AssertSame(byte[] json)
    {
        var expected = JsonSerializer.Deserialize<Case>(json, CasesContainer.Json)!;
        var found = StoredCaseReader.Read(json, CasesContainer.Json);
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(found));
        Assert.Equal(expected.Properties?.ToList(), found.Properties?.ToList());
    }

    private static bool CanBeNull(JsonNode? value) =>
        value?.GetValueKind() is JsonValueKind.Array or JsonValueKind.Object || value?.ToString() == "";

    private Case RandomCase()
    {
        Assert.True(CaseId.TryParse($"case-{_random.Next()}é\"\\", out var id));
        return new Case(id, new ProjectId(_random.Next()))
        {
            Version = _random.Next(),
            Revision = _random.Next(3),
            ServerModifiedOn = Time(),
            Type = _random.Next(3) == 0 ? Text() : "patient",
            Name = Text(),
            ExternalId = Text(),
            Owner = new OwnerId(_random.Next(3) == 0 ? Text() : "owner"),
            OpenedOn = _random.Next(2) == 0 ? null : Time(),
            OpenedBy = Text(),
            ModifiedOn = Time(),
            ModifiedBy = Text(),
            Closed = _random.Next(2) == 0,
            ClosedOn = _random.Next(2) == 0 ? null : Time(),
            ClosedBy = Text(),
            Deleted = _random.Next(2) == 0,
            Properties = Some(120, i => KeyValuePair.Create(i % 3 == 0 ? $"p{i}" : $"{Text()}{i}", Text())).ToDictionary(),
            Forgotten = Some(3, _ => Text()),
            Indices = Some(4, i => new CaseIndex($"parent{i}", i % 2 == 0 ? id : null, Text(), (CaseRelationship)_random.Next(2))),
            Ledger = Some(3, i => new LedgerBalance(Text(), $"entry{i}", _random.Next(-5, 5))),
            Extensions = _random.Next(4),
            Transactions = Some(
                3,
                i => new CaseTransaction(
                    new CaseForm(i, InstanceId.Parse($"root{i}"), InstanceId.Parse($"uuid:{i}"), "hash"),
                    i,
                    Time(),
                    _random.Next(2) == 0 ? null : Text()
                )
                {
                    User = _random.Next(2) == 0 ? null : Text(),
                    Date = _random.Next(2) == 0 ? null : Time(),
                }
            ),
            FormerOwners = Some(2, i => new FormerOwner(new OwnerId(Text()), i)),
        };
    }

    private List<T> Some<T>(int most, Func<int, T> make) => [.. Enumerable.Range(0, _random.Next(most + 1)).Select(make)];

    private string Text() => Texts[_random.Next(Texts.Length)];

    private DateTimeOffset Time() => new(_random.NextInt64(1L << 58), TimeSpan.FromHours(_random.Next(-2, 3)));
}
