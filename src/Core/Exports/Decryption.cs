using System.Security.Cryptography;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Exports;

/// <summary>The private keys that one export was given passphrases for, by the form versions whose phones encrypt for them. They exist
/// for the length of the request.</summary>
public sealed class Decryption : IDisposable
{
    private readonly IReadOnlyDictionary<string, RSA> _byVersion;
    private readonly IReadOnlyCollection<RSA> _opened;

    internal Decryption(IReadOnlyDictionary<string, RSA> byVersion, IReadOnlyCollection<RSA> opened) =>
        (_byVersion, _opened) = (byVersion, opened);

    /// <summary>Whether submissions of a form version can be decrypted.</summary>
    internal bool Opens(string formVersion) => _byVersion.ContainsKey(formVersion);

    /// <summary>Null when its key was not given, or doesn't open it.</summary>
    internal SubmissionCipher? TryOpen(string formVersion, string encryptedKey, InstanceId id) =>
        _byVersion.TryGetValue(formVersion, out var key) ? SubmissionCipher.TryOpen(key, encryptedKey, id) : null;

    public void Dispose()
    {
        foreach (var key in _opened)
        {
            key.Dispose();
        }
    }
}
