using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Browser.Tests;

/// <summary>The pages of a domain, with a little to show on each.</summary>
internal static class CommCarePages
{
    /// <summary>The name of a screenshot of the page.</summary>
    public static string NameOf(string path)
    {
        var parts = path.Split('?')[0].Split('/');
        return $"phone-{parts[3]}{(parts.Length > 4 ? "-one" : "")}";
    }

    public static async Task LookAtNewLocationAsync(Visitor visitor, string path)
    {
        await visitor.Page.GotoAsync($"/#{path}");
        await visitor.Button("Nouveau lieu").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Combobox, new() { Name = "Type" }).SelectOptionAsync("district");
        await visitor.ShouldBeAccessibleAsync("new location on a phone");
        await visitor.ScreenshotAsync("phone-location");
        await visitor.Button("Annuler").ClickAsync();
    }

    public static async Task LookAtNewProductAsync(Visitor visitor, string path)
    {
        await visitor.Page.GotoAsync($"/#{path}");
        await visitor.Button("Modifier: Sels de réhydratation orale").ClickAsync();
        await visitor.ShouldBeAccessibleAsync("product on a phone");
        await visitor.ScreenshotAsync("phone-product");
        await visitor.Button("Annuler").ClickAsync();
    }

    /// <summary>Returns the addresses of the pages, those of products and locations last.</summary>
    public static async Task<string[]> CreateAsync(Domain domain)
    {
        var project = domain.Programme.Path;
        var state = await StateAsync(domain);
        var worker = await domain.WorkerAsync("ada", more: new Dictionary<string, object> { ["primary_location"] = state });
        await domain.CreateAsync(
            "group",
            new
            {
                name = "Équipe du nord",
                case_sharing = true,
                users = new[] { worker.Id },
            }
        );
        var fields = new[] { new { field_name = "code" }, new { field_name = "libellé" }, new { field_name = "dose" } };
        var table = await domain.CreateAsync(
            "lookup_table",
            new
            {
                tag = "drug",
                is_global = true,
                fields,
            }
        );
        var oral = new
        {
            name = "Sels de réhydratation orale",
            code = "sro",
            unit = "sachet",
        };
        await domain.CreateAsync("product", oral);
        object One(string text) => new { field_list = new[] { new { field_value = text, properties = new { } } } };
        await domain.CreateAsync(
            "lookup_table_item",
            new
            {
                data_type_id = table,
                fields = new Dictionary<string, object> { ["code"] = One("AMX"), ["libellé"] = One("Amoxicilline") },
            }
        );
        var patient = await PatientAsync(domain, worker.Id);
        return
        [
            $"{project}/workers",
            $"{project}/cases",
            $"{project}/cases/{patient}",
            $"{project}/phone-view?worker={worker.Id}",
            $"{project}/lookup-tables",
            $"{project}/lookup-tables/{table}",
            $"{project}/products",
            $"{project}/locations",
        ];
    }

    private static async Task<string> PatientAsync(Domain domain, string owner)
    {
        var created = await domain.Admin.PostJsonAsync(
            domain.At("/api/case/v2"),
            new
            {
                case_type = "patient",
                case_name = "Amina",
                owner_id = owner,
                properties = new { village = "Dala" },
            }
        );
        return created.Json.GetProperty("case").GetProperty("case_id").GetString()!;
    }

    private static async Task<string> StateAsync(Domain domain)
    {
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "state",
                name = "Région",
                shares_cases = true,
            }
        );
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "district",
                name = "District",
                parent = "state",
                view_descendants = true,
            }
        );
        var state = await domain.CreateAsync("location", new { name = "Kano de la très longue rivière", location_type_code = "state" });
        await domain.CreateAsync(
            "location",
            new
            {
                name = "Dala",
                location_type_code = "district",
                parent_location_id = state,
            }
        );
        return state;
    }
}
