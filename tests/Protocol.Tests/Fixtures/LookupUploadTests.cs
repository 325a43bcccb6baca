using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.XlsForms.Tests;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>Rows of lookup tables from CSV files and workbooks (CC-144).</summary>
public sealed class LookupUploadTests
{
    private const string Csv = "text/csv";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    [Fact, Clause("CC-144")]
    public async Task A_file_becomes_the_tables_rows_after_a_dry_run_that_changes_nothing()
    {
        var (domain, table) = await TableAsync();
        const string first = "code;name\nA1;\"Amox; 250\"\nB2;Ibu\n\nC3;Zinc\n";
        var planned = (await UploadAsync(domain, table, first, "?dry_run=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((3, 0, 0), Counts(planned));
        Assert.Equal(
            "Amox; 250",
            planned.GetProperty("examples").GetProperty("added")[0].GetProperty("after").GetProperty("name").GetString()
        );
        Assert.Equal("UID,field: code,field: name\n", await DownloadAsync(domain, table));

        Assert.Equal((3, 0, 0), Counts((await UploadAsync(domain, table, first)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 0), Counts((await UploadAsync(domain, table, first)).Json));
        var file = await DownloadAsync(domain, table);
        Assert.Equal(["A1,Amox; 250", "B2,Ibu", "C3,Zinc"], file.Trim().Split('\n')[1..].Select(row => row.Split(',', 2)[1]));

        // By its UID a row is changed; what the file lacks is removed, unless it is to stay.
        var changed = file.Replace("Ibu", "Ibuprofen", StringComparison.Ordinal).Replace("C3,Zinc", "", StringComparison.Ordinal);
        changed = string.Join('\n', changed.Split('\n').Where(row => !row.EndsWith(',')));
        Assert.Equal((0, 1, 0), Counts((await UploadAsync(domain, table, changed, "?dry_run=true&keep=true")).Json));
        Assert.Equal((0, 1, 1), Counts((await UploadAsync(domain, table, changed)).Json));
        Assert.EndsWith("B2,Ibuprofen\n", await DownloadAsync(domain, table), StringComparison.Ordinal);
        var rows = (await domain.Admin.GetAsync(domain.Api($"lookup_table_item/?data_type_id={table}"))).Json.GetProperty("objects");
        Assert.Equal(2, rows.GetArrayLength());
        (await domain.Admin.GetAsync(domain.Api($"lookup_table_item/{rows[1].GetProperty("id").GetString()}/"))).ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact, Clause("CC-144")]
    public async Task Many_rows_come_in_batches_in_the_order_of_the_file_with_their_owners()
    {
        var (domain, table) = await TableAsync();
        var worker = await domain.WorkerAsync();
        var file = new StringBuilder("code,user 1\n");
        for (var number = 0; number < 100; number++)
        {
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"c{number:D3},{(number == 7 ? worker.Username : "")}\n");
        }
        Assert.Equal((100, 0, 0), Counts((await UploadAsync(domain, table, file.ToString())).ShouldBe(HttpStatusCode.OK).Json));
        var downloaded = await DownloadAsync(domain, table);
        Assert.Equal(
            Enumerable.Range(0, 100).Select(number => $"c{number:D3}"),
            downloaded.Trim().Split('\n')[1..].Select(row => row.Split(',')[1])
        );
        Assert.Contains($"c007,,{worker.Username}\n", downloaded, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), Counts((await UploadAsync(domain, table, downloaded)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 100), Counts((await UploadAsync(domain, table, "code\n")).ShouldBe(HttpStatusCode.OK).Json));
    }

    [Fact, Clause("CC-144")]
    public async Task A_workbook_is_read_like_a_CSV_file_and_a_hostile_one_is_refused()
    {
        var (domain, table) = await TableAsync();
        var book = new WorkbookBuilder().Table("drugs", "code|name", "A1|Amox", "B2|12").Table("notes", "colour", "red").Build().ToArray();
        Assert.Equal((2, 0, 0), Counts((await UploadAsync(domain, table, book, Xlsx)).ShouldBe(HttpStatusCode.OK).Json));
        var rows = (await DownloadAsync(domain, table)).Trim().Split('\n')[1..];
        Assert.Equal(["A1,Amox", "B2,12"], rows.Select(row => row.Split(',', 2)[1]));

        using var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var part = zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.SmallestSize).Open();
            var zeros = new byte[1 << 20];
            for (var megabytes = 0; megabytes < 200; megabytes++)
            {
                part.Write(zeros);
            }
        }
        foreach (var hostile in new[] { bomb.ToArray(), [], "PK\u0003\u0004 nonsense"u8.ToArray(), Samples.Bytes(5000) })
        {
            (await UploadAsync(domain, table, hostile, Xlsx)).ShouldBe(HttpStatusCode.BadRequest);
        }
        (await UploadAsync(domain, table, new byte[(8 << 20) + 1], Xlsx)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact, Clause("CC-144")]
    public async Task A_table_is_downloaded_as_a_workbook_that_can_be_uploaded_again()
    {
        var (domain, table) = await TableAsync();
        var file = "code,name\n007,=SUM(A1)\nB2,\"Zoë & <co>\"\nC3,\u0001\n";
        Assert.Equal((3, 0, 0), Counts((await UploadAsync(domain, table, file)).ShouldBe(HttpStatusCode.OK).Json));
        var book = (await domain.Admin.GetAsync($"{Rows(domain, table)}?format=xlsx")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Xlsx, book.Header("Content-Type"));
        Assert.Matches("filename=\"?drug.*\\.xlsx", book.Header("Content-Disposition"));
        var again = (await UploadAsync(domain, table, book.Bytes, Xlsx)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((0, 1, 0), Counts(again)); // the character that XML does not have
        Assert.Contains(",007,=SUM(A1)\n", await DownloadAsync(domain, table), StringComparison.Ordinal);
        (await domain.Admin.HeadAsync($"{Rows(domain, table)}?format=xlsx")).ShouldBe(HttpStatusCode.OK);
        (await domain.Admin.GetAsync($"{Rows(domain, table)}?format=pdf")).ShouldBe(HttpStatusCode.BadRequest);

        var cell = new string('x', 32_768);
        Assert.Equal((1, 0, 3), Counts((await UploadAsync(domain, table, $"code\n{cell}\n")).ShouldBe(HttpStatusCode.OK).Json));
        (await domain.Admin.GetAsync($"{Rows(domain, table)}?format=xlsx")).ShouldBe(HttpStatusCode.BadRequest);
        Assert.Contains(cell, await DownloadAsync(domain, table), StringComparison.Ordinal);
    }

    [Fact, Clause("CC-144")]
    public async Task An_upload_that_is_stopped_says_what_it_wrote_and_the_same_file_completes_it()
    {
        var (domain, table) = await TableAsync();
        await using var faulty = await FaultyServer.TakeAsync();
        var old = (await domain.Admin.PostJsonAsync(domain.Api("lookup_table_item/"), Row("old"))).ShouldBe(HttpStatusCode.Created).Json;
        var file = $"UID,code,Delete(Y/N)\n{string.Concat(Enumerable.Range(0, 100).Select(number => $",c{number},\n"))}";
        file += $"{old.GetProperty("id").GetString()},,Y\n";

        // Somebody else adds a row before the second batch.
        faulty.Storage.Fail(Fault.Blocked, IsBatch, from: 2);
        var upload = UploadAsync(domain.On(faulty.Server), table, file);
        await Eventually.TrueAsync(() => Task.FromResult(faulty.Storage.Seen >= 2), "the second batch was sent");
        (await domain.Admin.PostJsonAsync(domain.Api("lookup_table_item/"), Row("other"))).ShouldBe(HttpStatusCode.Created);
        faulty.Storage.StopFailing();
        var stopped = (await upload).ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("error").GetString();
        Assert.Contains("Before that 45 rows were added", stopped, StringComparison.Ordinal);
        Assert.Equal(47, (await DownloadAsync(domain, table)).Trim().Split('\n').Length - 1);

        // Storage fails during the last batch but one of the next attempt, and the third completes it.
        faulty.Storage.Fail(Fault.ServerError, IsBatch, from: 2);
        var failed = (await UploadAsync(domain.On(faulty.Server), table, file)).ShouldBe(HttpStatusCode.InternalServerError);
        faulty.Storage.StopFailing();
        Assert.Contains("Before that 45 rows were added", failed.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal((10, 0, 2), Counts((await UploadAsync(domain, table, file)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 0), Counts((await UploadAsync(domain, table, file)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal(100, (await DownloadAsync(domain, table)).Trim().Split('\n').Length - 1);

        // A text that storage could not hold is seen before anything is written.
        var tooLong = (await UploadAsync(domain, table, $"code\nnew\n{new string('ß', 80_000)}\n")).ShouldBe(HttpStatusCode.BadRequest);
        Assert.Contains("Row 3", tooLong.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(100, (await DownloadAsync(domain, table)).Trim().Split('\n').Length - 1);

        object Row(string code) => new { data_type_id = table, fields = new { code = LookupTableFixtureTests.One(code) } };
    }

    private static bool IsBatch(Microsoft.AspNetCore.Http.HttpRequest request) =>
        request.Path.Value!.Contains("/$batch", StringComparison.Ordinal);

    [Theory]
    [InlineData("colour\nred\n", "no field for the column colour")]
    [InlineData("code,field: code\na,b\n", "two columns")]
    [InlineData("UID,code\nunknown,a\n", "no row with the UID unknown")]
    [InlineData("code,user 1\na,nobody\n", "Row 2 of the file: there is no user nobody")]
    [InlineData("code\na,b\n", "more cells")]
    [InlineData("", "empty")]
    [Clause("CC-144")]
    public async Task What_does_not_fit_the_table_is_refused_and_changes_nothing(string file, string reason)
    {
        var (domain, table) = await TableAsync();
        var refused = (await UploadAsync(domain, table, file)).ShouldBe(HttpStatusCode.BadRequest);
        Assert.Contains(reason, refused.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("UID,field: code,field: name\n", await DownloadAsync(domain, table));
        (await UploadAsync(domain, table, "code\n", "?replace=true")).ShouldBe(HttpStatusCode.NotImplemented);
        (await UploadAsync(domain, table, Encoding.UTF8.GetBytes(file), "text/plain")).ShouldBe(HttpStatusCode.BadRequest);
        (await UploadAsync(domain, "unknown", "code\n")).ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<(Domain Domain, string Table)> TableAsync()
    {
        var domain = await Domain.StartAsync();
        var fields = new[] { new { field_name = "code" }, new { field_name = "name" } };
        return (domain, await domain.CreateAsync("lookup_table", new { tag = Samples.Unique("drug"), fields }));
    }

    private static (int Added, int Changed, int Removed) Counts(JsonElement plan) =>
        (plan.GetProperty("added").GetInt32(), plan.GetProperty("changed").GetInt32(), plan.GetProperty("removed").GetInt32());

    private static Task<Answer> UploadAsync(Domain domain, string table, string file, string query = "") =>
        domain.Admin.PostAsync(Rows(domain, table) + query, Samples.Part(Encoding.UTF8.GetBytes(file), Csv));

    private static Task<Answer> UploadAsync(Domain domain, string table, byte[] file, string type) =>
        domain.Admin.PostAsync(Rows(domain, table), Samples.Part(file, type));

    private static async Task<string> DownloadAsync(Domain domain, string table) =>
        (await domain.Admin.GetAsync(Rows(domain, table))).ShouldBe(HttpStatusCode.OK).Text;

    private static string Rows(Domain domain, string table) => domain.At($"/api/lookup_table/v1/{table}/rows");
}
