using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Datasets of which phones get only the entities that they made.</summary>
public sealed class OwnerOnlyTests
{
    [Fact, Clause("OR-132"), Clause("OR-131")]
    public async Task The_manifest_changes_with_the_actor_s_own_entities_only()
    {
        var census = await Census.StartAsync();
        await OwnerOnlyAsync(census);
        var other = census.Of(census.Form, await census.Programme.AppUserAsync(census.Form));
        var (before, theirs) = (await census.HashAsync(), await other.HashAsync());
        var bob = await other.CreateAsync("Bob", "Bob");
        Assert.Equal(before, await census.HashAsync());
        Assert.NotEqual(theirs, await other.HashAsync());
        Assert.Empty(await census.RowsAsync());

        var ann = await census.CreateAsync();
        var with = await census.HashAsync();
        Assert.NotEqual(before, with);
        (await census.Programme.Admin.PatchJsonAsync($"{census.EntitiesPath}/{bob}?force=true", new { label = "Bobby" })).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Equal(with, await census.HashAsync());
        (await census.Programme.Admin.PatchJsonAsync($"{census.EntitiesPath}/{ann}?force=true", new { label = "Anna" })).ShouldBe(
            HttpStatusCode.OK
        );
        var changed = await census.HashAsync();
        Assert.NotEqual(with, changed);
        (await census.Programme.Admin.DeleteAsync($"{census.EntitiesPath}/{ann}")).ShouldBe(HttpStatusCode.OK);
        Assert.NotEqual(changed, await census.HashAsync());
    }

    [Fact, Clause("OR-256")]
    public async Task A_draft_under_test_gets_all_entities()
    {
        var census = await Census.StartAsync();
        await OwnerOnlyAsync(census);
        var ann = await census.CreateAsync();
        (await census.Programme.ReplaceDraftAsync(census.Form)).ShouldBe(HttpStatusCode.OK);
        var tester = Api.WithDraftToken(census.Programme.Server, await census.Programme.DraftTokenAsync(census.Form));
        var draft = $"{census.Programme.FormPath(census.Form)}/draft";

        var csv = (await tester.GetAsync($"{draft}/attachments/{census.Dataset}.csv")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains(ann, csv, StringComparison.Ordinal);
        Assert.Equal(new() { [ann] = "false" }, (await tester.GetAsync($"{draft}/datasets/{census.Dataset}/integrity")).Integrity());
        Assert.Equal(
            (await census.Programme.Admin.OpenRosa.ListedFileAsync($"{draft}/manifest")).Child("hash"),
            (await tester.ListedFileAsync($"{draft}/manifest")).Child("hash")
        );
    }

    private static async Task OwnerOnlyAsync(Census census) =>
        (await census.Programme.Admin.PatchJsonAsync(census.Programme.DatasetPath(census.Dataset), new { ownerOnly = true })).ShouldBe(
            HttpStatusCode.OK
        );
}
