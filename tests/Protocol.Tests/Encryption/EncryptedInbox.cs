using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Exports;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Encryption;

/// <summary>A project with managed encryption and a survey in it.</summary>
public static class EncryptedInbox
{
    public const string Passphrase = "correct horse battery";
    public const string Hint = "what the horse said";

    /// <summary>Another key of 2048 bits, whose private key the tests do not have.</summary>
    public const string OwnKey =
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyYh7bSui/0xppQ+J3i5xghfao+559Rqg9X0xNbdMEsW35CzYUfmC8sOzeeUiE4pG7HIEUmiJal+mo70U"
        + "MDUlywXj9z053n0g6MmtLlUyBw0ZGhEZWHsfBxPQixdzY/c5i7sh0dFzWVBZ7UrqBc2qjRFUYxeXqHsAxSPClTH1nW47Mr2h4juBLC7tBNZA3biZA/XTPt//"
        + "hAuzv1d6MGiF3vQJXvFTNdfsh6Ckq4KXUsAv+07cLtON4KjrKhqsVNNGbFssTUHVL4A9N3gsuRGt329LHOKBxQUGEnhMM2MEtvk4kaVQrgCqpk1pMU/4HlFt"
        + "RjOoKdAIuzzxIl56gNdRUQIDAQAB";

    public static async Task<Inbox> OpenAsync(Server? server = null)
    {
        var inbox = await ExportForms.OpenAsync(server);
        await inbox.Programme.EncryptAsync();
        return inbox;
    }

    public static async Task EncryptAsync(this Programme programme) =>
        (await programme.Admin.PostJsonAsync($"{programme.Path}/key", new { passphrase = Passphrase, hint = Hint })).ShouldBe(
            HttpStatusCode.OK
        );

    /// <summary>A phone that has the published form.</summary>
    public static async Task<EncryptingPhone> PhoneAsync(this Inbox inbox) =>
        new((await inbox.Programme.Admin.GetAsync($"{inbox.Programme.FormPath(inbox.Form)}.xml")).ShouldBe(HttpStatusCode.OK).Text);

    /// <summary>Sends answers to the survey, encrypted.</summary>
    public static async Task<EncryptedAnswer> SendEncryptedAsync(
        this Inbox inbox,
        EncryptingPhone phone,
        string instanceId,
        string answers = ExportForms.Family,
        params (string Name, string Content)[] media
    )
    {
        var audit = media.Any(file => file.Name == "audit.csv") ? "<orx:audit>audit.csv</orx:audit>" : "";
        var clear = ExportForms
            .Answer(inbox, instanceId, answers, audit)
            .Replace("version=\"1\"", $"version=\"{phone.Version}\"", StringComparison.Ordinal);
        var sent = phone.Encrypt(instanceId, clear, [.. media.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Content)))]);
        await inbox.SendAsync(sent.Manifest, [.. sent.Files]);
        return sent;
    }

    public static async Task<List<JsonElement>> KeysAsync(this Inbox inbox) =>
        [.. (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/keys")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()];

    public static Task<Answer> ExportAsync(this Inbox inbox, string ending, object passphrases) =>
        inbox.Programme.Admin.PostJsonAsync($"{inbox.SubmissionsPath}{ending}", passphrases);

    public static object Passphrases(int number, string passphrase = Passphrase) =>
        new Dictionary<string, string> { [ExportForms.Number(number)] = passphrase };
}
