using System.Text;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using Xunit;

namespace ServerlessRosa.Core.Tests.Exports;

public sealed class SubmissionRowsTests
{
    [Fact, Clause("OR-273")]
    public void Rows_are_returned_when_their_element_ends_and_the_submission_row_last()
    {
        var schema = Schema(
            ("/a", "string"),
            ("/g", "structure"),
            ("/g/r", "repeat"),
            ("/g/r/b", "string"),
            ("/g/r/s", "repeat"),
            ("/g/r/s/c", "string")
        );

        var rows = Read(schema, "<d><a>1</a><g><r><b>2</b><s><c>3</c></s><s/></r><r><s><c>4</c></s></r></g></d>");

        Assert.Equal(
            ["uuid/g/r[1]/s[1] 3", "uuid/g/r[1]/s[2] ", "uuid/g/r[1] 2", "uuid/g/r[2]/s[1] 4", "uuid/g/r[2] ", "uuid 1"],
            rows.Select(row => $"{row.CsvKey("uuid")} {row[0]}")
        );
    }

    [Fact, Clause("OR-273")]
    public void Answers_are_matched_by_local_name_and_kept_as_they_are()
    {
        var schema = Schema(("/a", "string"), ("/b", "string"), ("/c", "string"), ("/d", "string"));

        var row = Read(schema, "<x:d xmlns:x='u'><x:a> 1 &amp; 2\n</x:a><b></b><c/><other>9</other><d><![CDATA[<3>]]> <i>4</i>5</d></x:d>")
            .Single();

        Assert.Equal([" 1 & 2\n", null, null, "<3> 5"], Enumerable.Range(0, 4).Select(column => row[column]));
    }

    [Theory, Clause("OR-273")]
    [InlineData("<d encrypted='yes'><a>1</a></d>")]
    [InlineData("<d><a>1</a><base64EncryptedKey>a2V5</base64EncryptedKey></d>")]
    public void Encrypted_submissions_change_no_entities(string xml)
    {
        var row = Read(Schema(("/a", "string")), xml).Single();
        Assert.True(row.IsEncrypted);
        Assert.Null(row[0]);
    }

    [Fact, Clause("OR-277")]
    public void The_id_of_a_repeat_row_is_the_hash_of_its_position()
    {
        var schema = Schema(("/children", "structure"), ("/children/child", "repeat"), ("/children/child/name", "string"));
        var rows = Read(schema, "<d><children><child><name>a</name></child></children></d>");
        Assert.Equal("46ebf42ee83ddec5028c42b2c054402d1e700208", rows[0].ODataId("double"));
        Assert.Equal("double", rows[1].ODataId("double"));
    }

    [Fact, Clause("OR-275")]
    public void Files_of_repeats_are_numbered_where_their_names_are_the_same()
    {
        var schema = Schema(("/g", "structure"), ("/g/r", "repeat"), ("/r", "repeat"), ("/s", "repeat"));
        Assert.Equal(["f.csv", "f-r~1.csv", "f-r~2.csv", "f-s.csv"], FileNames.OfTables("f", schema));
        Assert.Equal(["....f.csv", "....f-r~1.csv", "....f-r~2.csv", "....f-s.csv"], FileNames.OfTables("../..\\f", schema));
    }

    [Theory]
    [InlineData("a.jpg", "a.jpg")]
    [InlineData("../a\\b:c\u0001.jpg", "..abc.jpg")]
    [InlineData("..", "_")]
    [InlineData(" /", "_")]
    public void No_name_leads_out_of_the_folder(string name, string safe) => Assert.Equal(safe, FileNames.Safe(name));

    [Theory]
    [InlineData("name", "name")]
    [InlineData("_a1", "_a1")]
    [InlineData("1a", "_1a")]
    [InlineData("-a", "__a")]
    [InlineData("a--b.c", "a_b_c")]
    [InlineData("é", "__")]
    [InlineData("", "")]
    public void Names_become_valid_OData_identifiers(string name, string expected) => Assert.Equal(expected, ODataName.Of(name));

    private static ExportSchema Schema(params (string Path, string Type)[] fields) =>
        ExportSchema.Of([.. fields.Select(field => new FormField(field.Path, field.Path.Split('/')[^1], field.Type, null, null, null))]);

    private static List<ExportRow> Read(ExportSchema schema, string xml) => [.. SubmissionRows.Read(schema, Encoding.UTF8.GetBytes(xml))];
}
