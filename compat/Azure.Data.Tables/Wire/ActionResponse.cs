using System.Runtime.InteropServices;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables.Wire;

/// <summary>The answer to one action of a transaction. Its headers are parsed when somebody asks for one, which is rare.</summary>
internal sealed class ActionResponse(int status, string reason, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body) : Response
{
    private Dictionary<string, string> _headers;
    private Stream _content;

    public override int Status => status;

    public override string ReasonPhrase => reason;

    public override Stream ContentStream
    {
        get => _content ??= MemoryMarshal.TryGetArray(body, out var bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false, publiclyVisible: true)
            : new MemoryStream(body.ToArray());
        set => _content = value;
    }

    public override string ClientRequestId { get; set; } = "";

    public override bool IsError => status >= 400;

    private Dictionary<string, string> ParsedHeaders => _headers ??= Parse(head);

    public static (string Name, string Value) HeaderOf(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..].Trim());
    }

    public override void Dispose() => _content?.Dispose();

    protected override bool ContainsHeader(string name) => ParsedHeaders.ContainsKey(name);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => ParsedHeaders.Select(header => new HttpHeader(header.Key, header.Value));

    protected override bool TryGetHeader(string name, out string value) => ParsedHeaders.TryGetValue(name, out value);

    protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values)
    {
        values = ParsedHeaders.TryGetValue(name, out var value) ? [value] : null;
        return values is not null;
    }

    private static Dictionary<string, string> Parse(ReadOnlyMemory<byte> head)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var line = TransactionResponse.NextLine(ref head); line.Length > 0; line = TransactionResponse.NextLine(ref head))
        {
            var (name, value) = HeaderOf(line);
            headers[name] = value;
        }

        return headers;
    }
}
