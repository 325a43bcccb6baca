using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Encryption keys: those that the project and its forms name, and the copies of managed ones.</summary>
public sealed class VerifyKeys(
    EncryptionKeysTable keys,
    EncryptionContainer copies,
    ProjectsTable projects,
    FormsTable forms,
    FormVersionsTable versions
)
{
    /// <summary>One operation for each managed key and each form, and three.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await verification.EachAsync(
            "encryption keys",
            project,
            keys.ScanAsync(project, cancellationToken),
            (row, key, stop) => CheckAsync(row, key, stop),
            cancellationToken
        );
        await verification.OnceAsync(stop => CheckReferencesAsync(project, stop), cancellationToken);
    }

    private async IAsyncEnumerable<Difference> CheckAsync(
        StoredRow<EncryptionKey> row,
        EncryptionKey key,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Protection differs each time, so the private keys of a repeated import do.
        if (
            key.IsManaged
            && await copies.FindAsync(key.Project, key.Number, cancellationToken) is var copy
            && (copy is null || copy with { ProtectedPrivateKey = key.ProtectedPrivateKey } != key)
        )
        {
            yield return new Difference(
                "key-copy",
                key.Project,
                row.ToString(),
                "its copy in container `encryption` is missing or differs"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckReferencesAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var known = (await keys.ListAsync(project, cancellationToken)).ToDictionary(key => key.Number);
        if (
            (await projects.FindAsync(project, cancellationToken))?.KeyId is { } managed
            && known.GetValueOrDefault(managed) is not { IsManaged: true }
        )
        {
            yield return new Difference("key", project, $"project {project}", $"there is no managed encryption key {managed}");
        }
        foreach (var form in await forms.ListWithTrashAsync(project, cancellationToken))
        {
            var definitions = await versions.ListAsync(project, form.Number, cancellationToken);
            foreach (var definition in form.Draft is { } draft ? definitions.Append(draft.Definition) : definitions)
            {
                if (definition.KeyId is { } number && known.GetValueOrDefault(number)?.PublicKey != definition.PublicKey)
                {
                    yield return new Difference(
                        "key",
                        project,
                        $"form {form.Number} definition {definition.Key}",
                        $"there is no encryption key {number} with its public key"
                    );
                }
            }
        }
    }
}
