using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Encryption;

/// <summary>
/// A public key with which phones encrypt submissions of a project. <see cref="Number"/> identifies it within the project, and in the
/// management API.
/// </summary>
/// <param name="PublicKey">`base64RsaPublicKey` as it stands in forms.</param>
public sealed record EncryptionKey(ProjectId Project, int Number, string PublicKey, DateTimeOffset CreatedAt)
{
    /// <summary>The hint that was given with the passphrase.</summary>
    public string? Hint { get; init; }

    /// <summary>
    /// The private key in PKCS#8, encrypted with a key derived from the passphrase and, as a whole, with Data Protection. Null for a key
    /// whose private part only the form's author has.
    /// </summary>
    public string? ProtectedPrivateKey { get; init; }

    /// <summary>Whether the server can decrypt with it, given the passphrase.</summary>
    public bool IsManaged => ProtectedPrivateKey is not null;
}
