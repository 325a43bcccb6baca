using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Webhooks;
using Xunit;

namespace ServerlessRosa.Core.Tests.Webhooks;

/// <summary>Where deliveries may go.</summary>
public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.19.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:192.168.1.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1234::1")]
    [InlineData("2001:db8::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public void Addresses_of_this_machine_and_of_networks_around_it_are_not_public(string address) =>
        Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("64:ff9b::1.1.1.1")]
    public void Others_are(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task A_delivery_to_this_machine_is_refused_before_it_connects(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = Options.Create(new WebhookOptions());
        var secrets = new WebhookSecrets(new EphemeralDataProtectionProvider(), TimeProvider.System);
        using var send = new SendDelivery(options, secrets, TimeProvider.System);
        var url = new Uri($"http://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var webhook = new Webhook(new ProjectId(1), "1", "a", url, secrets.Create().Protected, DateTimeOffset.UtcNow);

        var result = await send.RunAsync(webhook, "1", "{}"u8.ToArray(), CancellationToken.None);

        Assert.Equal("The receiver's address is private, and this server sends to public addresses only.", result.Error);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task An_answer_that_is_no_HTTP_is_a_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = Options.Create(new WebhookOptions { WebhooksToPrivateAddresses = true });
        var secrets = new WebhookSecrets(new EphemeralDataProtectionProvider(), TimeProvider.System);
        using var send = new SendDelivery(options, secrets, TimeProvider.System);
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var webhook = new Webhook(new ProjectId(1), "1", "a", url, secrets.Create().Protected, DateTimeOffset.UtcNow);

        var sending = send.RunAsync(webhook, "1", "{}"u8.ToArray(), CancellationToken.None);
        using (var client = await listener.AcceptTcpClientAsync())
        {
            await client.GetStream().WriteAsync("garbage and more garbage\r\n\r\n"u8.ToArray());
        }

        Assert.StartsWith("The receiver", (await sending).Error, StringComparison.Ordinal);
    }
}
