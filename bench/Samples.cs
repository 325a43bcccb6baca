using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ServerlessRosa.Bench;

/// <summary>
/// The forms and submissions of the workloads: the demo's household survey (20 questions, a repeat, five media fields), and a form with
/// media of its own.
/// </summary>
internal static class Samples
{
    public const string FormId = "household";
    public const string PicturesId = "pictures";

    /// <summary>The repeat, and how many rounds of it a submission has.</summary>
    public const string Repeat = "member";
    public const int Rounds = 2;

    public const int FileSize = 200_000;
    public const int LargeFileSize = 50_000_000;

    private const string FormVersion = "2026-01";
    private const string FormIdAttribute = $"id=\"{FormId}\" version=\"{FormVersion}\"";
    private const string SampleInstanceId = "uuid:5f1c7a52-6f0e-4a0e-9a55-0c4f7c2f1b01";
    private const string SamplePhoto = "house.jpg";

    private static readonly (string Field, string Name, string Type)[] MediaFields =
    [
        ("house_photo", SamplePhoto, "image/jpeg"),
        ("voice_note", "voice.m4a", "audio/mp4"),
        ("walk_around", "walk.mp4", "video/mp4"),
    ];

    private static readonly string FormXml = Read("form.xml");
    private static readonly string SubmissionXml = Read("submission.xml")
        .Replace($"<house_photo>{SamplePhoto}</house_photo>", "<house_photo/>", StringComparison.Ordinal);

    // Random, so that it cannot be compressed.
    private static readonly byte[] FileContent = RandomNumberGenerator.GetBytes(LargeFileSize);

    public static IReadOnlyList<string> Pictures { get; } =
    [.. Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"picture{i}.png"))];

    public static string Form(string id) =>
        FormXml.Replace(FormIdAttribute, $"id=\"{id}\" version=\"{FormVersion}\"", StringComparison.Ordinal);

    public static string PicturesForm()
    {
        var texts = string.Concat(Pictures.Select(name => $"<text id=\"{name}\"><value form=\"image\">jr://images/{name}</value></text>"));
        return $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
            <h:head><h:title>Pictures</h:title><model><itext><translation lang="en">{texts}</translation></itext>
            <instance><data id="{PicturesId}" version="1"><seen/><orx:meta><orx:instanceID/></orx:meta></data></instance>
            <bind nodeset="/data/seen" type="string"/></model></h:head>
            <h:body><input ref="/data/seen"><label ref="jr:itext('{Pictures[0]}')"/></input></h:body></h:html>
            """;
    }

    public static string NewInstanceId() => $"uuid:{Guid.NewGuid()}";

    /// <summary>A form that opens cases for a mobile worker.</summary>
    public static string CommCareForm(string userId, int cases)
    {
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var blocks = string.Concat(
            Enumerable
                .Range(0, cases)
                .Select(_ =>
                    $"""
                        <case xmlns="http://commcarehq.org/case/transaction/v2" case_id="{Guid.NewGuid()}" user_id="{userId}"
                            date_modified="{now}"><create><case_type>patient</case_type><case_name>Amina Yusuf</case_name></create>
                        <update><dob>1989-05-17</dob><village>Kibera</village><risk>low</risk><visits>3</visits>
                        <phone>0700 000 000</phone></update></case>
                        """
                )
        );
        return $"""
            <data xmlns="http://example.org/bench/register" version="1" name="Register">{blocks}<meta
                xmlns="http://openrosa.org/jsp/xforms"><instanceID>{Guid.NewGuid()}</instanceID><userID>{userId}</userID>
            <timeEnd>{now}</timeEnd></meta></data>
            """.Trim();
    }

    /// <summary>A submission with attachments of these sizes, at most three.</summary>
    public static string Submission(string instanceId, params ReadOnlySpan<int> sizes)
    {
        var xml = SubmissionXml.Replace(SampleInstanceId, instanceId, StringComparison.Ordinal);
        foreach (var (field, name, _) in MediaFields.AsSpan(0, sizes.Length))
            xml = xml.Replace($"<{field}/>", $"<{field}>{name}</{field}>", StringComparison.Ordinal);
        return xml;
    }

    public static HttpContent Multipart(string submission, params ReadOnlySpan<int> sizes)
    {
        var body = new MultipartFormDataContent("benchboundary2f61c0a97d");
        body.Add(Part(System.Text.Encoding.UTF8.GetBytes(submission), "text/xml"), "xml_submission_file", "submission.xml");
        for (var i = 0; i < sizes.Length; i++)
            body.Add(Part(File(sizes[i]), MediaFields[i].Type), $"\"{MediaFields[i].Name}\"", $"\"{MediaFields[i].Name}\"");
        return body;
    }

    public static ReadOnlyMemory<byte> File(int size) => FileContent.AsMemory(0, size);

    private static ReadOnlyMemoryContent Part(ReadOnlyMemory<byte> content, string type) =>
        new(content) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Samples).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
