using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>A mail service that keeps the received messages.</summary>
public sealed class MailServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<JsonElement> _messages = [];

    private MailServer(string address)
    {
        Address = address;
        _listener.Prefixes.Add(address + "/");
    }

    public string Address { get; }

    public IReadOnlyList<JsonElement> Messages => [.. _messages];

    public static MailServer Start()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var server = new MailServer($"http://127.0.0.1:{port}");
        server._listener.Start();
        _ = server.ListenAsync();
        return server;
    }

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                if (context.Request.Url!.AbsolutePath == "/emails:send")
                {
                    _messages.Enqueue(await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.InputStream));
                }
                context.Response.StatusCode = (int)HttpStatusCode.Accepted;
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // closed
            }
        }
    }
}
