using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Exports;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Encryption;

/// <summary>Encrypted submissions in exports, with and without passphrases.</summary>
public sealed class DecryptingExportTests
{
    private const string Log = "event,node,start,end\nbegin,/data/name,1,2\n";

    [Fact]
    public async Task A_passphrase_shows_answers_repeats_files_and_the_event_log()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(
            phone,
            "uuid:1",
            ExportForms.Family + "<photo>ann.jpg</photo>",
            ("ann.jpg", "a picture of Ann"),
            ("audit.csv", Log)
        );

        var zip = ExportForms.Unzip((await inbox.ExportAsync(".csv.zip", EncryptedInbox.Passphrases(1))).ShouldBe(HttpStatusCode.OK));

        var root = zip[$"{inbox.Form}.csv"].Split('\n');
        Assert.Contains(",Ann,30,12.5,-3.25,", root[1], StringComparison.Ordinal);
        Assert.Contains($",3,3,,,,0,{phone.Version}", root[1], StringComparison.Ordinal);
        Assert.Contains("Bo,", zip[$"{inbox.Form}-child.csv"], StringComparison.Ordinal);
        Assert.Equal("a picture of Ann", zip["media/ann.jpg"]);
        Assert.Contains("uuid:1,begin,/data/name", zip[$"{inbox.Form} - audit.csv"], StringComparison.Ordinal);
        Assert.Equal(6, zip.Count);

        var csv = (await inbox.ExportAsync(".csv", EncryptedInbox.Passphrases(1))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("no-store", csv.Header("Cache-Control"));
        Assert.Null(csv.Header("ETag"));
        Assert.Equal(zip[$"{inbox.Form}.csv"], csv.Text);
    }

    [Theory]
    [InlineData("query"), InlineData("form")]
    public async Task The_passphrase_may_be_in_the_address_or_a_form(string place)
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1");
        var admin = inbox.Programme.Admin;
        var answer =
            place == "query"
                ? await admin.GetAsync($"{inbox.SubmissionsPath}.csv?1={Uri.EscapeDataString(EncryptedInbox.Passphrase)}")
                : await admin.PostAsync(
                    $"{inbox.SubmissionsPath}.csv",
                    new FormUrlEncodedContent([KeyValuePair.Create("1", EncryptedInbox.Passphrase)])
                );
        Assert.Contains(",Ann,30,", answer.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choices_of_encrypted_submissions_become_columns()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1");
        var csv = await inbox.ExportAsync(".csv?splitSelectMultiples=true", EncryptedInbox.Passphrases(1));
        Assert.Contains("visit-soil/clay,visit-soil/sand", csv.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_passphrase_only_unencrypted_submissions_are_readable()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(
            ExportForms.Answer(inbox, "uuid:clear", "<name>Cleo</name><photo>c.jpg</photo>"),
            ("c.jpg", "clear"u8.ToArray(), "image/jpeg")
        );
        await inbox.Programme.EncryptAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1", ExportForms.Family, ("ann.jpg", "a picture of Ann"));

        var zip = await inbox.ZipAsync();
        var rows = zip[$"{inbox.Form}.csv"].Split('\n');
        Assert.Contains("uuid:1,", rows[1], StringComparison.Ordinal);
        Assert.Contains(",not decrypted,", rows[1], StringComparison.Ordinal);
        Assert.Contains("Cleo", rows[2], StringComparison.Ordinal);
        Assert.Equal(["media/c.jpg"], zip.Keys.Where(name => name.StartsWith("media/", StringComparison.Ordinal)));

        var both = ExportForms.Unzip(await inbox.ExportAsync(".csv.zip", EncryptedInbox.Passphrases(1)));
        Assert.Contains("Ann", both[$"{inbox.Form}.csv"].Split('\n')[1], StringComparison.Ordinal);
        Assert.Contains("Cleo", both[$"{inbox.Form}.csv"].Split('\n')[2], StringComparison.Ordinal);
        Assert.Equal(("clear", "a picture of Ann"), (both["media/c.jpg"], both["media/ann.jpg"]));
    }

    [Fact]
    public async Task A_wrong_passphrase_or_key_is_refused_before_the_first_byte()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1");
        foreach (var ending in new[] { ".csv", ".csv.zip" })
        {
            var wrong = await inbox.ExportAsync(ending, EncryptedInbox.Passphrases(1, "a wrong passphrase"));
            wrong.ShouldBeProblem(400.12m);
            Assert.DoesNotContain("a wrong passphrase", wrong.Text, StringComparison.Ordinal);
            (await inbox.ExportAsync(ending, EncryptedInbox.Passphrases(7))).ShouldBeProblem(400.8m);
            (await inbox.ExportAsync(ending, new Dictionary<string, int> { ["1"] = 5 })).ShouldBeProblem(400.11m);
        }
    }

    [Fact]
    public async Task Keys_lists_what_current_submissions_were_encrypted_with()
    {
        var inbox = await ExportForms.OpenAsync();
        var own = ExportForms
            .Survey(inbox.Form)
            .Replace("version=\"1\"", "version=\"own\"", StringComparison.Ordinal)
            .Replace("</model>", $"<submission base64RsaPublicKey=\"{EncryptedInbox.OwnKey}\"/></model>", StringComparison.Ordinal);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, own)).ShouldBe(HttpStatusCode.OK);
        (await inbox.Programme.PublishDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        using var ownPhone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(ownPhone, "uuid:own");
        await inbox.Programme.EncryptAsync();
        Assert.Equal(["false"], (await inbox.KeysAsync()).Select(key => key.GetProperty("managed").GetRawText()));

        var next = ExportForms.Survey(inbox.Form).Replace("version=\"1\"", "version=\"3\"", StringComparison.Ordinal);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, next)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("[]", (await inbox.Programme.Admin.GetAsync($"{inbox.Programme.FormPath(inbox.Form)}/draft/submissions/keys")).Text);
        (await inbox.Programme.PublishDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        Assert.Single(await inbox.KeysAsync());
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:managed");

        var keys = await inbox.KeysAsync();
        Assert.Equal(
            [(phone.PublicKey, true, EncryptedInbox.Hint), (EncryptedInbox.OwnKey, false, null)],
            keys.Select(key =>
                (key.GetProperty("public").GetString(), key.GetProperty("managed").GetBoolean(), key.GetProperty("hint").GetString())
            )
        );
        var (managed, unmanaged) = (keys[0].GetProperty("id").GetInt32(), keys[1].GetProperty("id").GetInt32());
        (await inbox.ExportAsync(".csv", EncryptedInbox.Passphrases(unmanaged))).ShouldBeProblem(400.8m);
        var rows = (await inbox.ExportAsync(".csv", EncryptedInbox.Passphrases(managed))).ShouldBe(HttpStatusCode.OK).Text.Split('\n');
        Assert.Contains(",Ann,30,", rows[1], StringComparison.Ordinal);
        Assert.Contains(",not decrypted,", rows[2], StringComparison.Ordinal);

        (await inbox.Programme.Admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid%3Aown")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([managed], (await inbox.KeysAsync()).Select(key => key.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Damaged_submissions_are_exported_undecrypted_beside_the_others()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1", ExportForms.Family, ("ann.jpg", "a picture of Ann"));
        await SendDamagedAsync(inbox, phone, "uuid:xml", (sent, files) => (sent.Manifest, [files[0], Damaged(files[1])]));
        await SendDamagedAsync(inbox, phone, "uuid:picture", (sent, files) => (sent.Manifest, [Damaged(files[0]), files[1]]));
        await SendDamagedAsync(
            inbox,
            phone,
            "uuid:key",
            (sent, files) =>
                (
                    sent.Manifest.Replace("Key>", "Key>AAAA", StringComparison.Ordinal)
                        .Replace("</base64EncryptedKey>AAAA", "</base64EncryptedKey>", StringComparison.Ordinal),
                    files
                )
        );
        await SendDamagedAsync(inbox, phone, "uuid:no-xml", (sent, files) => (sent.Manifest, [files[0]]));
        await SendDamagedAsync(inbox, phone, "uuid:no-picture", (sent, files) => (sent.Manifest, [files[1]]));

        var zip = ExportForms.Unzip((await inbox.ExportAsync(".csv.zip", EncryptedInbox.Passphrases(1))).ShouldBe(HttpStatusCode.OK));
        var rows = zip[$"{inbox.Form}.csv"].TrimEnd('\n').Split('\n').Skip(1).ToDictionary(row => Id(row));
        Assert.Contains(",Ann,", rows["uuid:1"], StringComparison.Ordinal);
        Assert.Contains(",Ann,", rows["uuid:picture"], StringComparison.Ordinal);
        Assert.Contains(",Ann,", rows["uuid:no-picture"], StringComparison.Ordinal);
        Assert.Contains(",not decrypted,", rows["uuid:xml"], StringComparison.Ordinal);
        Assert.Contains(",not decrypted,", rows["uuid:key"], StringComparison.Ordinal);
        Assert.Contains(",missing encrypted form data,", rows["uuid:no-xml"], StringComparison.Ordinal);
        Assert.DoesNotContain("Ann", rows["uuid:xml"], StringComparison.Ordinal);

        // A picture that cannot be decrypted stays in the archive as received.
        Assert.Equal("a picture of Ann", zip["media/ann.jpg"]);
        Assert.Equal(
            ["media/ann.jpg", "media/uuid-picture.jpg.enc"],
            zip.Keys.Where(name => name.StartsWith("media/", StringComparison.Ordinal)).Order()
        );
    }

    [Fact]
    public async Task OData_lists_encrypted_submissions_without_answers_and_takes_no_passphrase()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1");
        var row = (await inbox.ODataAsync("/Submissions")).GetProperty("value")[0];
        Assert.Equal("notDecrypted", row.GetProperty("__system").GetProperty("status").GetString());
        Assert.False(row.TryGetProperty("name", out _));
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/Submissions?1=passphrase"))).ShouldBeProblem(501.1m);
    }

    [Fact]
    public async Task Submissions_to_an_encrypted_draft_are_decrypted_with_the_same_key()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        var programme = inbox.Programme;
        var next = ExportForms.Survey(inbox.Form).Replace("version=\"1\"", "version=\"2\"", StringComparison.Ordinal);
        (await programme.ReplaceDraftAsync(inbox.Form, next)).ShouldBe(HttpStatusCode.OK);
        var draft = $"{programme.FormPath(inbox.Form)}/draft";
        using var phone = new EncryptingPhone((await programme.Admin.GetAsync($"{draft}.xml")).ShouldBe(HttpStatusCode.OK).Text);
        var clear = ExportForms.Answer(inbox, "uuid:1", ExportForms.Family);
        var sent = phone.Encrypt("uuid:1", clear);
        (await programme.Admin.OpenRosa.PostAsync($"{draft}/submission", Samples.Multipart(sent.Manifest, [.. sent.Files]))).ShouldBe(
            HttpStatusCode.Created
        );

        Assert.Equal(1, (await programme.Admin.GetAsync($"{draft}/submissions/keys")).Json[0].GetProperty("id").GetInt32());
        var csv = await programme.Admin.PostJsonAsync($"{draft}/submissions.csv", EncryptedInbox.Passphrases(1));
        Assert.Contains(",Ann,30,", csv.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decrypting_costs_two_operations_for_each_submission_and_keys_stop_at_the_first()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        for (var i = 0; i < 3; i++)
        {
            await inbox.SendEncryptedAsync(phone, $"uuid:{i}");
        }
        await inbox.KeysAsync();
        var keys = await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/keys");
        Assert.InRange(keys.ShouldBe(HttpStatusCode.OK).StorageOperations, 1, 5);
        var csv = await inbox.ExportAsync(".csv", EncryptedInbox.Passphrases(1));
        Assert.InRange(csv.ShouldBe(HttpStatusCode.OK).StorageOperations, 1, 4 + 1 + (2 * 3));
    }

    [Fact]
    public async Task A_viewer_exports_with_a_passphrase_and_a_collector_does_not()
    {
        var inbox = await EncryptedInbox.OpenAsync();
        using var phone = await inbox.PhoneAsync();
        await inbox.SendEncryptedAsync(phone, "uuid:1");
        var (viewer, _, _) = await inbox.Programme.WebUserAsync("viewer");
        var csv = await viewer.PostJsonAsync($"{inbox.SubmissionsPath}.csv", EncryptedInbox.Passphrases(1));
        Assert.Contains(",Ann,30,", csv.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        var (collector, _, _) = await inbox.Programme.WebUserAsync("formfill");
        (await collector.PostJsonAsync($"{inbox.SubmissionsPath}.csv", EncryptedInbox.Passphrases(1))).ShouldBeProblem(403.1m);
        (await collector.GetAsync($"{inbox.SubmissionsPath}/keys")).ShouldBeProblem(403.1m);
    }

    private static async Task SendDamagedAsync(
        Inbox inbox,
        EncryptingPhone phone,
        string instanceId,
        Func<
            EncryptedAnswer,
            IReadOnlyList<(string, byte[], string)>,
            (string Manifest, IReadOnlyList<(string, byte[], string)> Files)
        > damage
    )
    {
        var clear = ExportForms.Answer(inbox, instanceId, ExportForms.Family);
        var picture = $"{instanceId.Replace(':', '-')}.jpg";
        var sent = phone.Encrypt(instanceId, clear, (picture, Encoding.UTF8.GetBytes("a picture of Ann")));
        var (manifest, files) = damage(sent, [.. sent.Files]);
        await inbox.SendAsync(manifest, [.. files]);
    }

    // In the last block, only wrong padding can be detected.
    private static (string, byte[], string) Damaged((string Name, byte[] Content, string Type) file)
    {
        var content = (byte[])file.Content.Clone();
        content[^1] ^= 0xff;
        return (file.Name, content, file.Type);
    }

    private static string Id(string row) => row.Split(',').First(cell => cell.StartsWith("uuid:", StringComparison.Ordinal));
}
