using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Syncs;

/// <summary>The newest restores of a user, for who looks at a phone.</summary>
public sealed class SyncHistory(SyncsTable syncs, SyncsContainer snapshots)
{
    private const int Most = 20;

    /// <summary>
    /// Up to 20 sync logs, newest first, each with the number of forms that the phone has sent with its token. One operation per 5,000
    /// blobs of the user, and one for each log.
    /// </summary>
    public async Task<IReadOnlyList<(SyncLog Log, int Forms)>> ListAsync(
        ProjectId project,
        OwnerId user,
        CancellationToken cancellationToken
    )
    {
        var tokens = await snapshots.ListNewestAsync(project, user, Most, cancellationToken);
        var read = await InParallel.EachAsync(tokens, (token, stop) => syncs.ReadAsync(project, token, stop), cancellationToken);
        var found = new List<(SyncLog, int)>();
        foreach (var (log, _, journal) in read)
        {
            // A restore that was interrupted has a blob and no log.
            if (log is not null)
            {
                found.Add((log, journal.Count));
            }
        }
        return [.. found.OrderByDescending(one => one.Item1.Date)];
    }
}
