using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Encryption;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Encrypted submissions can be decrypted after a loss of tables, and in another storage account.</summary>
public sealed class EncryptionKeyTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Samples.Unique("export"));

    [Fact]
    public async Task Managed_keys_are_rebuilt_from_their_copies_and_are_exported()
    {
        await using var from = await OwnStorage.TakeAsync();
        var inbox = await EncryptedInbox.OpenAsync(from.Server);
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1");
        var keys = (await inbox.KeysAsync()).Select(key => key.GetRawText()).ToList();

        (await from.RunAsync("verify")).ShouldSucceed();
        await from.LoseAsync(["encryptionKeys", .. LostTables.OfForms]);
        (await from.RunAsync("verify")).ShouldFail("no managed encryption key 1");
        (await from.RunAsync("rebuild", "--only", "forms")).ShouldSucceed();
        (await from.RunAsync("verify")).ShouldSucceed();
        var project = inbox.Programme.Id.ToString(CultureInfo.InvariantCulture);
        (await from.RunAsync("export", "--project", project, "--to", _folder)).ShouldSucceed();
        await ShouldDecryptAsync(inbox, inbox.Programme.Admin, keys);

        await using var to = await OwnStorage.TakeAsync();
        (await to.RunAsync("import", "--from", _folder)).ShouldSucceed();
        await ShouldDecryptAsync(inbox, await Api.AdministratorAsync(to.Server), keys);
        (await to.RunAsync("verify", "--project", project)).ShouldSucceed();
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static async Task ShouldDecryptAsync(Inbox inbox, Api admin, List<string> keys)
    {
        var listed = (await admin.GetAsync($"{inbox.SubmissionsPath}/keys")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(keys, listed.EnumerateArray().Select(key => key.GetRawText()));
        var csv = await admin.PostJsonAsync($"{inbox.SubmissionsPath}.csv", EncryptedInbox.Passphrases(1));
        Assert.Contains(",Ann,30,", csv.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
    }
}
