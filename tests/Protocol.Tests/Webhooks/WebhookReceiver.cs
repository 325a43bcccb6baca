using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Webhooks;

/// <summary>What a receiver got.</summary>
internal sealed record Received(string Id, string Timestamp, string Signature, string Body, string ContentType)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public string Type => Json.GetProperty("type").GetString()!;

    public JsonElement Data => Json.GetProperty("data");

    /// <summary>Whether one of the signatures is by that secret, and the time is now.</summary>
    public bool IsSignedBy(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signed = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Body}"));
        var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(Timestamp, CultureInfo.InvariantCulture));
        return Signature.Split(' ').Contains("v1," + Convert.ToBase64String(signed)) && age.Duration() < TimeSpan.FromMinutes(5);
    }
}

/// <summary>A receiver of webhooks at an address of its own; all share one web server on loopback.</summary>
internal sealed class WebhookReceiver
{
    private static readonly ConcurrentDictionary<string, WebhookReceiver> All = new();
    private static readonly Lazy<Task<string>> Origin = new(StartAsync);

    private readonly ConcurrentQueue<Received> _received = [];
    private int _asked;

    private WebhookReceiver(string url) => Url = url;

    public string Url { get; }

    /// <summary>Answers the nth request, from 1; 204 unless given.</summary>
    public Func<int, HttpContext, Task> Answer { get; set; } =
        (_, http) =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };

    public IReadOnlyList<Received> Requests => [.. _received];

    public static async Task<WebhookReceiver> OpenAsync()
    {
        var path = $"/{Guid.NewGuid():N}";
        return All[path] = new WebhookReceiver(await Origin.Value + path);
    }

    public async Task<IReadOnlyList<Received>> WaitAsync(int count, Func<Received, bool>? wanted = null)
    {
        await Eventually.TrueAsync(
            () => Task.FromResult(Requests.Count(one => wanted?.Invoke(one) ?? true) >= count),
            $"{Url} received {count}"
        );
        return [.. Requests.Where(one => wanted?.Invoke(one) ?? true)];
    }

    private static async Task<string> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(http =>
            All.TryGetValue(http.Request.Path, out var receiver) ? receiver.ReceiveAsync(http) : http.Response.WriteAsync("nobody")
        );
        await app.StartAsync();
        return app.Urls.Single();
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        string Header(string name) => http.Request.Headers[name].ToString();
        _received.Enqueue(
            new Received(Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body, http.Request.ContentType!)
        );
        await Answer(Interlocked.Increment(ref _asked), http);
    }
}
