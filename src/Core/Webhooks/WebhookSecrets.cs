using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>Creates, encrypts and uses the secrets that deliveries are signed with, in the form of standardwebhooks.com.</summary>
public sealed class WebhookSecrets(IDataProtectionProvider provider, TimeProvider clock)
{
    private const string Prefix = "whsec_";
    private const int Bytes = 32;
    private readonly IDataProtector _protector = provider.CreateProtector("ServerlessRosa.Webhooks.Secrets");

    /// <summary>The text for the receiver, and what is stored.</summary>
    public (string Text, string Protected) Create()
    {
        var secret = RandomNumberGenerator.GetBytes(Bytes);
        return (Prefix + Convert.ToBase64String(secret), Convert.ToBase64String(_protector.Protect(secret)));
    }

    /// <summary>Whether the key ring that encrypted a secret is here.</summary>
    internal bool CanRead(string protectedSecret)
    {
        try
        {
            return _protector.Unprotect(Convert.FromBase64String(protectedSecret)).Length > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The header `webhook-signature`: a signature by the secret, and one by the former secret while it counts.</summary>
    /// <exception cref="CryptographicException">The key ring that encrypted the secret is missing.</exception>
    internal string Sign(Webhook webhook, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var start = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        byte[] signed = [.. start, .. body];
        string?[] secrets = [webhook.ProtectedSecret, webhook.FormerUntil > clock.GetUtcNow() ? webhook.ProtectedFormerSecret : null];
        return string.Join(
            ' ',
            secrets
                .OfType<string>()
                .Select(secret => _protector.Unprotect(Convert.FromBase64String(secret)))
                .Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed)))
        );
    }
}
