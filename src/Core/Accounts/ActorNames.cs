using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Finds actors by number, for listings that show who did something, deleted ones too. Unknown actors are null.</summary>
public sealed class ActorNames(AccountsTable accounts, TimedCache cache)
{
    /// <summary> Two operations unless cached: the number does not distinguish an app user of the project from a web user. </summary>
    public async Task<Actor?> FindAsync(ProjectId? project, ActorId id, CancellationToken cancellationToken)
    {
        if (!cache.TryGet(("name", project, id), out Actor? actor))
        {
            actor = project is null ? null : await accounts.FindAsync(project, id, cancellationToken);
            actor ??= await accounts.FindAsync(null, id, cancellationToken);
            cache.Set(("name", project, id), actor);
        }
        return actor;
    }
}
