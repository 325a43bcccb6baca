namespace ServerlessRosa.Core.Restore;

/// <summary>
/// Forgets syncs that no phone comes back to: after 63 days, and once the phone has used a token that followed from one that followed from theirs (spec 5.5
/// of CommCare; CC-142). A phone that does come back starts over.
/// </summary>
public sealed class PurgeSyncs(SyncsTable syncs, SyncsContainer snapshots, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(63);

    /// <summary>One operation per 1,000 rows, and a few for each log that is forgotten.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        var followed = new HashSet<(int, string)>();
        var superseded = new HashSet<(int, string)>();
        await foreach (var log in syncs.ListAsync(cancellationToken))
        {
            if (log.Previous is { } previous)
            {
                followed.Add((log.Project.Value, previous.Value));
            }
        }
        await foreach (var log in syncs.ListAsync(cancellationToken))
        {
            if (log.Previous is { } previous && followed.Contains((log.Project.Value, log.Token.Value)))
            {
                superseded.Add((log.Project.Value, previous.Value));
            }
        }
        await foreach (var log in syncs.ListAsync(cancellationToken))
        {
            if (log.Date < before || superseded.Contains((log.Project.Value, log.Token.Value)))
            {
                await snapshots.PurgeAsync(log.Project, log.User, log.Token, cancellationToken);
                await syncs.PurgeAsync(log, cancellationToken);
            }
        }
        await syncs.PurgeJournalsBeforeAsync(before, cancellationToken);
        await snapshots.PurgeBeforeAsync(before, cancellationToken);
    }
}
