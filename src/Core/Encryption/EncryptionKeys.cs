using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Encryption;

/// <summary>The keys of projects: finds those of forms, and makes those that the server manages.</summary>
public sealed class EncryptionKeys(
    EncryptionKeysTable table,
    EncryptionContainer copies,
    PrivateKeys privateKeys,
    ProjectDirectory projects,
    TimeProvider clock
)
{
    private const int MinPassphrase = 10;
    private const int MaxText = 10_000;

    /// <summary>By number. One operation.</summary>
    public Task<IReadOnlyList<EncryptionKey>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        table.ListAsync(project, cancellationToken);

    /// <summary>The key of a form, with a number from now on if it is new. Refuses one of more than 10,000 characters (400.13). One
    /// operation, and one more for a new key.</summary>
    public async Task<EncryptionKey> EnsureAsync(ProjectId project, string publicKey, CancellationToken cancellationToken)
    {
        if (publicKey.Length > MaxText)
        {
            throw Problem.ValueTooLong("base64RsaPublicKey", MaxText).AsException();
        }
        return await ConditionalWrite.RepeatAsync<EncryptionKey>(
            async () =>
            {
                var keys = await table.ListAsync(project, cancellationToken);
                if (keys.FirstOrDefault(key => key.PublicKey == publicKey) is { } found)
                {
                    return found;
                }
                var fresh = new EncryptionKey(project, NextNumber(keys), publicKey, clock.GetUtcNow());
                return await table.AddAsync(fresh, cancellationToken) ? fresh : Attempt<EncryptionKey>.Conflict;
            },
            cancellationToken
        );
    }

    /// <summary>The key with which the project's forms are to be encrypted; null without managed encryption. Never from a cache. One
    /// operation, and one more where there is one.</summary>
    public async Task<EncryptionKey?> FindManagedAsync(ProjectId project, CancellationToken cancellationToken) =>
        await projects.FindKeyNumberAsync(project, cancellationToken) is { } number
            ? (await table.ListAsync(project, cancellationToken)).Single(key => key.Number == number)
            : null;

    /// <summary>
    /// Makes a key that nothing uses yet. Refuses no passphrase (400.2), one of fewer than 10 characters (400.21), and a passphrase or
    /// hint of more than 10,000 characters (400.13). Three operations.
    /// </summary>
    public async Task<EncryptionKey> CreateManagedAsync(
        ProjectId project,
        string? passphrase,
        string? hint,
        CancellationToken cancellationToken
    )
    {
        RequirePassphrase(passphrase);
        if (hint?.Length > MaxText)
        {
            throw Problem.ValueTooLong("hint", MaxText).AsException();
        }
        var (publicKey, privateKey) = privateKeys.Create(passphrase!);
        var key = await ConditionalWrite.RepeatAsync<EncryptionKey>(
            async () =>
            {
                var number = NextNumber(await table.ListAsync(project, cancellationToken));
                var fresh = new EncryptionKey(project, number, publicKey, clock.GetUtcNow())
                {
                    Hint = hint,
                    ProtectedPrivateKey = privateKey,
                };
                return await table.AddAsync(fresh, cancellationToken) ? fresh : Attempt<EncryptionKey>.Conflict;
            },
            cancellationToken
        );
        await copies.PutAsync(key, cancellationToken);
        return key;
    }

    private static int NextNumber(IReadOnlyList<EncryptionKey> keys) => keys.Count == 0 ? 1 : keys[^1].Number + 1;

    private static void RequirePassphrase(string? passphrase)
    {
        if (string.IsNullOrWhiteSpace(passphrase))
        {
            throw Problem.MissingParameter("passphrase").AsException();
        }
        if (passphrase.Length < MinPassphrase)
        {
            throw Problem.PasswordTooShort().AsException();
        }
        if (passphrase.Length > MaxText)
        {
            throw Problem.ValueTooLong("passphrase", MaxText).AsException();
        }
    }
}
