using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Parts of a multipart body (OR-182 to OR-192).</summary>
public sealed class MultipartTests
{
    [Theory, Clause("OR-182")]
    [InlineData("application/json")]
    [InlineData("text/xml")]
    [InlineData("multipart/mixed; boundary=----rosa-test-boundary")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("nonsense;;;")]
    [InlineData(null)]
    public async Task A_body_that_is_not_multipart_is_refused_with_the_missing_part(string? contentType)
    {
        var inbox = await Inbox.OpenAsync();
        var body = new ByteArrayContent(new RawMultipart().Xml(inbox.Submission(Samples.NewInstanceId())).End());
        if (contentType is not null)
        {
            body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        (await inbox.PostAsync(body)).ShouldBeOpenRosaError(400, "Required multipart POST field xml_submission_file missing");
        await inbox.ShouldHoldNothingAsync();
    }

    [Theory, Clause("OR-184"), Clause("OR-185")]
    [InlineData("name=\"xml_submission_file\"")]
    [InlineData("name=xml_submission_file")]
    [InlineData("name=\"xml_submission_file\"; filename=\"s.xml\"\r\nContent-Type: image/jpeg")]
    [InlineData("name=\"xml_submission_file\"; filename*=UTF-8''s.xml\r\nContent-Type: nonsense")]
    [InlineData("name=\"xml_submission_file\"\r\nContent-Type: application/xml; charset=utf-8\r\nContent-Transfer-Encoding: binary")]
    public async Task The_XML_part_needs_no_file_name_and_may_have_any_type(string disposition)
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var xml = inbox.Submission(id);

        (
            await inbox.PostAsync(
                RawMultipart.Content(new RawMultipart().Part($"Content-Disposition: form-data; {disposition}", xml).End())
            )
        ).ShouldBeReceived();
        Assert.Equal(xml, await inbox.XmlAsync(id));
    }

    [Fact, Clause("OR-185"), Clause("OR-214")]
    public async Task Files_before_and_after_the_xml_are_kept()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var early = Samples.Bytes(300_000);
        var late = Samples.Bytes(70_000, seed: 2);
        var xml = inbox.Submission(id, photo: "early.jpg", leaves: ["late.jpg"]);

        var body = new RawMultipart().File("early.jpg", early).File("unknown.jpg", early).Xml(xml).File("late.jpg", late).End();
        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();

        Assert.Equal(early, await inbox.BytesAsync(id, "early.jpg"));
        Assert.Equal(late, await inbox.BytesAsync(id, "late.jpg"));
    }

    [Fact, Clause("OR-186")]
    public async Task A_second_xml_part_is_ignored()
    {
        var inbox = await Inbox.OpenAsync();
        var (first, second) = (Samples.NewInstanceId(), Samples.NewInstanceId());

        var body = new RawMultipart().Xml(inbox.Submission(first)).Xml(inbox.Submission(second)).Xml("<broken").End();
        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();

        Assert.Equal([first], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-187")]
    public async Task Files_are_matched_by_the_name_of_the_part_and_not_of_the_file()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var body = new RawMultipart()
            .Xml(inbox.Submission(id, photo: "a.jpg", leaves: ["b.jpg"]))
            .Part("Content-Disposition: form-data; name=\"a.jpg\"; filename=\"b.jpg\"", "of a")
            .Part("Content-Disposition: form-data; name=\"other\"; filename=\"b.jpg\"", "of nobody")
            .End();

        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();
        Assert.Equal("of a"u8.ToArray(), await inbox.BytesAsync(id, "a.jpg"));
        Assert.Contains("""{"name":"b.jpg","exists":false}""", await inbox.SlotsAsync(id), StringComparison.Ordinal);
    }

    [Fact, Clause("OR-188")]
    public async Task Of_two_parts_with_one_name_the_last_is_kept()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var body = new RawMultipart()
            .File("a.jpg", "early"u8)
            .Xml(inbox.Submission(id, photo: "a.jpg"))
            .File("a.jpg", "first"u8)
            .File("a.jpg", "last"u8)
            .End();

        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();
        Assert.Equal("last"u8.ToArray(), await inbox.BytesAsync(id, "a.jpg"));
        Assert.Equal(2, (await StoredBlobs.OfProjectAsync(inbox.Programme.Id)).Count);
    }

    [Theory, Clause("OR-187"), Clause("OR-189")]
    [InlineData("árbol 木 🌳.jpg", "name=\"árbol 木 🌳.jpg\"")]
    [InlineData("a \"big\" tree.jpg", "name=\"a \\\"big\\\" tree.jpg\"")]
    [InlineData("a \"big\" tree.jpg", "name=\"a %22big%22 tree.jpg\"")]
    [InlineData("50%22.jpg", "name=\"50%22.jpg\"")]
    [InlineData("../../etc/passwd", "name=\"../../etc/passwd\"")]
    [InlineData("a/b?c#d%25e;f=g&h.jpg", "name=\"a/b?c#d%25e;f=g&h.jpg\"")]
    [InlineData("plain.jpg", "name=plain.jpg")]
    [Trait("Needs", "FrontEnd")]
    public async Task Files_are_matched_by_any_valid_name(string name, string disposition)
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var body = new RawMultipart()
            .Xml(inbox.Submission(id, photo: name))
            .Part($"Content-Disposition: form-data; {disposition}; filename=\"x.jpg\"", "bytes")
            .End();

        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();
        Assert.Equal("bytes"u8.ToArray(), await inbox.BytesAsync(id, name));
        Assert.All(
            await StoredBlobs.OfProjectAsync(inbox.Programme.Id),
            blob => Assert.DoesNotContain("..", blob, StringComparison.Ordinal)
        );
    }

    [Theory, Clause("OR-190"), Clause("OR-191")]
    [InlineData("Content-Disposition: form-data; name=\"*isIncomplete*\"")]
    [InlineData("Content-Disposition: form-data; name=\"__csrf\"")]
    [InlineData("Content-Disposition: form-data; name=\"a.jpg\"")]
    [InlineData("Content-Disposition: form-data; name=\"\"; filename=\"a.jpg\"")]
    [InlineData("Content-Disposition: form-data; filename=\"a.jpg\"")]
    [InlineData("Content-Disposition: form-data; name=\"a.jpg\0\"; filename=\"a.jpg\0\"")]
    [InlineData("Content-Disposition: form-data; name=\"b.jpg\"; filename=\"a.jpg\"")]
    [InlineData("Content-Disposition: attachment; name=\"")]
    [InlineData("Content-Type: image/jpeg")]
    [InlineData("Content-Disposition: form-data; name*=UTF-8''%00; filename*=UTF-8''%FF%FE")]
    public async Task Unexpected_fields_and_files_are_ignored(string headers)
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var xml = inbox.Submission(id, photo: "a.jpg");
        var body = new RawMultipart().Part(headers, "yes").Xml(xml).Part(headers, "yes").End();

        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();
        Assert.Equal("""[{"name":"a.jpg","exists":false}]""", await inbox.SlotsAsync(id));
        Assert.Single(await StoredBlobs.OfProjectAsync(inbox.Programme.Id));
    }

    [Fact, Clause("OR-031")]
    public async Task A_chunked_body_of_unknown_length_is_accepted()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var photo = Samples.Bytes(500_000);
        var whole = await Samples.Multipart(inbox.Submission(id, photo: "a.jpg"), ("a.jpg", photo, "image/jpeg")).ReadAsByteArrayAsync();

        (await inbox.PostAsync(new TrickleContent(whole))).ShouldBeReceived();
        Assert.Equal(photo, await inbox.BytesAsync(id, "a.jpg"));
    }

    /// <summary>Doesn't know its length, and comes in pieces that end anywhere.</summary>
    private sealed class TrickleContent : HttpContent
    {
        private readonly byte[] _bytes;

        public TrickleContent(byte[] bytes)
        {
            _bytes = bytes;
            var boundary = Encoding.ASCII.GetString(bytes.AsSpan(2, bytes.AsSpan().IndexOf("\r\n"u8) - 2));
            Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int at = 0, size = 1; at < _bytes.Length; at += size, size = (size * 3 % 9973) + 1)
            {
                size = Math.Min(size, _bytes.Length - at);
                await stream.WriteAsync(_bytes.AsMemory(at, size));
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
