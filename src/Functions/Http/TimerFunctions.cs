using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Functions.Http;

/// <summary>What no request does: every five minutes, ends what a crash left unfinished; every night, forgets what was deleted 30 days ago, and sessions that have ended.</summary>
public sealed class TimerFunctions(ReconcileSubmissions reconcile, PurgeDeleted purge, WebUsers users)
{
    [Function("Reconcile")]
    public Task Reconcile([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => reconcile.RunAsync(cancellationToken);

    [Function("PurgeDeleted")]
    public Task Purge([TimerTrigger("0 30 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) => purge.RunAsync(cancellationToken);

    [Function("PurgeSessions")]
    public Task PurgeSessions([TimerTrigger("0 45 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) => users.PurgeSessionsAsync(cancellationToken);
}
