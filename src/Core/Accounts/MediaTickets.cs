using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Bearer tokens that give access to one file for an hour, encrypted so that clients cannot forge them.</summary>
public sealed class MediaTickets(IDataProtectionProvider provider)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly ITimeLimitedDataProtector _protector = provider.CreateProtector("ServerlessRosa.Media").ToTimeLimitedDataProtector();

    public string Protect(string content) => _protector.Protect(content, Lifetime);

    /// <summary>Null when it was not made here, or has expired.</summary>
    public string? TryUnprotect(string ticket)
    {
        try
        {
            return _protector.Unprotect(ticket);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
