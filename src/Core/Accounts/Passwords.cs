using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Hashes and verifies passwords with ASP.NET Core's hasher. Verified passwords are remembered for an hour under a key that exists in this
/// process only.
/// </summary>
public sealed class Passwords(TimedCache cache)
{
    private const int MinCharacters = 10;
    private const int MaxBytes = 72;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly PasswordHasher<string> _hasher = new();
    private readonly byte[] _processKey = RandomNumberGenerator.GetBytes(32);
    private readonly Lazy<string> _nobody = new(() => new PasswordHasher<string>().HashPassword("", "nobody's password"));

    /// <summary>Refuses a new password of fewer than 10 characters or one that is easy to guess (400.21), and more than 72 bytes
    /// (400.38).</summary>
    public string Hash(string password)
    {
        if (ProblemOf(password) is { } problem)
        {
            throw problem.AsException();
        }
        return _hasher.HashPassword("", password);
    }

    /// <summary>
    /// Mobile workers type passwords on phones, so there is no minimum length. Refuses an empty one (400.2) and more than 72 bytes
    /// (400.38).
    /// </summary>
    internal string HashShort(string password) =>
        password.Length == 0 ? throw Problem.MissingParameter("password").AsException()
        : Encoding.UTF8.GetByteCount(password) > MaxBytes ? throw Problem.PasswordTooLong().AsException()
        : _hasher.HashPassword("", password);

    internal static Problem? ProblemOf(string password) =>
        password.Length < MinCharacters ? Problem.PasswordTooShort()
        : WeakPasswords.Include(password) ? Problem.PasswordTooWeak()
        : Encoding.UTF8.GetByteCount(password) > MaxBytes ? Problem.PasswordTooLong()
        : null;

    /// <summary>Whether this instance verified this password for the account within the last hour.</summary>
    public bool Remembers(string account, string password) => cache.TryGet(Remembrance(account, password), out string? _);

    /// <summary>
    /// A null hash (no such account) takes as long and returns false, so that the response time does not reveal which accounts exist.
    /// </summary>
    public bool Verify(string account, string? hash, string password)
    {
        var remembrance = Remembrance(account, password);
        if (hash is not null && cache.TryGet(remembrance, out string? verified) && verified == hash)
        {
            return true;
        }
        var isRight =
            _hasher.VerifyHashedPassword("", hash ?? _nobody.Value, password) != PasswordVerificationResult.Failed && hash is not null;
        if (isRight)
        {
            cache.Set(remembrance, hash!, size: 512, Remembered);
        }
        return isRight;
    }

    private (string, string) Remembrance(string account, string password) =>
        ("password", Convert.ToHexString(HMACSHA256.HashData(_processKey, Encoding.UTF8.GetBytes($"{account}\n{password}"))));
}
