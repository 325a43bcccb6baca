using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ServerlessRosa.Core.Encryption;

/// <summary>
/// Creates and decrypts private keys. A stored key is encrypted twice: with a key derived from the passphrase, without which submissions
/// cannot be decrypted, and with Data Protection, so that a copy of the tables does not allow guessing the passphrase.
/// </summary>
public sealed class PrivateKeys(IDataProtectionProvider provider)
{
    private const int Bits = 2048;
    private const int Iterations = 600_000;

    private static readonly PbeParameters FromPassphrase = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations);
    private readonly IDataProtector _protector = provider.CreateProtector("ServerlessRosa.Encryption.PrivateKeys");

    /// <summary>A new pair: the public key as in forms, and the protected private one.</summary>
    public (string PublicKey, string ProtectedPrivateKey) Create(string passphrase)
    {
        using var pair = RSA.Create(Bits);
        var encrypted = pair.ExportEncryptedPkcs8PrivateKey(passphrase, FromPassphrase);
        return (Convert.ToBase64String(pair.ExportSubjectPublicKeyInfo()), Convert.ToBase64String(_protector.Protect(encrypted)));
    }

    /// <summary>The key as only its passphrase encrypts it, for another storage account. Null when the key ring that protected it is
    /// missing.</summary>
    public string? TryUnprotect(string protectedPrivateKey)
    {
        try
        {
            return Convert.ToBase64String(_protector.Unprotect(Convert.FromBase64String(protectedPrivateKey)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Protects what <see cref="TryUnprotect"/> gave.</summary>
    public string Protect(string privateKey) => Convert.ToBase64String(_protector.Protect(Convert.FromBase64String(privateKey)));

    /// <summary>Null for a wrong passphrase, and when the key ring that protected the key is missing. Takes about 0.2 s.</summary>
    public RSA? TryOpen(EncryptionKey key, string passphrase)
    {
        var opened = RSA.Create();
        try
        {
            opened.ImportEncryptedPkcs8PrivateKey(
                passphrase,
                _protector.Unprotect(Convert.FromBase64String(key.ProtectedPrivateKey!)),
                out _
            );
            return opened;
        }
        catch (CryptographicException)
        {
            opened.Dispose();
            return null;
        }
    }
}
