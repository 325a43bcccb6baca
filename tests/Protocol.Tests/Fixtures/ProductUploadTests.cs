using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>Products from CSV files and workbooks (CC-044, CC-144).</summary>
public sealed class ProductUploadTests
{
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const string Two = "name,product_id,unit,cost,data: shelf\nBandage,ban,roll,1.5,A\n\"Salt, oral\",ors,sachet,,\n";

    [Fact, Clause("CC-144"), Clause("CC-044")]
    public async Task A_file_adds_changes_and_deletes_products_after_a_dry_run_that_changes_nothing()
    {
        var domain = await Domain.StartAsync();
        var planned = (await UploadAsync(domain, Two, "?dry_run=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((2, 0, 0, 0), Counts(planned));
        Assert.Equal(
            "A",
            planned.GetProperty("examples").GetProperty("added")[0].GetProperty("after").GetProperty("data: shelf").GetString()
        );
        Assert.Empty(await ProductsAsync(domain));

        Assert.Equal((2, 0, 0, 0), Counts((await UploadAsync(domain, Two)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 0, 2), Counts((await UploadAsync(domain, Two)).ShouldBe(HttpStatusCode.OK).Json));
        var bandage = (await ProductsAsync(domain))[0];
        Assert.Equal(("Bandage", "ban", "roll", "1.5"), Of(bandage));
        Assert.Equal("A", bandage.GetProperty("product_data").GetProperty("shelf").GetString());

        // What is downloaded, in either format, is what there is.
        var file = (await domain.Admin.GetAsync(Path(domain))).ShouldBe(HttpStatusCode.OK);
        Assert.Contains(",Bandage,roll,ban,,,,1.5,N,A\n", file.Text, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0, 2), Counts((await UploadAsync(domain, file.Text)).ShouldBe(HttpStatusCode.OK).Json));
        var book = (await domain.Admin.GetAsync($"{Path(domain)}?format=xlsx")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            (0, 0, 0, 2),
            Counts((await domain.Admin.PostAsync(Path(domain), Samples.Part(book.Bytes, Xlsx))).ShouldBe(HttpStatusCode.OK).Json)
        );

        // By id, code and name; phones hear of it.
        var worker = await domain.WorkerAsync();
        var before = await domain.DocumentAsync(worker);
        var id = bandage.GetProperty("id").GetString();
        var change = $"id,product_id,name,Archived(Y/N),Delete(Y/N)\n{id},ban,Bandages,Y,\n,ors,,,Y\np-7,,Soap,,\n";
        Assert.Equal((1, 1, 1, 0), Counts((await UploadAsync(domain, change)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal((0, 0, 0, 2), Counts((await UploadAsync(domain, change)).ShouldBe(HttpStatusCode.OK).Json));
        Assert.Equal(["Bandages", "Soap"], (await ProductsAsync(domain)).Select(one => one.GetProperty("name").GetString()));
        var after = (await domain.DocumentAsync(worker, $"since={before.Token}")).Content("commtrack:products");
        Assert.Contains("p-7", after, StringComparison.Ordinal);
        Assert.DoesNotContain("sachet", after, StringComparison.Ordinal);

        // A deleted one may come back under its id.
        (await domain.Admin.DeleteAsync(domain.Api("product/p-7/"))).ShouldBe(HttpStatusCode.NoContent);
        Assert.Equal((1, 0, 0, 1), Counts((await UploadAsync(domain, "id,name\np-7,Soap\n")).ShouldBe(HttpStatusCode.OK).Json));
        await domain.Programme.ShouldBeConsistentAsync();
    }

    [Theory, Clause("CC-144")]
    [InlineData("colour\nred\n", "nothing for the column colour")]
    [InlineData("name,name\na,b\n", "two columns")]
    [InlineData("product_id\nnew\n", "Row 2 of the file: a new product has a name")]
    [InlineData("name\nNew\nNew\n", "Row 3 of the file: the product New stands there twice")]
    [InlineData("name\nTwin\n", "several products like Twin")]
    public async Task What_cannot_be_a_product_is_refused_and_nothing_is_written(string file, string reason)
    {
        var domain = await Domain.StartAsync();
        await domain.CreateAsync("product", new { name = "Twin" });
        await domain.CreateAsync("product", new { name = "Twin" });
        Assert.Contains(reason, (await UploadAsync(domain, file)).ShouldBe(HttpStatusCode.BadRequest).Text, StringComparison.Ordinal);
        Assert.Equal(2, (await ProductsAsync(domain)).Count);
        (await UploadAsync(domain, Two, "?keep=true")).ShouldBe(HttpStatusCode.NotImplemented);
    }

    private static (string?, string?, string?, string?) Of(JsonElement product)
    {
        string? Text(string name) => product.GetProperty(name).GetString();
        return (Text("name"), Text("code"), Text("unit"), Text("cost"));
    }

    private static (int Added, int Changed, int Removed, int Unchanged) Counts(JsonElement plan)
    {
        int Of(string name) => plan.GetProperty(name).GetInt32();
        return (Of("added"), Of("changed"), Of("removed"), Of("unchanged"));
    }

    private static async Task<List<JsonElement>> ProductsAsync(Domain domain) =>
        [.. (await domain.Admin.GetAsync(domain.Api("product/"))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("objects").EnumerateArray()];

    private static Task<Answer> UploadAsync(Domain domain, string file, string query = "") =>
        domain.Admin.PostAsync(Path(domain) + query, Samples.Part(Encoding.UTF8.GetBytes(file), "text/csv"));

    private static string Path(Domain domain) => domain.At("/api/product/file/v1");
}
