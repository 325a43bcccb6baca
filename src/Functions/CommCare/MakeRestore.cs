using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Makes the restore of a user: for the phone, and for who looks at what the phone would get.</summary>
public sealed class MakeRestore(PrepareRestore prepare, DomainDirectory directory, LookupRows rows, UserCases userCases)
{
    /// <summary>The owners of the request are those of the user. Refuses what <see cref="PrepareRestore"/> refuses.</summary>
    /// <param name="skipsFixtures">Leaves out most fixtures of an incremental restore (CC-018).</param>
    public async Task<RestoreResult> MakeAsync(
        DomainUser user,
        RestoreRequest request,
        bool skipsFixtures,
        bool countsItems,
        CancellationToken cancellationToken
    )
    {
        if (!request.Previews)
        {
            await userCases.UpdateBeforeSyncAsync(user, new Sender(user.Actor.Id, request.DeviceId, null), cancellationToken);
        }
        var fixtures = new UserFixtures(user, await directory.FindAsync(user.Project.Id, cancellationToken), rows);
        var restore = await prepare.RunAsync(request with { Owners = fixtures.Owners }, cancellationToken);
        var told = fixtures with { LastSync = restore.SyncedBefore, SkipsFixtures = restore.IsIncremental && skipsFixtures };
        return new RestoreResult(restore, told, countsItems) { IsPreview = request.Previews };
    }
}
