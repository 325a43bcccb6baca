using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Azure;
using Azure.Data.Tables;
using Xunit;
using static Azure.Data.Tables.TableTransactionActionType;

namespace ServerlessRosa.Core.Tests.Tables;

public sealed class TableWireTests
{
    [Fact]
    public async Task An_entity_is_sent_with_the_annotations_that_its_types_need_and_a_signature_over_date_and_path()
    {
        await using var service = new RecordedService(new RecordedService.Answer(204, ""));
        await service.Table().AddEntityAsync(new TableEntity("p", "r")
        {
            ["Text"] = "it's \"ü\"",
            ["Int"] = 1,
            ["Long"] = 2L,
            ["Double"] = 1d,
            ["Bool"] = true,
            ["Id"] = Guid.Empty,
            ["Moment"] = DateTimeOffset.UnixEpoch.AddTicks(10),
            ["Bytes"] = new byte[] { 1, 2, 3 },
            ["Null"] = null,
            ["Timestamp"] = DateTimeOffset.UnixEpoch,
            ["odata.etag"] = "old",
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal(("POST", "/acc/Visits"), (request.Method, request.Path));
        Assert.Equal(
            """
            {"PartitionKey":"p","RowKey":"r","Text":"it's \"ü\"","Int":1,
            "Long@odata.type":"Edm.Int64","Long":"2",
            "Double@odata.type":"Edm.Double","Double":1,
            "Bool":true,
            "Id@odata.type":"Edm.Guid","Id":"00000000-0000-0000-0000-000000000000",
            "Moment@odata.type":"Edm.DateTime","Moment":"1970-01-01T00:00:00.0000010Z",
            "Bytes@odata.type":"Edm.Binary","Bytes":"AQID"}
            """.ReplaceLineEndings(""),
            request.Body);
        Assert.Contains("x-ms-version: 2020-12-06", request.Headers, StringComparison.Ordinal);
        Assert.Contains("DataServiceVersion: 3.0", request.Headers, StringComparison.Ordinal);
        Assert.Contains("Prefer: return-no-content", request.Headers, StringComparison.Ordinal);
        Assert.Contains("Accept: application/json;odata=minimalmetadata", request.Headers, StringComparison.Ordinal);
        var date = Regex.Match(request.Headers, "x-ms-date: (.*GMT)").Groups[1].Value;
        var signature = HMACSHA256.HashData("key"u8, Encoding.UTF8.GetBytes($"{date}\n/acc/acc/Visits"));
        Assert.Contains($"Authorization: SharedKeyLite acc:{Convert.ToBase64String(signature)}", request.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_is_sent_as_one_change_set_in_one_batch()
    {
        await using var service = new RecordedService(new RecordedService.Answer(202, Batch(NoContent, NoContent, NoContent, NoContent), "multipart/mixed; boundary=batchresponse_1"));
        var table = service.Table();

        await table.SubmitTransactionAsync(
        [
            new(Add, new TableEntity("p", "0")),
            new(UpdateMerge, new TableEntity("p", "it's"), new ETag("W/\"1\"")),
            new(UpsertReplace, new TableEntity("p", "2")),
            new(Delete, new TableEntity("p", "3")),
        ]);

        var request = Assert.Single(service.Requests);
        var id = Regex.Match(request.Headers, "Content-Type: multipart/mixed; boundary=batch_(.*?)\r\n").Groups[1].Value;
        Assert.Equal(("POST", "/acc/$batch"), (request.Method, request.Path));
        Assert.Equal(
            $$"""
            --batch_{{id}}
            Content-Type: multipart/mixed; boundary=changeset_{{id}}

            --changeset_{{id}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            POST {{table.Uri}} HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"0"}
            --changeset_{{id}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            PATCH {{table.Uri}}(PartitionKey='p',RowKey='it%27%27s') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            If-Match: W/"1"
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"it's"}
            --changeset_{{id}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            PUT {{table.Uri}}(PartitionKey='p',RowKey='2') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"2"}
            --changeset_{{id}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            DELETE {{table.Uri}}(PartitionKey='p',RowKey='3') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            If-Match: *


            --changeset_{{id}}--
            --batch_{{id}}--

            """.ReplaceLineEndings("\r\n"),
            request.Body);
    }

    [Fact]
    public async Task A_refused_transaction_tells_which_action_and_why()
    {
        const string Refusal =
            "HTTP/1.1 409 Conflict\r\nContent-ID: 2\r\nContent-Type: application/json;odata=minimalmetadata\r\n\r\n"
            + """{"odata.error":{"code":"EntityAlreadyExists","message":{"lang":"en-US","value":"12:The specified entity already exists.\nTime: 12:00"}}}""" + "\r\n";
        await using var service = new RecordedService(new RecordedService.Answer(202, Batch(Refusal), "multipart/mixed; boundary=\"batchresponse_1\"; charset=utf-8"));

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() =>
            service.Table().SubmitTransactionAsync([new(Add, new TableEntity("p", "r"))]));

        Assert.Equal((409, "EntityAlreadyExists", 12), (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex));
        Assert.StartsWith("12:The specified entity already exists.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_page_with_a_continuation_is_not_the_last()
    {
        await using var service = new RecordedService(
            Page("", ("NextPartitionKey", "1!4!a b&c"), ("NextRowKey", "1!0!'c'")),
            Page("", ("NextPartitionKey", "1!4!d")),
            Page("""{"odata.etag":"W/\"1\"","PartitionKey":"p","RowKey":"r","Timestamp":"2024-01-01T00:00:00Z","N":1}"""));

        var rows = new List<TableEntity>();
        await foreach (var row in service.Table().QueryAsync<TableEntity>("N eq 1", maxPerPage: 5)) rows.Add(row);

        Assert.Equal(1, Assert.Single(rows).GetInt32("N"));
        Assert.Equal(
            [
                "/acc/Visits()?$filter=N%20eq%201&$top=5",
                "/acc/Visits()?$filter=N%20eq%201&$top=5&NextPartitionKey=1%214%21a%20b%26c&NextRowKey=1%210%21%27c%27",
                "/acc/Visits()?$filter=N%20eq%201&$top=5&NextPartitionKey=1%214%21d",
            ],
            service.Requests.Select(request => request.Path));

        static RecordedService.Answer Page(string rows, params (string Name, string Value)[] continuation) => new(
            200, $$"""{"odata.metadata":"http://acc/$metadata#Visits","value":[{{rows}}]}""", "application/json;odata=minimalmetadata",
            continuation.ToDictionary(header => "x-ms-continuation-" + header.Name, header => header.Value));
    }

    [Fact]
    public async Task A_busy_service_is_asked_again_and_a_refusal_is_not()
    {
        await using var service = new RecordedService(
            new RecordedService.Answer(503, """{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"Busy."}}}"""),
            new RecordedService.Answer(500, "", "text/plain"),
            new RecordedService.Answer(403, "<html>A proxy says no</html>", "text/html"));
        var options = new TableClientOptions { Retry = { Delay = TimeSpan.FromMilliseconds(1) } };

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => service.Table(options).GetEntityIfExistsAsync<TableEntity>("p", "r"));

        Assert.Equal((int)HttpStatusCode.Forbidden, failure.Status);
        Assert.Equal(3, service.Requests.Count);
        Assert.All(service.Requests, request => Assert.Contains("Authorization: SharedKeyLite acc:", request.Headers, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doubles_come_as_numbers_or_as_the_words_that_json_has_no_number_for()
    {
        await using var service = new RecordedService(new RecordedService.Answer(200,
            """{"PartitionKey":"p","RowKey":"r","Whole":1.0,"Part":0.5,"Int":1,"Big@odata.type":"Edm.Double","Big":"Infinity","Not@odata.type":"Edm.Double","Not":"NaN"}"""));

        var found = (await service.Table().GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal((1.0, 0.5, 1), (found["Whole"], found["Part"], found["Int"]));
        Assert.Equal((double.PositiveInfinity, double.NaN), (found["Big"], found["Not"]));
    }

    private const string NoContent = "HTTP/1.1 204 No Content\r\nCache-Control: no-cache\r\nDataServiceVersion: 1.0;\r\nETag: W/\"2\"\r\n\r\n";

    private static string Batch(params string[] answers)
    {
        var parts = answers.Select(answer => $"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{answer}\r\n");
        return $"--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n{string.Concat(parts)}--changesetresponse_2--\r\n--batchresponse_1--\r\n";
    }
}
