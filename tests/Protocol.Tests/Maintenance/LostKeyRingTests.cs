using System.Net;
using System.Text.Json;
using Azure.Storage.Blobs;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class LostKeyRingTests
{
    [Fact]
    public async Task Keys_without_key_ring_still_work_and_are_listed_as_null()
    {
        await using var storage = await OwnStorage.StartAsync();
        var programme = await Programme.StartAsync(storage.Server);
        var form = await programme.PublishAsync();
        var draft = await programme.CreateDraftAsync();
        var phone = await programme.AppUserAsync(form);
        await programme.PublicLinkAsync(form);

        var ring = new BlobContainerClient(storage.ConnectionString, "keys");
        foreach (var blob in ring.GetBlobs())
        {
            await ring.DeleteBlobAsync(blob.Name);
        }
        var later = await Server.StartAsync(storage: storage.ConnectionString);

        var admin = programme.Admin.At(later);
        Assert.Equal(
            JsonValueKind.Null,
            (await admin.GetAsync($"{programme.Path}/app-users")).ShouldBe(HttpStatusCode.OK).Json[0].GetProperty("token").ValueKind
        );
        Assert.Equal(
            JsonValueKind.Null,
            (await admin.GetAsync($"{programme.FormPath(form)}/public-links"))
                .ShouldBe(HttpStatusCode.OK)
                .Json[0]
                .GetProperty("token")
                .ValueKind
        );
        Assert.Equal(
            JsonValueKind.Null,
            (await admin.GetAsync($"{programme.FormPath(draft)}/draft"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("draftToken")
                .ValueKind
        );
        Assert.Contains(
            form,
            (await phone.At(later).GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Text,
            StringComparison.Ordinal
        );
        later.App!.Kill();
    }
}
