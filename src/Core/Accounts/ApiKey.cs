using System.Security.Cryptography;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// A web user's key for scripts at the addresses of domains. It has the user's rights, reduced to one project and to the verbs of
/// one role where it names them. Storage holds only the hash of its text.
/// </summary>
public sealed record ApiKey(ActorId User, string Hash, DateTimeOffset CreatedAt)
{
    private const int RandomBytes = 20;
    private const int IdLength = 16;

    /// <summary>Names the key in lists and audits.</summary>
    public string Id => Hash[..IdLength];

    public string? Name { get; init; }

    /// <summary>The only project where the key counts; null for all projects of the user.</summary>
    public ProjectId? Project { get; init; }

    /// <summary>The role whose verbs bound the key; null for all rights of the user.</summary>
    public Role? Role { get; init; }

    /// <summary>When the key stops counting; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A new text of 40 hexadecimal digits, as CommCare HQ's keys have.</summary>
    internal static string NewText() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The hash of a key's text; null for what cannot be a key.</summary>
    internal static string? HashOf(string text) =>
        text.Length == 2 * RandomBytes && text.All(char.IsAsciiHexDigitLower) ? TableKey.Hash(text) : null;
}
