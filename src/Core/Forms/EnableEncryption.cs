using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Enables managed encryption of a project, which cannot be disabled. The key is stored first, then all forms get it, then the project
/// names it. Until then a request that was interrupted can be repeated: forms that have a key keep it, and it stays usable.
/// </summary>
public sealed class EnableEncryption(
    ProjectDirectory projects,
    FormDirectory forms,
    EncryptionKeys keys,
    EncryptForm encrypt,
    TimeProvider clock
)
{
    /// <summary>
    /// Returns the forms as they were and as they are now. Refuses a project that is encrypted already (409.4), a passphrase as
    /// <see cref="EncryptionKeys.CreateManagedAsync"/> does, and a form that cannot contain a key (400.8). About ten operations for each
    /// form, and ten for its draft.
    /// </summary>
    public async Task<IReadOnlyList<(Form Before, Form After)>> RunAsync(
        ProjectId project,
        string? passphrase,
        string? hint,
        ActorId actor,
        CancellationToken cancellationToken
    )
    {
        if (await projects.FindKeyNumberAsync(project, cancellationToken) is not null)
        {
            throw Problem.AlreadyActive("managed encryption").AsException();
        }
        var suffix = XFormEncryption.SuffixAt(clock.GetUtcNow());
        foreach (var form in await forms.ListAsync(project, cancellationToken))
        {
            await encrypt.RequirePossibleAsync(form, suffix, cancellationToken);
        }
        var key = await keys.CreateManagedAsync(project, passphrase, hint, cancellationToken);
        var changed = new List<(Form, Form)>();
        await EncryptAllAsync();
        await projects.ChangeAsync(
            project,
            current =>
                current.KeyId is null
                    ? current with
                    {
                        KeyId = key.Number,
                    }
                    : throw Problem.AlreadyActive("managed encryption").AsException(),
            CancellationToken.None
        );

        // Forms that were created since the first list.
        await EncryptAllAsync();
        return changed;

        async Task EncryptAllAsync()
        {
            foreach (var form in await forms.ListAsync(project, CancellationToken.None))
            {
                if (EncryptForm.IsClear(form))
                {
                    changed.Add((form, await encrypt.RunAsync(form, key, suffix, actor, CancellationToken.None)));
                }
            }
        }
    }
}
