using System.Globalization;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Multipart bodies that end too early, have too much of something, or are none: refused, and nothing stored.</summary>
public sealed class BadMultipartTests
{
    private const string Boundary = RawMultipart.Boundary;
    private const string FileHead = "Content-Disposition: form-data; name=\"a.jpg\"; filename=\"a.jpg\"";

    // Each is given the XML, which is good.
    private static readonly Dictionary<string, Func<string, byte[]>> Bodies = new()
    {
        ["nothing at all"] = _ => [],
        ["no boundary"] = xml => System.Text.Encoding.UTF8.GetBytes(xml),
        ["only a final boundary"] = _ => new RawMultipart().End(),
        ["no part of the right name"] = xml =>
            new RawMultipart().Part("Content-Disposition: form-data; name=\"XML_Submission_File\"", xml).End(),
        ["the end in the first boundary"] = _ => new RawMultipart().Text($"--{Boundary[..5]}").Open(),
        ["the end in the headers"] = _ => new RawMultipart().Text($"--{Boundary}\r\nContent-Disposition: form-da").Open(),
        ["the end after the headers"] = _ =>
            new RawMultipart().Text($"--{Boundary}\r\nContent-Disposition: form-data; name=\"xml_submission_file\"\r\n\r\n").Open(),
        ["the end in the XML"] = xml => new RawMultipart().Xml(xml).Open()[..^40],
        ["no final boundary after the XML"] = xml => new RawMultipart().Xml(xml).Open(),
        ["no final boundary after a file"] = xml => new RawMultipart().Xml(xml).File("a.jpg", Samples.Bytes(100)).Open(),
        ["the end in a file"] = xml => new RawMultipart().Xml(xml).File("a.jpg", Samples.Bytes(100_000)).Open()[..^50_000],
        ["the end in an early file"] = _ => new RawMultipart().File("a.jpg", Samples.Bytes(100_000)).Open()[..^50_000],
        ["the end in the second part's boundary"] = xml => new RawMultipart().Xml(xml).Text($"--{Boundary[..^3]}").Open(),
        ["the end in the second part's headers"] = xml => new RawMultipart().Xml(xml).Text($"--{Boundary}\r\n{FileHead}").Open(),
        ["a header without a colon"] = xml => new RawMultipart().Xml(xml).Part($"{FileHead}\r\nnonsense", "x").End(),
        ["a header line of a megabyte"] = xml =>
            new RawMultipart().Xml(xml).Part($"{FileHead}; x=\"{new string('x', 1 << 20)}\"", "x").End(),
        ["a part name of a megabyte"] = xml =>
            new RawMultipart().Part($"Content-Disposition: form-data; name=\"{new string('x', 1 << 20)}\"", "x").Xml(xml).End(),
        ["ten thousand headers"] = xml =>
            new RawMultipart().Xml(xml).Part(string.Join("\r\n", Enumerable.Range(0, 10_000).Select(i => $"X-{i}: {i}")), "x").End(),
        ["two thousand files after the XML"] = xml => Files(new RawMultipart().Xml(xml), 2000).End(),
        ["two thousand files before the XML"] = xml => Files(new RawMultipart(), 2000).Xml(xml).End(),
        ["a CSRF field of a megabyte"] = xml =>
            new RawMultipart().Xml(xml).Part("Content-Disposition: form-data; name=\"__csrf\"", new string('x', 1 << 20)).End(),
        ["another boundary than announced"] = xml =>
            new RawMultipart()
                .Text(
                    System
                        .Text.Encoding.UTF8.GetString(new RawMultipart().Xml(xml).End())
                        .Replace(Boundary, "other", StringComparison.Ordinal)
                )
                .Open(),
        ["an XML part that is empty"] = _ => new RawMultipart().Xml("").End(),
        ["noise"] = _ => Samples.Bytes(1 << 20),
        ["noise after a good part"] = xml => [.. new RawMultipart().Xml(xml).Open(), .. Samples.Bytes(100_000)],
    };

    public static TheoryData<string> Names => [.. Bodies.Keys];

    [Theory, Clause("OR-182"), Clause("OR-183")]
    [MemberData(nameof(Names))]
    public async Task A_malformed_body_is_refused_and_nothing_is_stored(string name)
    {
        var inbox = await Inbox.OpenAsync();
        var xml = inbox.Submission("uuid:1", photo: "a.jpg");

        (await inbox.PostAsync(RawMultipart.Content(Bodies[name](xml)))).ShouldBeRefused();
        await inbox.ShouldHoldNothingAsync();
        await inbox.SendAsync(xml);
    }

    [Fact, Clause("OR-183")]
    public async Task A_malformed_body_is_refused_in_an_OpenRosa_envelope()
    {
        var inbox = await Inbox.OpenAsync();

        (
            await inbox.PostAsync(RawMultipart.Content(Bodies["the end in a file"](inbox.Submission("uuid:1", photo: "a.jpg"))))
        ).ShouldBeOpenRosaError(400, "Multipart form content failed to parse");
    }

    [Fact, Clause("OR-182")]
    public async Task A_boundary_of_a_kilobyte_is_refused()
    {
        var inbox = await Inbox.OpenAsync();
        var type = $"multipart/form-data; boundary={new string('b', 1000)}";

        (await inbox.PostAsync(RawMultipart.Content(new RawMultipart().Xml(inbox.Submission("uuid:1")).End(), type))).ShouldBeRefused();
        await inbox.ShouldHoldNothingAsync();
    }

    private static RawMultipart Files(RawMultipart body, int count)
    {
        for (var i = 0; i < count; i++)
        {
            body.File(string.Create(CultureInfo.InvariantCulture, $"{i}.jpg"), "x"u8);
        }
        return body;
    }
}
