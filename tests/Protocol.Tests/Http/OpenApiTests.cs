using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>The description of the API for programs. <see cref="ApiContract"/> compares the answers of all tests with it.</summary>
public sealed class OpenApiTests
{
    /// <summary>`ROSA_WRITE_OPENAPI=1` writes the file anew.</summary>
    [Fact]
    public async Task The_repository_has_the_document_that_the_server_gives_to_everybody()
    {
        var given = (await Api.Anonymous(await Server.SharedAsync()).GetAsync("/openapi.json")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(0, given.StorageOperations);
        var file = Repository.Locate("docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("ROSA_WRITE_OPENAPI") is not null)
        {
            await File.WriteAllBytesAsync(file, given.Bytes);
        }
        Assert.Equal(await File.ReadAllTextAsync(file), given.Text);
    }

    [Theory]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false,"required":["a"]}""",
        """{"a":1}""",
        true
    )]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false,"required":["a"]}""",
        """{"a":"1"}""",
        false
    )]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false,"required":["a"]}""",
        """{"a":1,"b":1}""",
        false
    )]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false,"required":["a"]}""", "{}", false)]
    [InlineData("""{"type":"array","items":{"anyOf":[{"type":"null"},{"type":["string","boolean"]}]}}""", """["a",null,true]""", true)]
    [InlineData("""{"type":"array","items":{"anyOf":[{"type":"null"},{"type":["string","boolean"]}]}}""", "[1]", false)]
    [InlineData("""{"type":"object","additionalProperties":{"type":"number"}}""", """{"x":1.5}""", true)]
    [InlineData("""{"type":"object","additionalProperties":{"type":"number"}}""", """{"x":null}""", false)]
    [InlineData("""{"type":["string","null"],"enum":["a",null]}""", "null", true)]
    [InlineData("""{"type":["string","null"],"enum":["a",null]}""", "\"b\"", false)]
    public void Values_are_compared_with_their_schema(string schema, string value, bool fits)
    {
        var difference = ApiContract.Difference(Parse(schema), Parse(value), "answer");
        Assert.True(fits == difference is null, difference);

        static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
    }
}
