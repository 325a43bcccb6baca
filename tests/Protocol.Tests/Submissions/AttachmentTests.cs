using System.Globalization;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Which files a submission is expected to have, and how they come (OR-214 to OR-219).</summary>
public sealed class AttachmentTests
{
    [Fact, Clause("OR-210"), Clause("OR-212"), Clause("OR-214"), Clause("OR-215")]
    public async Task Three_hundred_photos_are_stored_from_several_requests_in_any_order()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var names = Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i:D4}-leaf.jpg")).ToArray();
        var xml = inbox.Submission(id, leaves: names);

        // As Collect does: at most 100 files at a time, here the last ones first.
        foreach (var some in names.Chunk(100).Reverse())
        {
            (await inbox.PostAsync(xml, [.. some.Select(name => (name, Content(name), "image/jpeg"))])).ShouldBeReceived();
        }

        using var slots = JsonDocument.Parse(await inbox.SlotsAsync(id));
        Assert.Equal(
            names,
            slots
                .RootElement.EnumerateArray()
                .Where(slot => slot.GetProperty("exists").GetBoolean())
                .Select(slot => slot.GetProperty("name").GetString())
        );
        foreach (var name in new[] { names[0], names[150], names[299] })
        {
            Assert.Equal(Content(name), await inbox.BytesAsync(id, name));
        }
        Assert.Equal([id], await inbox.InstanceIdsAsync());

        static byte[] Content(string name) => Samples.Bytes(200, name[3] + (256 * name[2]) + (65536 * name[1]));
    }

    [Fact, Clause("OR-214"), Clause("OR-215"), Clause("OR-218")]
    public async Task The_files_expected_are_the_values_of_the_binary_fields()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();

        await inbox.SendAsync(
            inbox.Submission(id, species: "not-a-file.jpg", photo: " front.jpg\n", leaves: ["b.jpg", "", "front.jpg", "a.jpg", "b.jpg"])
        );

        Assert.Equal(
            """[{"name":"a.jpg","exists":false},{"name":"b.jpg","exists":false},{"name":"front.jpg","exists":false}]""",
            await inbox.SlotsAsync(id)
        );
        (await inbox.FileAsync(id, "a.jpg")).ShouldBeProblem(404.1m);
        (await inbox.FileAsync(id, "not-a-file.jpg")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-216")]
    public async Task The_audit_log_of_the_phone_is_an_attachment()
    {
        var inbox = await Inbox.OpenAsync(definition: id =>
            Samples
                .Form(id)
                .Replace("<orx:instanceID/></orx:meta>", "<orx:instanceID/><orx:audit/></orx:meta>", StringComparison.Ordinal)
                .Replace(
                    "<bind nodeset=\"/data/species\"",
                    "<bind nodeset=\"/data/meta/audit\" type=\"binary\"/><bind nodeset=\"/data/species\"",
                    StringComparison.Ordinal
                )
        );
        var id = Samples.NewInstanceId();
        var xml = inbox.Submission(id).Replace("</orx:meta>", "<orx:audit>audit.csv</orx:audit></orx:meta>", StringComparison.Ordinal);

        (await inbox.PostAsync(xml, ("audit.csv", "event,node\n"u8.ToArray(), "text/csv"))).ShouldBeReceived();
        Assert.Equal("event,node\n"u8.ToArray(), await inbox.BytesAsync(id, "audit.csv"));
    }

    [Fact, Clause("OR-217"), Clause("OR-190")]
    public async Task A_form_without_binary_fields_keeps_no_files()
    {
        var inbox = await Inbox.OpenAsync(definition: id =>
            Samples.Form(id).Replace("type=\"binary\"", "type=\"string\"", StringComparison.Ordinal)
        );
        var id = Samples.NewInstanceId();

        (await inbox.PostAsync(inbox.Submission(id, photo: "a.jpg"), ("a.jpg", Samples.Bytes(10), "image/jpeg"))).ShouldBeReceived();
        Assert.Equal("[]", await inbox.SlotsAsync(id));
        Assert.Single(await StoredBlobs.OfProjectAsync(inbox.Programme.Id));
    }

    [Fact, Clause("OR-219"), Clause("OR-205")]
    public async Task The_same_file_again_changes_nothing_and_an_empty_one_is_a_file()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var xml = inbox.Submission(id, photo: "a.jpg", leaves: ["empty.jpg"]);
        (string, byte[], string)[] files = [("a.jpg", Samples.Bytes(500), "image/jpeg"), ("empty.jpg", [], "image/jpeg")];

        (await inbox.PostAsync(xml, files)).ShouldBeReceived();
        var stored = await StoredBlobs.OfProjectAsync(inbox.Programme.Id);
        (await inbox.PostAsync(xml, files)).ShouldBeReceived();

        Assert.Equal(3, stored.Count);
        Assert.Equal(stored, await StoredBlobs.OfProjectAsync(inbox.Programme.Id));
        Assert.Empty(await inbox.BytesAsync(id, "empty.jpg"));
    }

    [Fact, Clause("OR-212")]
    public async Task A_file_has_the_content_type_that_it_was_sent_with()
    {
        var inbox = await Inbox.OpenAsync();
        var id = Samples.NewInstanceId();
        var body = new RawMultipart()
            .Xml(inbox.Submission(id, photo: "a.jpg", leaves: ["b.csv", "c.unknown"]))
            .Part("Content-Disposition: form-data; name=\"a.jpg\"; filename=\"a.jpg\"\r\nContent-Type: image/webp", "a")
            .Part("Content-Disposition: form-data; name=\"b.csv\"; filename=\"b.csv\"", "b")
            .Part("Content-Disposition: form-data; name=\"c.unknown\"; filename=\"c\"\r\nContent-Type: some nonsense \t é", "c")
            .End();

        (await inbox.PostAsync(RawMultipart.Content(body))).ShouldBeReceived();
        Assert.Equal("image/webp", (await inbox.FileAsync(id, "a.jpg")).ShouldBe(HttpStatusCode.OK).Header("Content-Type"));
        Assert.Equal("text/csv; charset=utf-8", (await inbox.FileAsync(id, "b.csv")).ShouldBe(HttpStatusCode.OK).Header("Content-Type"));
        Assert.Equal("c"u8.ToArray(), await inbox.BytesAsync(id, "c.unknown"));
    }
}
