using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Exports;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Encryption;

/// <summary>A project's key: enabling it, and what becomes of forms.</summary>
public sealed partial class ManagedEncryptionTests
{
    [Fact]
    public async Task All_forms_and_drafts_of_the_project_are_encrypted_when_it_is_enabled()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("tree.png");
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2", "Trees", "tree.png"))).ShouldBe(HttpStatusCode.OK);
        var draftToken = await DraftTokenAsync(programme, form);
        var own = await programme.PublishAsync(WithOwnKey(Samples.Unique("own")) is var (xml, id) ? xml : "", id);
        var path = programme.FormPath(form);
        var picture = (await programme.Admin.GetAsync($"{path}/attachments/tree.png")).Bytes;

        await programme.EncryptAsync();

        var key = (await programme.Admin.GetAsync(programme.Path)).Json.GetProperty("keyId").GetInt32();
        var shown = (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(key, shown.GetProperty("keyId").GetInt32());
        Assert.Matches(Suffixed(), shown.GetProperty("version").GetString());
        var definition = (await programme.Admin.GetAsync($"{path}.xml")).Text;
        Assert.Matches(Submission(), definition);
        Assert.Contains(shown.GetProperty("version").GetString()!, definition, StringComparison.Ordinal);
        Assert.Equal(2, (await programme.Admin.GetAsync($"{path}/versions")).Json.GetArrayLength());
        Assert.Equal(picture, (await programme.Admin.GetAsync($"{path}/attachments/tree.png")).Bytes);

        Assert.Matches(Submission(), (await programme.Admin.GetAsync($"{path}/draft.xml")).ShouldBe(HttpStatusCode.OK).Text);
        Assert.Equal(draftToken, await DraftTokenAsync(programme, form));

        var kept = (await programme.Admin.GetAsync(programme.FormPath(own))).Json;
        Assert.Equal("1", kept.GetProperty("version").GetString());
        Assert.NotEqual(key, kept.GetProperty("keyId").GetInt32());
        using var phone = new EncryptingPhone((await programme.Admin.GetAsync($"{programme.FormPath(own)}.xml")).Text);
        Assert.Equal(EncryptedInbox.OwnKey, phone.PublicKey);

        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Single(Suffixes().Matches((await programme.Admin.GetAsync(path)).Json.GetProperty("version").GetString()!));
    }

    [Fact]
    public async Task Forms_and_drafts_that_come_later_are_encrypted_before_they_are_stored()
    {
        var programme = await Programme.StartAsync();
        await programme.EncryptAsync();

        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2"))).ShouldBe(HttpStatusCode.OK);
        foreach (var (address, version) in new[] { ("", "1"), ("/draft", "2") })
        {
            var shown = (await programme.Admin.GetAsync(programme.FormPath(form) + address)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.StartsWith($"{version}[encrypted:", shown.GetProperty("version").GetString(), StringComparison.Ordinal);
            Assert.Equal(1, shown.GetProperty("keyId").GetInt32());
        }
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var copy = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft")).Json.GetProperty("version").GetString()!;
        Assert.Single(Suffixes().Matches(copy));
    }

    [Fact]
    public async Task A_form_from_the_trash_is_encrypted_when_it_is_restored()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.Admin.DeleteAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);
        await programme.EncryptAsync();

        var trashed = (await programme.Admin.GetAsync($"{programme.Path}/forms?deleted=true")).Json[0].GetProperty("id").GetInt32();
        (await programme.Admin.PostAsync($"{programme.Path}/forms/{ExportForms.Number(trashed)}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.Matches(Suffixed(), (await programme.Admin.GetAsync(programme.FormPath(form))).Json.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Managed_encryption_is_enabled_once_with_a_passphrase_of_ten_characters()
    {
        var programme = await Programme.StartAsync();
        var key = $"{programme.Path}/key";
        (await programme.Admin.PostJsonAsync(key, new { hint = "none" })).ShouldBeProblem(400.2m);
        (await programme.Admin.PostJsonAsync(key, new { passphrase = "" })).ShouldBeProblem(400.2m);
        (await programme.Admin.PostJsonAsync(key, new { passphrase = "too short" })).ShouldBeProblem(400.21m);
        (await programme.Admin.PostJsonAsync(key, new { passphrase = 1234567890 })).ShouldBeProblem(400.11m);
        Assert.Equal("null", (await programme.Admin.GetAsync(programme.Path)).Json.GetProperty("keyId").GetRawText());

        await programme.EncryptAsync();
        (await programme.Admin.PostJsonAsync(key, new { passphrase = EncryptedInbox.Passphrase })).ShouldBeProblem(409.4m);
    }

    [Fact]
    public async Task Encryption_is_audited_and_the_passphrase_is_not_stored()
    {
        var programme = await Programme.StartAsync();
        await programme.PublishAsync();
        await programme.EncryptAsync();

        var audits = (await programme.Admin.GetAsync("/audits?action=project.update")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains("""{"encrypted":true}""", audits.Text, StringComparison.Ordinal);
        var key = await StoredKeyAsync(programme);
        Assert.Equal(EncryptedInbox.Hint, key.GetString("Hint"));
        Assert.DoesNotContain(EncryptedInbox.Passphrase, string.Join(' ', key.Select(pair => pair.Value)), StringComparison.Ordinal);
        Assert.DoesNotContain(EncryptedInbox.Passphrase, (await programme.Admin.GetAsync("/audits")).Text, StringComparison.Ordinal);

        // Data Protection's magic number: the payload cannot be decrypted without the key ring.
        Assert.StartsWith("CfDJ8", key.GetString("PrivateKey"), StringComparison.Ordinal);
    }

    private static async Task<TableEntity> StoredKeyAsync(Programme programme)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient("encryptionKeys");
        var partition = programme.Id.ToString("D10", CultureInfo.InvariantCulture);
        return await table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}")).SingleAsync();
    }

    private static async Task<string?> DraftTokenAsync(Programme programme, string form) =>
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("draftToken")
            .GetString();

    private static (string Xml, string Id) WithOwnKey(string id) =>
        (
            Samples
                .Form(id)
                .Replace("</model>", $"<submission base64RsaPublicKey=\"{EncryptedInbox.OwnKey}\"/></model>", StringComparison.Ordinal),
            id
        );

    [GeneratedRegex(@"^1\[encrypted:[A-Za-z0-9+/]{8}\]$")]
    private static partial Regex Suffixed();

    [GeneratedRegex(@"\[encrypted:")]
    private static partial Regex Suffixes();

    [GeneratedRegex("""<submission base64RsaPublicKey="[A-Za-z0-9+/]{392}"/></(\w+:)?model>""")]
    private static partial Regex Submission();
}
