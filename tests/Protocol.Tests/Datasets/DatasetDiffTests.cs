using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>What a form does, or would do, to datasets.</summary>
public sealed class DatasetDiffTests
{
    [Fact]
    public async Task A_draft_and_a_form_list_their_changes_of_datasets()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync("height", "age");
        var (form, fresh, plain) = (Samples.Unique("census"), Samples.Unique("people"), await programme.DraftAsync());
        await programme.DraftAsync(EntityForms.Filling(form, dataset, properties: ["first_name", "age"]), form);
        Assert.Equal(
            $"[{{\"name\":\"{dataset}\",\"isNew\":false,\"properties\":[{{\"name\":\"height\",\"isNew\":false,\"inForm\":false}},"
                + "{\"name\":\"first_name\",\"isNew\":true,\"inForm\":true},{\"name\":\"age\",\"isNew\":false,\"inForm\":true}]}]",
            await DiffAsync(programme, form, "/draft")
        );
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/dataset-diff")).ShouldBeProblem(404.1m);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            $"[{{\"name\":\"{dataset}\",\"properties\":[{{\"name\":\"height\",\"inForm\":false}},"
                + "{\"name\":\"first_name\",\"inForm\":true},{\"name\":\"age\",\"inForm\":true}]}]",
            await DiffAsync(programme, form, "")
        );
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/dataset-diff")).ShouldBeProblem(404.1m);
        (
            await programme.ReplaceDraftAsync(form, EntityForms.Filling(form, fresh, version: "2", properties: []), "?ignoreWarnings=true")
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Equal($"[{{\"name\":\"{fresh}\",\"isNew\":true,\"properties\":[]}}]", await DiffAsync(programme, form, "/draft"));
        Assert.Equal("[]", await DiffAsync(programme, plain, "/draft"));
    }

    private static async Task<string> DiffAsync(Programme programme, string form, string below) =>
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}{below}/dataset-diff")).ShouldBe(HttpStatusCode.OK).Text;
}
