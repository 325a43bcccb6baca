using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

/// <summary>A supervisor makes a tree of locations, by hand and from a file, and assigns a worker.</summary>
internal static class LocationSteps
{
    public static async Task MakeTreeAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Tab("Locations").ClickAsync();
        await Expect(page.GetByText("Locations form a tree")).ToBeVisibleAsync();
        await AddTypeAsync(visitor, "State", "state");
        await AddTypeAsync(visitor, "District", "district");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Owns cases" })).ToHaveCountAsync(2);

        await UploadAsync(visitor);
        await visitor.Button("What is below Kano").ClickAsync();
        await Expect(page.GetByText("Dala", new() { Exact = true })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("locations");
        await visitor.ScreenshotAsync("locations");
        await MoveAsync(visitor);
    }

    public static async Task AssignAsync(Visitor visitor)
    {
        await visitor.Tab("Workers").ClickAsync();
        await visitor.Button("Edit: ada").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Kano (State)" }).CheckAsync();
        await visitor.Button("Save").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = "Kano", Exact = true })).ToBeVisibleAsync();
    }

    private static async Task AddTypeAsync(Visitor visitor, string name, string code)
    {
        await visitor.Button("New location type").ClickAsync();
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await visitor.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(code);
        await visitor.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Owns cases" }).CheckAsync();
        await visitor.Button("Create").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader, new() { Name = name })).ToBeVisibleAsync();
    }

    // A file with a fault changes nothing, and its fault is named.
    private static async Task UploadAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Button("Upload locations").ClickAsync();
        await visitor.UploadAsync(page.GetByLabel("Drop a CSV file"), "wrong.csv", "site_code,name\nkano,Kano\n", "text/csv");
        await Expect(page.GetByText("Row 2 of the file: a new location has a location_type.")).ToBeVisibleAsync();
        await Expect(visitor.Button("Apply")).ToBeDisabledAsync();
        const string tree =
            "site_code,name,location_type,parent_site_code\ndala,Dala,District,kano\nkano,Kano,State,\nlagos,Lagos,State,\n";
        await visitor.UploadAsync(page.GetByLabel("Drop a CSV file"), "tree.csv", tree, "text/csv");
        await Expect(page.GetByText("3 rows are new.")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("upload of locations");
        await visitor.ScreenshotAsync("location-upload");
        await visitor.Button("Apply").ClickAsync();
        await Expect(page.GetByText("3 locations", new() { Exact = true })).ToBeVisibleAsync();
        visitor.Forgive("400");
    }

    private static async Task MoveAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Button("Edit: Dala").ClickAsync();
        await page.GetByLabel("Below (State)").SelectOptionAsync(new SelectOptionValue { Label = "Lagos" });
        await visitor.ShouldBeAccessibleAsync("location");
        await visitor.ScreenshotAsync("location");
        await visitor.Button("Save").ClickAsync();
        await page.GetByLabel("Find a location").FillAsync("DAL");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Lagos" })).ToBeVisibleAsync();
        await page.GetByLabel("Find a location").FillAsync("");

        await visitor.Button("New location").ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Ikeja");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Type" }).SelectOptionAsync("district");
        await page.GetByLabel("Below (State)").SelectOptionAsync(new SelectOptionValue { Label = "Lagos" });
        await visitor.Button("Create").ClickAsync();
        await Expect(page.GetByText("2 locations below")).ToBeVisibleAsync();
        await visitor.Button("What is below Lagos").ClickAsync();
        await visitor.Button("Delete location: Ikeja").ClickAsync();
        await visitor.Button("Delete location").ClickAsync();
        await Expect(page.GetByText("1 location below")).ToBeVisibleAsync();
    }
}
