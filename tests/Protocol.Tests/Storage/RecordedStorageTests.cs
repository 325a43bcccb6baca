using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Storage;

/// <summary>
/// Rows, blobs and answers that version f121876 (November 2026) wrote: a project with a bit of everything. The current version opens the
/// same storage and gives the same answers. `recorded-2026-11.jsonl` has one JSON object per line: ids, a row, a blob or an answer.
/// </summary>
public sealed partial class RecordedStorageTests : IAsyncLifetime
{
    private readonly List<JsonElement> _lines =
    [
        .. File.ReadLines(Repository.Locate("tests", "Protocol.Tests", "Storage", "recorded-2026-11.jsonl"))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
    ];

    private string _storage = "";
    private Server _server = null!;

    public async Task InitializeAsync()
    {
        _storage = await OwnStorage.NewAccountAsync();
        await WriteRowsAsync();
        await WriteBlobsAsync();
        _server = await Server.StartAsync(storage: _storage);
    }

    public Task DisposeAsync()
    {
        _server.App!.Kill();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Storage_of_an_older_version_gives_the_same_answers()
    {
        var admin = await Api.AdministratorAsync(_server);
        var origin = _server.BaseUrl.GetLeftPart(UriPartial.Authority);
        var answers = _lines.Where(line => line.TryGetProperty("get", out _)).ToList();
        Assert.NotEmpty(answers);
        foreach (var expected in answers)
        {
            var path = expected.GetProperty("get").GetString()!;
            var client =
                path.EndsWith("formList", StringComparison.Ordinal) || path.EndsWith("manifest", StringComparison.Ordinal)
                    ? admin.OpenRosa
                    : admin;

            var answer = await client.GetAsync(path.StartsWith("/a/", StringComparison.Ordinal) ? origin + path : path);

            Assert.Equal((path, expected.GetProperty("status").GetInt32()), (path, (int)answer.Status));
            Assert.Equal((path, expected.GetProperty("type").GetString()), (path, answer.ContentHeaders.ContentType?.ToString()));
            var body = answer
                .Text.Replace(origin, "{origin}", StringComparison.Ordinal)
                .Replace(_server.BaseUrl.Authority, "{host}", StringComparison.Ordinal);
            Assert.Equal(
                (path, InOwnOrder(path, WithoutLinkIds(expected.GetProperty("body").GetString()!))),
                (path, InOwnOrder(path, WithoutLinkIds(WithoutNewMembers(body))))
            );
        }
    }

    [Fact]
    public async Task Phones_with_sync_logs_of_an_older_version_continue()
    {
        var ids = _lines[0].GetProperty("ids");
        var project = $"/projects/{ids.GetProperty("project").GetString()}";
        var admin = await Api.AdministratorAsync(_server);
        var token = (await admin.GetAsync($"{project}/app-users"))
            .Json.EnumerateArray()
            .Select(user => user.GetProperty("token").GetString()!)
            .Last();
        var form = ids.GetProperty("form").GetString()!;

        foreach (var (instance, deprecated) in new[] { ("uuid:plain", null), ("uuid:newer", "uuid:plain") })
        {
            var xml = Samples.Submission(form, instance, "2", "oak", deprecatedId: deprecated);
            (await Api.WithKey(_server, token).PostAsync($"{project}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);
        }

        var versions = await admin.GetAsync($"{project}/forms/{form}/submissions/uuid:plain/versions");
        Assert.Equal(2, versions.Json.GetArrayLength());
        var restore = await Api.WithBasic(_server, ids.GetProperty("phone worker").GetString()!, ids.GetProperty("password").GetString()!)
            .GetAsync(
                $"{_server.BaseUrl.GetLeftPart(UriPartial.Authority)}/a/{ids.GetProperty("domain").GetString()}/phone/restore/?version=2.0"
            );
        Assert.Contains(ids.GetProperty("mother").GetString()!, restore.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        (await Maintenance.Maintenance.RunAsync("verify", "--content", "--settle", "1", "--storage", _storage)).ShouldSucceed();
    }

    // Projects have more settings than then.
    private static string WithoutNewMembers(string body) =>
        body.Replace(",\"fuzzyProperties\":[],\"userCases\":false", "", StringComparison.Ordinal);

    // Older versions answered null for the ids of form links.
    private static string WithoutLinkIds(string body) => LinkId().Replace(body, "\"$1\":null");

    [GeneratedRegex("\"(enketoId|enketoOnceId)\":(?:null|\"[^\"]*\")")]
    private static partial Regex LinkId();

    // Older versions listed cases by owner and took `indexed_on` from the last change; now both are by the time at which storage wrote the
    // row, which here is that of this test.
    private static string InOwnOrder(string path, string body)
    {
        if (!path.Contains("/case/v2/?", StringComparison.Ordinal))
        {
            return body;
        }
        var cases = JsonNode.Parse(body)!["cases"]!.AsArray().Select(one => one!.AsObject()).ToList();
        Assert.NotEmpty(cases);
        Assert.All(cases, one => Assert.True(one.Remove("indexed_on")));
        return string.Join('\n', cases.Select(one => one.ToJsonString()).Order(StringComparer.Ordinal));
    }

    private async Task WriteRowsAsync()
    {
        var tables = new TableServiceClient(_storage);
        foreach (
            var table in _lines.Where(line => line.TryGetProperty("table", out _)).GroupBy(line => line.GetProperty("table").GetString()!)
        )
        {
            await tables.CreateTableIfNotExistsAsync(table.Key);
            foreach (var row in table)
            {
                var entity = new TableEntity();
                foreach (var column in row.GetProperty("row").EnumerateObject())
                {
                    entity[column.Name] = ValueOf(column.Value);
                }
                await tables.GetTableClient(table.Key).AddEntityAsync(entity);
            }
        }
    }

    private async Task WriteBlobsAsync()
    {
        var blobs = new BlobServiceClient(_storage);
        foreach (var line in _lines.Where(line => line.TryGetProperty("blob", out _)))
        {
            var container = blobs.GetBlobContainerClient(line.GetProperty("container").GetString());
            await container.CreateIfNotExistsAsync();
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders
                {
                    ContentType = line.GetProperty("type").GetString(),
                    ContentEncoding = line.GetProperty("encoding").GetString(),
                },
                Metadata = line.GetProperty("metadata").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!),
            };
            var content = new BinaryData(line.GetProperty("content").GetBytesFromBase64());
            await container.GetBlobClient(line.GetProperty("blob").GetString()).UploadAsync(content, options);
        }
    }

    private static object ValueOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            JsonValueKind.Number when value.TryGetInt32(out var number) => number,
            JsonValueKind.Number => value.GetDouble(),
            _ => value.EnumerateObject().Single() switch
            {
                { Name: "binary" } typed => typed.Value.GetBytesFromBase64(),
                { Name: "time" } typed => typed.Value.GetDateTimeOffset(),
                { Name: "int64" } typed => long.Parse(typed.Value.GetString()!, CultureInfo.InvariantCulture),
                { Name: "guid" } typed => typed.Value.GetGuid(),
                var typed => throw new InvalidDataException($"A recorded value of type {typed.Name} is not known."),
            },
        };
}
