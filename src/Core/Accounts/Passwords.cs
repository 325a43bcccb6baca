using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Hashes and verifies passwords with the framework's own hasher, and remembers what it has verified under a key that lives in this process only.</summary>
public sealed class Passwords(TimedCache cache)
{
    private const int MinCharacters = 10;
    private const int MaxBytes = 72;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly PasswordHasher<string> _hasher = new();
    private readonly byte[] _processKey = RandomNumberGenerator.GetBytes(32);
    private readonly Lazy<string> _nobody = new(() => new PasswordHasher<string>().HashPassword("", "nobody's password"));

    /// <summary>Refuses a new password of fewer than 10 characters (400.21) or more than 72 bytes (400.38).</summary>
    public string Hash(string password)
    {
        if (password.Length < MinCharacters)
        {
            throw Problem.PasswordTooShort().AsException();
        }
        if (Encoding.UTF8.GetByteCount(password) > MaxBytes)
        {
            throw Problem.PasswordTooLong().AsException();
        }
        return _hasher.HashPassword("", password);
    }

    /// <summary>Whether this password has been verified against this hash within the last hour, on this instance.</summary>
    public bool Remembers(string? hash, string password) => hash is not null && cache.TryGet(Remembrance(hash, password), out bool _);

    /// <summary>With no hash (there is no such account) it takes as long and answers false: time does not tell who exists.</summary>
    public bool Verify(string? hash, string password)
    {
        if (Remembers(hash, password))
        {
            return true;
        }
        var verified = _hasher.VerifyHashedPassword("", hash ?? _nobody.Value, password) != PasswordVerificationResult.Failed && hash is not null;
        if (verified)
        {
            cache.Set(Remembrance(hash!, password), true, size: 256, Remembered);
        }
        return verified;
    }

    private (string, string) Remembrance(string hash, string password) =>
        ("password", Convert.ToHexString(HMACSHA256.HashData(_processKey, Encoding.UTF8.GetBytes($"{hash}\n{password}"))));
}
