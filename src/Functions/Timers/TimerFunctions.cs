using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Backups;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Notifications;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Functions.Timers;

/// <summary>
/// Timers: every five minutes, complete work that a crash interrupted; every night, purge what was deleted 30 days ago, old deliveries of
/// webhooks, expired sessions and superseded sync logs, and snapshot the tables that cannot be rebuilt.
/// </summary>
public sealed class TimerFunctions(
    ReconcileSubmissions reconcile,
    CreateEntities createEntities,
    PurgeDeleted purge,
    PurgeEntities purgeEntities,
    WebUsers users,
    PurgeSyncs syncs,
    TakeBackup backup,
    HandleChangeMessage webhooks
)
{
    [Function("Reconcile")]
    public async Task Reconcile([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await reconcile.RunAsync(cancellationToken);
        await createEntities.UndoInterruptedAsync(cancellationToken);
    }

    [Function("PurgeDeleted")]
    public async Task Purge([TimerTrigger("0 30 2 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await purge.RunAsync(cancellationToken);
        await purgeEntities.RunAsync(cancellationToken);
        await webhooks.PurgeAsync(cancellationToken);
    }

    [Function("PurgeSessions")]
    public Task PurgeSessions([TimerTrigger("0 45 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        users.PurgeSessionsAsync(cancellationToken);

    [Function("PurgeSyncs")]
    public Task PurgeSyncs([TimerTrigger("0 15 3 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        syncs.RunAsync(cancellationToken);

    // Every ten minutes of some hours: a run does a part of a large snapshot, and nothing once the day's snapshot is complete.
    [Function("Backup")]
    public Task Backup([TimerTrigger("0 5/10 1-4 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        backup.RunAsync(cancellationToken);
}
