using System.Net;
using ServerlessRosa.Protocol.Tests.Datasets;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Makes what requests of the rights matrix are about.</summary>
internal static class TestTargets
{
    public static string WithDataset(string form, string dataset) =>
        form.Replace("</model>", $"<instance id=\"people\" src=\"jr://file-csv/{dataset}.csv\"/></model>", StringComparison.Ordinal);

    public static async Task<string> EntityAsync(Programme programme, string dataset) =>
        (await programme.Admin.PostJsonAsync($"{programme.DatasetPath(dataset)}/entities", new { label = "Ann" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("uuid")
            .GetString()!;

    public static async Task<int> TrashAsync(Programme programme)
    {
        var form = await programme.CreateDraftAsync();
        (await programme.Admin.DeleteAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);
        var trash = (await programme.Admin.GetAsync($"{programme.Path}/forms?deleted=true")).ShouldBe(HttpStatusCode.OK).Json;
        return trash.EnumerateArray().Single(trashed => trashed.GetProperty("xmlFormId").GetString() == form).GetProperty("id").GetInt32();
    }

    public static async Task<int> TrashDatasetAsync(Programme programme)
    {
        (await programme.Admin.DeleteAsync(programme.DatasetPath(await programme.CreateDatasetAsync()))).ShouldBe(HttpStatusCode.OK);
        return (await programme.Admin.GetAsync($"{programme.Path}/datasets?deleted=true")).Json[0].GetProperty("id").GetInt32();
    }

    public static async Task<(int Id, string Key)> CreateAsync(Programme programme, string path)
    {
        var created = (await programme.Admin.PostJsonAsync(programme.Path + path, new { displayName = "Spare" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        return (created.GetProperty("id").GetInt32(), created.GetProperty("token").GetString()!);
    }

    public static async Task<int> IdAsync(Task<Answer> created) =>
        (await created).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetInt32();

    public static async Task<(string Id, string Delivery)> WebhookAsync(Programme programme)
    {
        var path = $"{programme.Path}/webhooks";
        var body = new { url = "https://hooks.invalid/", events = new[] { "case.closed" } };
        var webhook = (await programme.Admin.PostJsonAsync(path, body)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetString()!;
        var test = (await programme.Admin.PostJsonAsync($"{path}/{webhook}/test", new { })).ShouldBe(HttpStatusCode.OK).Json;
        return (webhook, test.GetProperty("id").GetString()!);
    }

    /// <summary>A key of this web user for an hour.</summary>
    public static async Task<(string Id, string Key)> ApiKeyAsync(Api user, string? domain = null, string? role = null)
    {
        var body = new
        {
            domain,
            role,
            expiresAt = DateTimeOffset.UtcNow.AddHours(1),
        };
        var key = (await user.PostJsonAsync("/users/current/api-keys", body)).ShouldBe(HttpStatusCode.OK).Json;
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }

    /// <summary>Creates a target of that kind.</summary>
    public static object DomainBody(string resource, IReadOnlyDictionary<string, string> ids) =>
        resource switch
        {
            "user" => new { username = Samples.Unique("worker"), password = "1988" },
            "group" => new { name = "North team" },
            "lookup_table" => new { tag = Samples.Unique("drug"), fields = new[] { new { field_name = "code" } } },
            "lookup_table_item" => new { data_type_id = ids["lookup_table"], fields = new Dictionary<string, object>() },
            "location_type" => new { code = Samples.Unique("level"), name = "Level" },
            "location" => new { name = "Kano", location_type_code = ids["location_type"] },
            "product" => new { name = "ORS" },
            _ => throw new ArgumentOutOfRangeException(nameof(resource), resource, null),
        };
}
