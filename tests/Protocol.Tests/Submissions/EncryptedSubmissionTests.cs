using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Encrypted submissions: the server stores them as received (OR-235 to OR-237).</summary>
public sealed class EncryptedSubmissionTests
{
    [Theory, Clause("OR-235"), Clause("OR-237")]
    [InlineData("http://www.opendatakit.org/xforms/encrypted")]
    [InlineData("http://opendatakit.org/submissions")]
    [InlineData("")]
    public async Task Every_file_of_the_manifest_is_expected_and_kept(string xmlns)
    {
        var inbox = await Inbox.OpenAsync();
        var manifest = Manifest(
            inbox,
            xmlns,
            "<orx:meta xmlns:orx=\"http://openrosa.org/xforms\"><orx:instanceID>uuid:1</orx:instanceID></orx:meta>"
        );

        (await inbox.PostAsync(manifest, ("a.jpg.enc", Samples.Bytes(100), "application/octet-stream"))).ShouldBeReceived();
        (
            await inbox.PostAsync(
                manifest,
                ("submission.xml.enc", Samples.Bytes(200), "application/octet-stream"),
                ("a.jpg", Samples.Bytes(1), "image/jpeg")
            )
        ).ShouldBeReceived();

        Assert.Equal(
            """[{"name":"a.jpg.enc","exists":true},{"name":"audit.csv.enc","exists":false},{"name":"submission.xml.enc","exists":true}]""",
            await inbox.SlotsAsync("uuid:1")
        );
        Assert.Equal(Samples.Bytes(200), await inbox.BytesAsync("uuid:1", "submission.xml.enc"));
        Assert.Equal(manifest, await inbox.XmlAsync("uuid:1"));
    }

    [Fact, Clause("OR-236")]
    public async Task An_encryption_manifest_without_instance_id_is_refused()
    {
        var inbox = await Inbox.OpenAsync();

        (await inbox.PostAsync(Manifest(inbox, "http://www.opendatakit.org/xforms/encrypted", ""))).ShouldBeOpenRosaError(
            400,
            "instanceId (required for encrypted submissions)"
        );
        await inbox.ShouldHoldNothingAsync();
    }

    private static string Manifest(Inbox inbox, string xmlns, string meta) =>
        $"""
            <data id="{inbox.Form}" version="1" encrypted="yes" xmlns="{xmlns}"><base64EncryptedKey>a2V5</base64EncryptedKey>{meta}
            <media><file>a.jpg.enc</file></media><media><file>audit.csv.enc</file></media>
            <encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
            <base64EncryptedElementSignature>c2ln</base64EncryptedElementSignature></data>
            """;
}
