using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Maintenance;

/// <summary>Makes rows of table `encryptionKeys` again: of managed keys from their copies, of others from the forms that have them. A row
/// that is there stays.</summary>
public sealed class RebuildKeys(EncryptionKeysTable keys, EncryptionContainer copies, ProjectsTable projects)
{
    /// <summary>The managed keys, and the project's reference to one if it was lost. Two operations for each key, and two.</summary>
    internal async Task RunAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var managed = new List<EncryptionKey>();
        await foreach (var key in copies.ListAsync(project, cancellationToken))
        {
            await keys.AddAsync(key, cancellationToken);
            managed.Add(key);
        }
        if (managed.Count > 0 && await projects.FindAsync(project, cancellationToken) is { KeyId: null })
        {
            await projects.ChangeAsync(project, current => current with { KeyId = managed[0].Number }, cancellationToken);
        }
    }

    /// <summary>The keys of a form's definitions. One operation for each.</summary>
    internal async Task RunAsync(ProjectId project, IEnumerable<FormDefinition> definitions, CancellationToken cancellationToken)
    {
        foreach (var definition in definitions.Where(definition => definition.KeyId is not null).DistinctBy(definition => definition.KeyId))
        {
            var key = new EncryptionKey(project, definition.KeyId!.Value, definition.PublicKey!, definition.CreatedAt);
            await keys.AddAsync(key, cancellationToken);
        }
    }
}
