using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Sends a request byte for byte: for targets and headers that an HTTP library tidies up or refuses.</summary>
public static class RawHttp
{
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    /// <summary>
    /// <paramref name="target"/> is the whole request target. The lines in <paramref name="headers"/> come after those every request
    /// needs; one that starts with `Host:` takes the place of the right one.
    /// </summary>
    public static Task<Answer> SendAsync(Server server, string method, string target, params string[] headers) =>
        SendAsync(server, method, target, "", headers);

    public static Task<Answer> SendAsync(Server server, string method, string target, string body, string[] headers)
    {
        var lines = new List<string> { $"{method} {target} HTTP/1.1", "Connection: close" };
        if (!headers.Any(header => header.StartsWith("Host:", StringComparison.Ordinal)))
        {
            lines.Add($"Host: {server.BaseUrl.Authority}");
        }
        lines.AddRange(headers);
        return SendAsync(server, $"{string.Join("\r\n", lines)}\r\n\r\n{body}");
    }

    /// <summary>The whole request, as Latin-1. The server has to close the connection after its answer.</summary>
    public static async Task<Answer> SendAsync(Server server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.BaseUrl.Host, server.BaseUrl.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var received = new MemoryStream();
        await stream.CopyToAsync(received).WaitAsync(TimeSpan.FromSeconds(60));
        return Parse(received.ToArray());
    }

    private static Answer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf(HeaderEnd);
        Assert.True(end > 0, $"This is no answer: {Encoding.Latin1.GetString(bytes)}");
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        using var response = new HttpResponseMessage((HttpStatusCode)int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture))
        {
            Content = new ByteArrayContent([]),
        };
        foreach (var line in lines.Skip(1))
        {
            var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        var body = bytes[(end + HeaderEnd.Length)..];
        return new Answer(
            response.StatusCode,
            response.Headers,
            response.Content.Headers,
            response.Headers.TransferEncodingChunked == true ? Unchunk(body) : body
        );
    }

    private static byte[] Unchunk(ReadOnlySpan<byte> body)
    {
        var whole = new MemoryStream();
        while (true)
        {
            var line = body.IndexOf("\r\n"u8);
            var length = int.Parse(body[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
            {
                return whole.ToArray();
            }
            whole.Write(body.Slice(line + 2, length));
            body = body[(line + 2 + length + 2)..];
        }
    }
}
