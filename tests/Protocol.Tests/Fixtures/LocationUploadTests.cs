using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>Locations from CSV files and workbooks (CC-144).</summary>
public sealed class LocationUploadTests
{
    private const string Csv = "text/csv";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const string Tree =
        "site_code,name,location_type,parent_site_code,latitude,data: beds\n"
        + "dala,Dala,District,kano,12.5,7\n"
        + "kano,Kano,state,,,\n"
        + ",Nassarawa,district,kano,,\n";

    [Fact, Clause("CC-144")]
    public async Task A_file_adds_changes_and_deletes_locations_after_a_dry_run_that_changes_nothing()
    {
        var domain = await WithTypesAsync();
        var planned = (await UploadAsync(domain, Tree, "?dry_run=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((3, 0, 0, 0), Counts(planned));
        var first = planned.GetProperty("examples").GetProperty("added")[0].GetProperty("after");
        Assert.Equal(("kano", "7"), (first.GetProperty("parent_site_code").GetString(), first.GetProperty("data: beds").GetString()));
        Assert.Empty(await LocationsAsync(domain));

        Assert.Equal((3, 0, 0, 0), Counts((await UploadAsync(domain, Tree)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 0, 3), Counts((await UploadAsync(domain, Tree)).ShouldBe(HttpStatusCode.OK).Json));
        var dala = (await LocationsAsync(domain)).Single(location => location.GetProperty("site_code").GetString() == "dala");
        Assert.Equal(
            ("district", "12.5", "7"),
            (
                dala.GetProperty("location_type_code").GetString(),
                dala.GetProperty("latitude").GetString(),
                dala.GetProperty("location_data").GetProperty("beds").GetString()
            )
        );

        // What is downloaded, in either format, is what there is.
        var file = (await domain.Admin.GetAsync(Rows(domain))).ShouldBe(HttpStatusCode.OK);
        Assert.Contains("dala,Dala,district,kano,,12.5,,N,7\n", file.Text, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0, 3), Counts((await UploadAsync(domain, file.Text)).ShouldBe(HttpStatusCode.OK).Json));
        var book = (await domain.Admin.GetAsync($"{Rows(domain)}?format=xlsx")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains(".xlsx", book.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Equal(
            (0, 0, 0, 3),
            Counts((await domain.Admin.PostAsync(Rows(domain), Samples.Part(book.Bytes, Xlsx))).ShouldBe(HttpStatusCode.OK).Json)
        );
        (await domain.Admin.GetAsync($"{Rows(domain)}?format=pdf")).ShouldBe(HttpStatusCode.BadRequest);

        // A phone learns of a deletion, and the same file again has nothing left to do.
        var worker = await domain.WorkerAsync(
            more: new Dictionary<string, object>
            {
                ["primary_location"] = (await LocationsAsync(domain))
                    .Single(location => location.GetProperty("name").GetString() == "Kano")
                    .GetProperty("location_id")
                    .GetString()!,
            }
        );
        var before = await domain.DocumentAsync(worker);
        Assert.Contains("Nassarawa", before.Content("locations"), StringComparison.Ordinal);
        var change = "site_code,name,Archived(Y/N),Delete(Y/N)\ndala,Dala North,Y,\nnassarawa,,,Y\n";
        Assert.Equal((0, 1, 1, 1), Counts((await UploadAsync(domain, change)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 0, 2), Counts((await UploadAsync(domain, change)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal(["Dala North", "Kano"], (await LocationsAsync(domain)).Select(location => location.GetProperty("name").GetString()));
        Assert.DoesNotContain(
            "Nassarawa",
            (await domain.DocumentAsync(worker, $"since={before.Token}")).Content("locations"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("colour\nred\n", "nothing for the column colour")]
    [InlineData("name,name\na,b\n", "two columns")]
    [InlineData("site_code,name\nnew,New\n", "Row 2 of the file: a new location has a location_type")]
    [InlineData("name,location_type\nNew,planet\n", "there is no location type planet")]
    [InlineData("site_code,location_type\nnew,state\n", "a new location has a name")]
    [InlineData("location_id,name\nunknown,New\n", "no location with the location_id unknown")]
    [InlineData("site_code,name\ndala,Dala\ndala,Dala\n", "stands there twice")]
    [InlineData("site_code,parent_site_code\ndala,atlantis\n", "no location with the site code atlantis")]
    [InlineData("site_code,parent_site_code\ndala,\n", "below one of the type state")]
    [InlineData("site_code,location_type\nkano,district\n", "below one of the type state")]
    [InlineData("site_code,Delete(Y/N)\nkano,Y\n", "others below it, which stay")]
    [InlineData("site_code,latitude\ndala,north\n", "no latitude")]
    [InlineData("site_code,longitude\ndala,181\n", "no longitude")]
    [InlineData("site_code,name,location_type\na b,A,state\n", "is no site code")]
    [Clause("CC-144")]
    public async Task What_fits_no_tree_is_refused_with_its_row_and_changes_nothing(string file, string reason)
    {
        var domain = await WithTypesAsync();
        (await UploadAsync(domain, Tree)).ShouldBe(HttpStatusCode.OK);
        var before = (await domain.Admin.GetAsync(Rows(domain))).ShouldBe(HttpStatusCode.OK).Text;

        // A row that could be written comes first.
        var lines = file.Split('\n', 2);
        var refused = (await UploadAsync(domain, file)).ShouldBe(HttpStatusCode.BadRequest);
        Assert.Contains(reason, refused.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        (await UploadAsync(domain, file, "?dry_run=true")).ShouldBe(HttpStatusCode.BadRequest);
        (await UploadAsync(domain, lines[0], "?keep=true")).ShouldBe(HttpStatusCode.NotImplemented);
        Assert.Equal(before, (await domain.Admin.GetAsync(Rows(domain))).Text);
    }

    [Fact, Clause("CC-144")]
    public async Task An_upload_that_is_stopped_says_what_it_wrote_and_the_same_file_completes_it()
    {
        var domain = await WithTypesAsync();
        await using var faulty = await FaultyServer.TakeAsync();
        var file = new StringBuilder("site_code,name,location_type,parent_site_code\n");
        for (var number = 0; number < 60; number++)
        {
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"d{number},District {number},district,top\n");
        }
        file.Append("top,Top,state,\n");

        // Somebody else adds a location before the second batch.
        faulty.Storage.Fail(Fault.Blocked, IsBatch, from: 2);
        var upload = UploadAsync(domain.On(faulty.Server), file.ToString());
        await Eventually.TrueAsync(() => Task.FromResult(faulty.Storage.Seen >= 2), "the second batch was sent");
        await domain.CreateAsync("location", new { name = "Other", location_type_code = "state" });
        faulty.Storage.StopFailing();
        var stopped = (await upload).ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("error").GetString();
        Assert.Contains("Before that 45 rows were added", stopped, StringComparison.Ordinal);
        Assert.Equal(46, (await LocationsAsync(domain)).Count);

        Assert.Equal((16, 0, 0, 46), Counts((await UploadAsync(domain, file.ToString())).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal(62, (await LocationsAsync(domain)).Count);
    }

    private static bool IsBatch(Microsoft.AspNetCore.Http.HttpRequest request) =>
        request.Path.Value!.Contains("/$batch", StringComparison.Ordinal);

    private static async Task<Domain> WithTypesAsync()
    {
        var domain = await Domain.StartAsync();
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "district",
                name = "District",
                parent = "state",
            }
        );
        return domain;
    }

    private static (int Added, int Changed, int Removed, int Unchanged) Counts(JsonElement plan) =>
        (
            plan.GetProperty("added").GetInt32(),
            plan.GetProperty("changed").GetInt32(),
            plan.GetProperty("removed").GetInt32(),
            plan.GetProperty("unchanged").GetInt32()
        );

    private static async Task<List<JsonElement>> LocationsAsync(Domain domain) =>
        [
            .. (await domain.Admin.GetAsync(domain.Api("location/?limit=1000")))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("objects")
                .EnumerateArray(),
        ];

    private static Task<Answer> UploadAsync(Domain domain, string file, string query = "") =>
        domain.Admin.PostAsync(Rows(domain) + query, Samples.Part(Encoding.UTF8.GetBytes(file), Csv));

    private static string Rows(Domain domain) => domain.At("/api/location/file/v1");
}
