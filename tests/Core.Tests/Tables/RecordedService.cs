using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Tests.Tables;

/// <summary>Gives recorded answers in turn, and keeps what was asked: for answers that an emulator never gives.</summary>
internal sealed class RecordedService : IAsyncDisposable
{
    private const string Key = "a2V5";

    private readonly HttpListener _listener = new();
    private readonly Uri _address;
    private readonly Task _serving;

    public RecordedService(params Answer[] answers)
    {
        using (var socket = new TcpListener(IPAddress.Loopback, 0))
        {
            socket.Start();
            _address = new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}/acc");
        }

        _listener.Prefixes.Add(_address.GetLeftPart(UriPartial.Authority) + "/");
        _listener.Start();
        _serving = ServeAsync(answers);
    }

    public ConcurrentQueue<Request> Requests { get; } = [];

    public TableClient Table(TableClientOptions? options = null) =>
        new TableServiceClient($"AccountName=acc;AccountKey={Key};TableEndpoint={_address}", options).GetTableClient("Visits");

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        try
        {
            await _serving;
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // A test that failed halfway left an answer that nobody asked for.
        }
    }

    private async Task ServeAsync(Answer[] answers)
    {
        foreach (var answer in answers)
        {
            var context = await _listener.GetContextAsync();
            using var body = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            Requests.Enqueue(new Request(context.Request.HttpMethod, context.Request.RawUrl!, context.Request.Headers.ToString()!, await body.ReadToEndAsync()));
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            foreach (var (name, value) in answer.Headers ?? []) context.Response.Headers[name] = value;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
            context.Response.Close();
        }
    }

    public sealed record Request(string Method, string Path, string Headers, string Body);

    public sealed record Answer(int Status, string Body, string ContentType = "application/json", Dictionary<string, string>? Headers = null);
}
