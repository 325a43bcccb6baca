namespace ServerlessRosa.Core.Syncs;

/// <summary>
/// Deletes sync logs that phones no longer use: after 63 days, and once the phone has used a token two generations later (CC-142). A phone
/// that uses a deleted one starts over.
/// </summary>
public sealed class PurgeSyncs(SyncsTable syncs, SyncsContainer snapshots, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(63);

    // A log's row is written within a request after its blob.
    private static readonly TimeSpan Unnamed = TimeSpan.FromDays(1);

    /// <summary>
    /// Three operations per 1,000 rows and one per 5,000 blobs, and a few for each deleted log and each unreferenced blob.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        var predecessors = new HashSet<(int, string)>();
        var superseded = new HashSet<(int, string)>();
        await foreach (var log in syncs.ListAsync(cancellationToken))
        {
            if (log.Previous is { } previous)
            {
                predecessors.Add((log.Project.Value, previous.Value));
            }
        }
        await foreach (var log in syncs.ListAsync(cancellationToken))
        {
            if (log.Previous is { } previous && predecessors.Contains((log.Project.Value, log.Token.Value)))
            {
                superseded.Add((log.Project.Value, previous.Value));
            }
        }
        var named = new HashSet<string>();
        await foreach (var log in syncs.ListAsync(cancellationToken))
        {
            if (log.Date < before || superseded.Contains((log.Project.Value, log.Token.Value)))
            {
                await snapshots.PurgeAsync(log.Project, log.User, log.Token, cancellationToken);
                await syncs.PurgeAsync(log, cancellationToken);
            }
            else
            {
                named.Add(log.Blob);
            }
        }
        await syncs.PurgeJournalsBeforeAsync(before, cancellationToken);
        await snapshots.PurgeUnnamedAsync(named, clock.GetUtcNow() - Unnamed, cancellationToken);
    }
}
