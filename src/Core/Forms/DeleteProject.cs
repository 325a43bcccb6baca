using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Deletes a project: moves every form to the trash, revokes every key, then marks the project as deleted. If interrupted, it can be
/// deleted again.
/// </summary>
public sealed class DeleteProject(ProjectDirectory projects, FormDirectory forms, AppUsersAndLinks holders, TimeProvider clock)
{
    /// <summary>Refuses an unknown project with 404.1.</summary>
    public async Task RunAsync(ProjectId id, CancellationToken cancellationToken)
    {
        foreach (var form in await forms.ListAsync(id, cancellationToken))
        {
            await forms.TrashAsync(id, form.Id, cancellationToken);
        }
        foreach (var kind in new[] { ActorKind.AppUser, ActorKind.PublicLink })
        {
            foreach (var holder in await holders.ListAsync(id, kind, cancellationToken))
            {
                await holders.RemoveAsync(holder, cancellationToken);
            }
        }
        await projects.ChangeAsync(id, project => project with { DeletedAt = clock.GetUtcNow() }, cancellationToken);
    }
}
