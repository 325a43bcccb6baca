using System.Globalization;
using System.Security.Cryptography;
using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>The keys of a form's encrypted submissions: which there are, and those that passphrases open.</summary>
public sealed class FormEncryption(SubmissionDirectory submissions, FormDirectory forms, EncryptionKeys keys, PrivateKeys privateKeys)
{
    /// <summary>
    /// The keys with which current submissions of a space were encrypted, newest first. No operation for the draft of a form that is not
    /// encrypted, and one for a form that never was; else two, and those of listing submissions until one of each key was seen.
    /// </summary>
    public async Task<IReadOnlyList<EncryptionKey>> ListUsedAsync(Form form, SubmissionSpace space, CancellationToken cancellationToken)
    {
        var byVersion = await ReadPublicKeysAsync(form, space, cancellationToken);
        var unseen = byVersion.Values.ToHashSet();
        if (unseen.Count == 0)
        {
            return [];
        }
        var seen = new HashSet<string>();
        await foreach (var stored in submissions.ListStoredAsync(space, null, null, cancellationToken))
        {
            var submission = stored.Submission;
            if (
                submission.DeletedAt is null
                && byVersion.TryGetValue(submission.Current.FormVersion, out var publicKey)
                && unseen.Contains(publicKey)
                && SubmissionHeadReader.Read(await stored.ReadXmlAsync(cancellationToken)).Encrypted is not null
            )
            {
                unseen.Remove(publicKey);
                seen.Add(publicKey);
            }
            if (unseen.Count == 0)
            {
                break;
            }
        }
        var all = await keys.ListAsync(form.Project, cancellationToken);
        return [.. all.Where(key => seen.Contains(key.PublicKey)).OrderByDescending(key => key.Number)];
    }

    /// <summary>
    /// Opens private keys with the passphrases given under their numbers. Refuses a number that is no managed key of the project (400.8)
    /// and a wrong passphrase (400.12). Two operations; each key takes about 0.2 s of computation.
    /// </summary>
    public async Task<Decryption> OpenAsync(
        Form form,
        SubmissionSpace space,
        IReadOnlyDictionary<string, string> passphrases,
        CancellationToken cancellationToken
    )
    {
        var all = await keys.ListAsync(form.Project, cancellationToken);
        var byVersion = await ReadPublicKeysAsync(form, space, cancellationToken);
        var opened = new Dictionary<string, RSA>();
        foreach (var (number, passphrase) in passphrases)
        {
            var key = all.FirstOrDefault(one => one.Number.ToString(CultureInfo.InvariantCulture) == number);
            if (key is not { IsManaged: true })
            {
                throw Problem.UnexpectedValue("key", number, "the project has no managed encryption key of this number.").AsException();
            }
            opened[key.PublicKey] = privateKeys.TryOpen(key, passphrase) ?? throw Problem.Undecryptable().AsException();
        }
        return new Decryption(
            byVersion.Where(pair => opened.ContainsKey(pair.Value)).ToDictionary(pair => pair.Key, pair => opened[pair.Value]),
            opened.Values
        );
    }

    private async Task<Dictionary<string, string>> ReadPublicKeysAsync(
        Form form,
        SubmissionSpace space,
        CancellationToken cancellationToken
    )
    {
        IEnumerable<FormDefinition> definitions = space.Draft is null
            ? await forms.ListVersionsAsync(form, cancellationToken)
            : [form.Draft!.Definition];
        return definitions
            .Where(definition => definition.PublicKey is not null)
            .ToDictionary(definition => definition.Version, definition => definition.PublicKey!);
    }
}
