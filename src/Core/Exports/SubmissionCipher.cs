using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// The key of one encrypted submission, as ODK's specification of encrypted forms has it: its files are encrypted with AES-256 in CFB mode
/// with PKCS#7 padding, each with an initialization vector of its own, which follows from the instance id, the key and the file's place in
/// the manifest.
/// </summary>
public sealed class SubmissionCipher
{
    private const int KeyBytes = 32;
    private const int BlockBits = 128;
    private readonly byte[] _key;
    private readonly byte[] _seed;

    private SubmissionCipher(byte[] key, InstanceId id)
    {
        _key = key;
        // As specified; MD5 only spreads the values here.
        _seed = MD5.HashData([.. Encoding.UTF8.GetBytes(id.Value), .. key]);
    }

    /// <summary>Null when this private key doesn't open it.</summary>
    /// <param name="encryptedKey">`base64EncryptedKey` of the manifest.</param>
    public static SubmissionCipher? TryOpen(RSA privateKey, string encryptedKey, InstanceId id)
    {
        try
        {
            var key = privateKey.Decrypt(Convert.FromBase64String(encryptedKey), RSAEncryptionPadding.OaepSHA256);
            return key.Length == KeyBytes ? new SubmissionCipher(key, id) : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// The file in the clear. Reading the end of one that was damaged, or encrypted with another key, throws a
    /// <see cref="CryptographicException"/>, unless by chance its padding looks right.
    /// </summary>
    /// <param name="place">Among the files that the manifest names, from 0 on: media first, the XML last.</param>
    public Stream Decrypt(Stream encrypted, int place)
    {
        var vector = (byte[])_seed.Clone();
        for (var i = 0; i <= place; i++)
        {
            vector[i % vector.Length]++;
        }
        using var aes = Aes.Create();
        aes.Key = _key;
        aes.Mode = CipherMode.CFB;
        aes.FeedbackSize = BlockBits;
        aes.Padding = PaddingMode.PKCS7;
        return new CryptoStream(encrypted, aes.CreateDecryptor(_key, vector), CryptoStreamMode.Read);
    }
}
