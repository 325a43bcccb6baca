using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Finds rows and blobs of the populated server in storage, without the app.</summary>
internal static class StoredRowFilters
{
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Row(string partition, string row) => $"PartitionKey eq '{partition}' and RowKey eq '{row}'";

    public static string Prefix(string partition, string row) => $"PartitionKey eq '{partition}' and {Prefix(row)}";

    public static string Prefix(string row) => $"RowKey ge '{row}' and RowKey lt '{row[..^1]}{(char)(row[^1] + 1)}'";

    public static string Instance(PopulatedServer populated, string id) => $"{Prefix("i|")} and InstanceId eq '{id}'";

    public static string Root(PopulatedServer populated, string id) => $"RootId eq '{id}' and {Prefix("t|")}";

    public static async Task<int> FormAsync(PopulatedServer populated, string name) =>
        (await populated.Stored.FindAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids[name])))).GetInt32("Number")!.Value;

    public static async Task<string> SpaceAsync(PopulatedServer populated) =>
        (await populated.Stored.FindAsync("submissions", Root(populated, "uuid:plain"))).PartitionKey;

    public static async Task<string> FormBlobAsync(PopulatedServer populated)
    {
        var form = (await populated.Programme.Admin.GetAsync($"{populated.Programme.FormPath(populated.Ids["form"])}"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var row = await populated.Stored.FindAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids["form"])));
        var key = System.Text.Json.JsonDocument.Parse(row.GetString("Published")).RootElement;
        Assert.Equal(form.GetProperty("hash").GetString(), key.GetProperty("Md5").GetString());
        return $"{populated.Programme.Id}/{key.GetProperty("Key").GetString()}/form.xml";
    }

    /// <summary>Two published versions have it in common.</summary>
    public static async Task<string> WorkbookBlobAsync(PopulatedServer populated)
    {
        var row = await populated.Stored.FindAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids["workbook form"])));
        var definition = System.Text.Json.JsonDocument.Parse(row.GetString("Published")).RootElement;
        return definition.GetProperty("Workbook").GetProperty("Blob").GetString()!;
    }

    public static async Task<TableEntity> SlotAsync(PopulatedServer populated)
    {
        var definition = (await FormBlobAsync(populated)).Split('/')[1];
        return await populated.Stored.FindAsync("formMedia", Row($"{populated.Key}|{definition}", Hash("oak.png")));
    }

    public static async Task<string> XmlBlobAsync(PopulatedServer populated, string id)
    {
        var row = await populated.Stored.FindAsync("submissions", Root(populated, id));
        return $"{populated.Programme.Id}/{await FormAsync(populated, "form")}/{Hash(id)}/{row.GetString("CurrentXmlHash")}/submission.xml";
    }

    public static async Task<string> MediaBlobAsync(PopulatedServer populated, string id) =>
        (await StoredBlobs.OfProjectAsync(populated.Programme.Id, populated.Storage.ConnectionString)).Single(name =>
            name.Contains($"/{Hash(id)}/", StringComparison.Ordinal) && name.Contains("/media/", StringComparison.Ordinal)
        );
}
