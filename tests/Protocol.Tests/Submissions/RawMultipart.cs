using System.Text;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A multipart body written byte by byte, for malformed bodies that client libraries do not write.</summary>
public sealed class RawMultipart
{
    public const string Boundary = "----rosa-test-boundary";
    public const string ContentType = "multipart/form-data; boundary=" + Boundary;

    private readonly List<byte> _bytes = [];

    /// <summary>A part with these headers, one a line.</summary>
    public RawMultipart Part(string headers, ReadOnlySpan<byte> content)
    {
        Text($"--{Boundary}\r\n{headers}\r\n\r\n");
        _bytes.AddRange(content);
        return Text("\r\n");
    }

    public RawMultipart Part(string headers, string content) => Part(headers, Encoding.UTF8.GetBytes(content));

    public RawMultipart Xml(string xml) =>
        Part("Content-Disposition: form-data; name=\"xml_submission_file\"; filename=\"s.xml\"\r\nContent-Type: text/xml", xml);

    public RawMultipart File(string name, ReadOnlySpan<byte> content) =>
        Part($"Content-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: image/jpeg", content);

    public RawMultipart Text(string text)
    {
        _bytes.AddRange(Encoding.UTF8.GetBytes(text));
        return this;
    }

    /// <summary>With the final boundary.</summary>
    public byte[] End() => Text($"--{Boundary}--\r\n").Open();

    /// <summary>Without it.</summary>
    public byte[] Open() => [.. _bytes];

    public static ByteArrayContent Content(byte[] body, string contentType = ContentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }
}
