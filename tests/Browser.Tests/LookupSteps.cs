using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

/// <summary>A supervisor fills a lookup table from files and by hand, and products from a file.</summary>
internal static class LookupSteps
{
    public static async Task UploadAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Tab("Lookup tables").ClickAsync();
        await visitor.Button("New lookup table").ClickAsync();
        await page.GetByLabel("Table id").FillAsync("drug");
        await page.GetByLabel("Fields").FillAsync("code\nname");
        await visitor.Button("Create").ClickAsync();
        await visitor.Link("drug").ClickAsync();
        await Expect(page.GetByText("The table has no rows.")).ToBeVisibleAsync();
        foreach (
            var (file, expected) in new[]
            {
                ("code;name\nA1;Amox\nB2;Ibu\n", "2 rows are new."),
                ("code,name\nA1,Amox\n", "1 row is removed."),
            }
        )
        {
            await visitor.Button("Upload rows").ClickAsync();
            await visitor.UploadAsync(page.GetByLabel("Drop a CSV file"), "drugs.csv", file, "text/csv");
            await Expect(page.GetByText(expected)).ToBeVisibleAsync();
            await visitor.ScreenshotAsync("lookup-upload");
            await visitor.Button("Apply").ClickAsync();
            await Expect(visitor.Button("Apply")).ToHaveCountAsync(0);
        }
        await Expect(page.GetByText("1 row", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Amox" })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("lookup table");
    }

    public static async Task ProductsAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Tab("Products").ClickAsync();
        await Expect(page.GetByText("There is no product yet.")).ToBeVisibleAsync();
        await visitor.Button("Upload products").ClickAsync();
        await visitor.UploadAsync(page.GetByLabel("Drop a CSV file"), "products.csv", "name,product_id\nSoap,so\nSalt,sa\n", "text/csv");
        await Expect(page.GetByText("2 rows are new.")).ToBeVisibleAsync();
        await visitor.Button("Apply").ClickAsync();
        await Expect(page.GetByText("2 products", new() { Exact = true })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("products");
        await visitor.ScreenshotAsync("products");
        await ChangeProductAsync(visitor);
        await visitor.Button("Delete product: Salt").ClickAsync();
        await visitor.Button("Delete product").ClickAsync();
        await Expect(page.GetByText("1 product", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "Soap" })).ToBeVisibleAsync();
    }

    private static async Task ChangeProductAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Button("New product").ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Zinc");
        await page.GetByLabel("Cost").FillAsync("1.5");
        await visitor.Button("Create").ClickAsync();
        await visitor.Button("Edit: Zinc").ClickAsync();
        await Expect(page.GetByLabel("Cost")).ToHaveValueAsync("1.5");
        await page.GetByLabel("Unit").FillAsync("tablet");
        await page.GetByLabel("Archived").CheckAsync();
        await visitor.ShouldBeAccessibleAsync("product");
        await visitor.ScreenshotAsync("product");
        await visitor.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Zinc" })).ToContainTextAsync("tablet");
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "Zinc Archived" })).ToBeVisibleAsync();
        await visitor.Button("Delete product: Zinc").ClickAsync();
        await visitor.Button("Delete product").ClickAsync();
        await Expect(page.GetByText("2 products", new() { Exact = true })).ToBeVisibleAsync();
    }

    public static async Task ChangeRowsAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Button("New row").ClickAsync();
        await page.GetByLabel("code", new() { Exact = true }).FillAsync("Z9");
        await page.GetByLabel("name", new() { Exact = true }).FillAsync("Zinc");
        await visitor.Button("Create").ClickAsync();
        await visitor.Button("Edit: Z9").ClickAsync();
        await page.GetByLabel("name", new() { Exact = true }).FillAsync("Zinc 20");
        await visitor.ShouldBeAccessibleAsync("lookup row");
        await visitor.ScreenshotAsync("lookup-row");
        await visitor.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Last).ToContainTextAsync("Zinc 20");
        var file = await page.RunAndWaitForDownloadAsync(() => visitor.Link("Excel workbook").ClickAsync());
        Assert.Equal("drug.xlsx", file.SuggestedFilename);
        await visitor.Button("Delete row: Z9").ClickAsync();
        await visitor.Button("Delete row").ClickAsync();
        await Expect(page.GetByText("1 row", new() { Exact = true })).ToBeVisibleAsync();
    }
}
