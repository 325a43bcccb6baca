using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Exports;
using Xunit;

namespace ServerlessRosa.Core.Tests.Exports;

public sealed class TypedValueTests
{
    [Theory, Clause("OR-278")]
    [InlineData("int", "30", "30")]
    [InlineData("int", "\n 3.0 ", "3")]
    [InlineData("int", "-3.7", "-3")]
    [InlineData("int", "1e3", "1000")]
    [InlineData("int", "many", "null")]
    [InlineData("int", "99999999999999999999", "null")]
    [InlineData("decimal", " 3.50\n", "3.50")]
    [InlineData("decimal", "3,5", "null")]
    [InlineData("boolean", " 1 ", "true")]
    [InlineData("boolean", "yes", "null")]
    [InlineData("date", "2020-02-29\n", "\"2020-02-29\"")]
    [InlineData("date", "2020-01-01T10:00:00.000+03:00", "\"2020-01-01\"")]
    [InlineData("date", "2021-02-29", "null")]
    [InlineData("date", "01/02/2020", "null")]
    [InlineData("date", "2020-01-01 or so", "null")]
    [InlineData("dateTime", "2020-01-01T10:00:00.000+03\n", "\"2020-01-01T10:00:00.000+03:00\"")]
    [InlineData("dateTime", "2020-01-01T10:00:00.000-0330", "\"2020-01-01T10:00:00.000-03:30\"")]
    [InlineData("dateTime", "2020-01-01T10:00:00Z", "\"2020-01-01T10:00:00Z\"")]
    [InlineData("dateTime", "2020-01-01T10:00+03:00", "\"2020-01-01T10:00+03:00\"")]
    [InlineData("dateTime", "2020-01-01T25:00:00Z", "null")]
    [InlineData("dateTime", "2020-13-01T10:00:00Z", "null")]
    [InlineData("dateTime", "2020-01-01", "null")]
    [InlineData("dateTime", "2020-01-01T10:00:00", "null")]
    [InlineData("dateTime", "yesterday", "null")]
    [InlineData("time", " 10:00:00.000+03", "\" 10:00:00.000+03\"")]
    [InlineData("string", " a ", "\" a \"")]
    public void A_typed_answer_is_trimmed_and_null_where_it_is_of_another_type(string type, string answer, string expected)
    {
        using var bytes = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                bytes,
                new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
        {
            TypedValue.Write(json, type, answer);
        }
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
