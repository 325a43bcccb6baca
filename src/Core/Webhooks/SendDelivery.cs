using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Options;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>The receiver's answer, or why there is none.</summary>
internal sealed record DeliveryResult(int? Status, string? Error)
{
    public bool IsDelivered => Error is null;
}

/// <summary>
/// Posts one delivery to its receiver. Nothing of the answer is read but its status. Redirects are not followed. Private addresses are
/// refused when the connection is made, after the name was resolved.
/// </summary>
public sealed class SendDelivery : IDisposable
{
    /// <summary>For the whole attempt, from the resolution of the name to the status of the answer.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TokenRequestContext EventGridScope = new(["https://eventgrid.azure.net/.default"]);

    private readonly WebhookOptions _options;
    private readonly WebhookSecrets _secrets;
    private readonly TimeProvider _clock;
    private readonly HttpClient _toWebhooks;
    private readonly HttpClient _toTopic;
    private readonly Lazy<DefaultAzureCredential> _identity = new(() => new DefaultAzureCredential());

    public SendDelivery(IOptions<WebhookOptions> options, WebhookSecrets secrets, TimeProvider clock)
    {
        (_options, _secrets, _clock) = (options.Value, secrets, clock);
        _toWebhooks = CreateClient(toPrivate: options.Value.WebhooksToPrivateAddresses);
        _toTopic = CreateClient(toPrivate: true);
    }

    /// <summary>Never throws for what the receiver does.</summary>
    internal async Task<DeliveryResult> RunAsync(Webhook webhook, string id, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            var isTopic = webhook.Id == Webhook.EventGrid;
            using var request = isTopic ? await ToTopicAsync(webhook, body, cancellationToken) : ToWebhook(webhook, id, body);
            using var answer = await (isTopic ? _toTopic : _toWebhooks).SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            var status = (int)answer.StatusCode;
            return new DeliveryResult(status, answer.IsSuccessStatusCode ? null : $"The receiver answered {status}.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && ReasonOf(e) is { } reason)
        {
            return new DeliveryResult(null, reason);
        }
    }

    public void Dispose()
    {
        _toWebhooks.Dispose();
        _toTopic.Dispose();
    }

    private HttpRequestMessage ToWebhook(Webhook webhook, string id, byte[] body)
    {
        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.Add("User-Agent", "ServerlessRosa");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _secrets.Sign(webhook, id, timestamp, body));
        return request;
    }

    private async Task<HttpRequestMessage> ToTopicAsync(Webhook webhook, byte[] body, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(webhook.Url);
        if (address.Query.Length == 0)
        {
            address.Query = "api-version=2018-01-01";
        }
        var request = new HttpRequestMessage(HttpMethod.Post, address.Uri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json") { CharSet = "utf-8" };
        if (_options.EventGridKey is { Length: > 0 } key)
        {
            request.Headers.Add("aeg-sas-key", key);
        }
        else
        {
            var token = await _identity.Value.GetTokenAsync(EventGridScope, cancellationToken);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
        }
        return request;
    }

    // Null for a failure of this server.
    private static string? ReasonOf(Exception failure) =>
        failure switch
        {
            OperationCanceledException => "The receiver did not answer within 10 seconds.",
            HttpRequestException { InnerException: PrivateAddressException } =>
                "The receiver's address is private, and this server sends to public addresses only.",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The receiver's name has no address.",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "The receiver's certificate is not valid.",
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The receiver could not be reached.",
            HttpRequestException => "The receiver's answer is not HTTP, or it ended the connection.",
            CryptographicException => "The secret cannot be read with this server's keys: create a new one.",
            AuthenticationFailedException => "The app's identity has no access to the topic.",
            _ => null,
        };

    private static HttpClient CreateClient(bool toPrivate) =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = 16 << 10,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                ConnectCallback = (context, stop) => ConnectAsync(context.DnsEndPoint, toPrivate, stop),
            }
        )
        {
            Timeout = Limit,
        };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint receiver, bool toPrivate, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(receiver.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(receiver.Host, cancellationToken);
        var allowed = addresses.Where(address => toPrivate || PublicAddress.Is(address)).ToArray();
        if (addresses.Length > 0 && allowed.Length == 0)
        {
            throw new PrivateAddressException();
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, receiver.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class PrivateAddressException : IOException;
}
