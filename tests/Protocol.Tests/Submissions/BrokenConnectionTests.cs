using System.Globalization;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Bodies that end too early, or are framed wrongly, on the wire.</summary>
public sealed class BrokenConnectionTests
{
    [Fact, Clause("OR-212"), Clause("OR-183")]
    public async Task A_disconnected_phone_leaves_no_submission()
    {
        var inbox = await Inbox.OpenAsync();
        var xml = inbox.Submission("uuid:1", photo: "a.jpg", leaves: ["b.jpg"]);
        var body = new RawMultipart().Xml(xml).File("a.jpg", Samples.Bytes(100_000)).File("b.jpg", Samples.Bytes(100_000)).End();

        // The Functions host reads a body with Content-Length whole before the app sees any of it.
        using var connection = await RawConnection.PostAsync(inbox, "Transfer-Encoding: chunked");
        await connection.SendAsync(Chunk(body.AsSpan(0, 150_000)));
        await Eventually.TrueAsync(
            async () => (await StoredBlobs.OfProjectAsync(inbox.Programme.Id)).Count == 1,
            "the first file was stored"
        );
        connection.Break();

        await Eventually.TrueAsync(
            async () => (await StoredBlobs.OfProjectAsync(inbox.Programme.Id)).Count == 0,
            "the first file was taken back"
        );
        await inbox.ShouldHoldNothingAsync();

        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();
        Assert.Equal(Samples.Bytes(100_000), await inbox.BytesAsync("uuid:1", "b.jpg"));
    }

    [Theory, Clause("OR-185")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_received_before_their_XML_leave_no_temporary_file(bool breaks)
    {
        var inbox = await Inbox.OpenAsync();
        var size = breaks ? 1_234_577 : 1_345_679;
        var body = new RawMultipart().File("a.jpg", Samples.Bytes(size)).Xml(inbox.Submission("uuid:1", photo: "a.jpg")).End();
        var early = body.Length - 100;

        using var connection = await RawConnection.PostAsync(inbox, "Transfer-Encoding: chunked");
        await connection.SendAsync(Chunk(body.AsSpan(0, early)));
        await Eventually.TrueAsync(() => Task.FromResult(TemporaryFiles(size) == 1), "the file waited on disk");
        if (breaks)
        {
            connection.Break();
        }
        else
        {
            await connection.SendAsync(Chunk(body.AsSpan(early)));
            await connection.SendAsync("0\r\n\r\n"u8.ToArray());
            Assert.StartsWith("HTTP/1.1 201 ", await connection.AnswerAsync(), StringComparison.Ordinal);
            Assert.Equal(Samples.Bytes(size), await inbox.BytesAsync("uuid:1", "a.jpg"));
        }

        await Eventually.TrueAsync(() => Task.FromResult(TemporaryFiles(size) == 0), "the temporary file was gone");
        Assert.Equal(breaks ? 0 : 1, (await inbox.ListAsync()).Count);
    }

    [Fact, Clause("OR-183")]
    [Trait("Needs", "FrontEnd")]
    public async Task A_body_shorter_than_its_Content_Length_is_refused()
    {
        var inbox = await Inbox.OpenAsync();
        var body = new RawMultipart().Xml(inbox.Submission("uuid:1")).End();

        using var connection = await RawConnection.PostAsync(inbox, Length(body.Length + 1000));
        await connection.SendAsync(body);

        Assert.Matches("^HTTP/1.1 (400|408) ", await connection.AnswerAsync());
        await inbox.ShouldHoldNothingAsync();
    }

    [Fact, Clause("OR-183")]
    public async Task A_body_longer_than_its_Content_Length_is_refused()
    {
        var inbox = await Inbox.OpenAsync();
        var body = new RawMultipart().Xml(inbox.Submission("uuid:1")).End();

        using var connection = await RawConnection.PostAsync(inbox, Length(body.Length - 50));
        await connection.SendAsync(body);

        ShouldBeRefusal(await connection.AnswerAsync());
        await inbox.ShouldHoldNothingAsync();
    }

    [Theory, Clause("OR-031"), Clause("OR-183")]
    [InlineData("nonsense\r\n")]
    [InlineData("-5\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n")]
    [Trait("Needs", "FrontEnd")]
    public async Task Malformed_chunks_are_refused(string chunk)
    {
        var inbox = await Inbox.OpenAsync();
        var body = new RawMultipart().Xml(inbox.Submission("uuid:1")).Open();

        using var connection = await RawConnection.PostAsync(inbox, "Transfer-Encoding: chunked");
        await connection.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{body.Length:X}\r\n")));
        await connection.SendAsync(body);
        await connection.SendAsync(Encoding.ASCII.GetBytes($"\r\n{chunk}"));

        // The host reads chunks itself, and refuses these in its own words.
        Assert.StartsWith("HTTP/1.1 400 ", await connection.AnswerAsync(), StringComparison.Ordinal);
        await inbox.ShouldHoldNothingAsync();
    }

    [Fact, Clause("OR-192")]
    [Trait("Needs", "FrontEnd")]
    public async Task A_body_above_the_limit_is_never_accepted()
    {
        var inbox = await Inbox.OpenAsync();

        using var connection = await RawConnection.PostAsync(inbox, Length(500_000_000));
        var answer = await connection.AnswerAsync();

        // The app's 413 does not pass the host while the client still owes the body.
        Assert.Matches("^HTTP/1.1 (408|413|500) ", answer);
        await inbox.ShouldHoldNothingAsync();
    }

    [Fact, Clause("OR-192"), Clause("OR-031")]
    [Trait("Needs", "FrontEnd")]
    public async Task A_chunked_body_is_refused_at_the_limit()
    {
        var inbox = await Inbox.OpenAsync();
        var head = new RawMultipart()
            .Xml(inbox.Submission("uuid:1", photo: "a.jpg"))
            .Text($"--{RawMultipart.Boundary}\r\nContent-Disposition: form-data; name=\"a.jpg\"; filename=\"a.jpg\"\r\n\r\n")
            .Open();

        using var connection = await RawConnection.PostAsync(inbox, "Transfer-Encoding: chunked");
        await connection.SendAsync(Chunk(head));
        var megabyte = Chunk(Samples.Bytes(1 << 20));
        for (var sent = 0; sent < 106; sent++)
        {
            await connection.SendAsync(megabyte);
        }
        await connection.SendAsync("0\r\n\r\n"u8.ToArray());
        var answer = await connection.AnswerAsync();

        Assert.Matches("^HTTP/1.1 (408|413|500) ", answer);
        await inbox.ShouldHoldNothingAsync();
    }

    private static byte[] Chunk(ReadOnlySpan<byte> bytes) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length:X}\r\n")), .. bytes, .. "\r\n"u8];

    private static string Length(int length) => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}");

    private static int TemporaryFiles(int size) =>
        new DirectoryInfo(Path.GetTempPath())
            .EnumerateFiles("rosa-*")
            .Count(file => file.Exists && file.Length > size - 8192 && file.Length <= size);

    private static void ShouldBeRefusal(string answer)
    {
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("<OpenRosaResponse", answer, StringComparison.Ordinal);
    }
}
