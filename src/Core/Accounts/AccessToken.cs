using System.Buffers.Binary;
using System.Security.Cryptography;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// A session, app-user, public-link or draft token: 48 bytes as 64 characters of `[A-Za-z0-9!$]` (OR-055 to OR-071). 40 bytes are random;
/// the last eight, masked, locate the account's row, so that authentication costs one point read. Storage holds only a hash of the token,
/// or an encrypted copy.
/// </summary>
public sealed record AccessToken(string Text)
{
    private const int Bytes = 48;
    private const int Characters = 64;

    public string Hash => TableKey.Hash(Text);

    /// <summary>The project and number of the actor; the project is null for web users' sessions.</summary>
    public (ProjectId? Project, ActorId Actor) Locator
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Bytes];
            Convert.TryFromBase64Chars(Text.Replace('!', '/').Replace('$', '+'), bytes, out _);
            Mask(bytes);
            var project = BinaryPrimitives.ReadInt32BigEndian(bytes[40..]);
            return (project == 0 ? null : new ProjectId(project), new ActorId(BinaryPrimitives.ReadInt32BigEndian(bytes[44..])));
        }
    }

    public static AccessToken Create(ProjectId? project = null, ActorId actor = default)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(bytes[..40]);
        BinaryPrimitives.WriteInt32BigEndian(bytes[40..], project?.Value ?? 0);
        BinaryPrimitives.WriteInt32BigEndian(bytes[44..], actor.Value);
        Mask(bytes);
        return new AccessToken(Convert.ToBase64String(bytes).Replace('/', '!').Replace('+', '$'));
    }

    /// <summary>Null when the text can't be a token at all (OR-061).</summary>
    public static AccessToken? TryParse(string? text) =>
        text is { Length: Characters } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '!' or '$') ? new AccessToken(text) : null;

    /// <summary>Compares in constant time.</summary>
    public bool Matches(string? hash) =>
        hash is not null
        && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Hash), System.Text.Encoding.ASCII.GetBytes(hash));

    private static void Mask(Span<byte> bytes)
    {
        for (var i = 0; i < 8; i++)
        {
            bytes[40 + i] ^= bytes[i];
        }
    }
}
