using System.Net.Sockets;
using System.Text;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A phone on a bad line: a POST of a submission that is written piece by piece and may break off anywhere.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    /// <summary>Sends the head, with <paramref name="framing"/>: `Content-Length: 10`.</summary>
    public static async Task<RawConnection> PostAsync(Inbox inbox, string framing)
    {
        var users = (await inbox.Programme.Admin.GetAsync($"{inbox.Programme.Path}/app-users")).Json;
        var client = new TcpClient();
        await client.ConnectAsync(inbox.Programme.Server.BaseUrl.Host, inbox.Programme.Server.BaseUrl.Port);
        var connection = new RawConnection(client);
        await connection.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/key/{users[0].GetProperty("token").GetString()}{inbox.SubmissionPath} HTTP/1.1\r\nHost: "
                    + "example.org\r\nX-OpenRosa-Version: 1.0\r\n"
                    + $"X-Forwarded-Proto: https\r\nConnection: close\r\nContent-Type: {RawMultipart.ContentType}\r\n{framing}\r\n\r\n"
            )
        );
        return connection;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>Waits for the answer, and reads it to its end.</summary>
    public async Task<string> AnswerAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var answer = new MemoryStream();
        await _stream.CopyToAsync(answer, limit.Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>Resets the connection.</summary>
    public void Break()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }
}
