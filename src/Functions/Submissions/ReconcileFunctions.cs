using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Functions.Submissions;

/// <summary>What no request does: every five minutes, ends what a crash left unfinished; every night, forgets what was deleted 30 days ago.</summary>
public sealed class ReconcileFunctions(ReconcileSubmissions reconcile, PurgeDeleted purge)
{
    [Function("Reconcile")]
    public Task Reconcile([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => reconcile.RunAsync(cancellationToken);

    [Function("PurgeDeleted")]
    public Task Purge([TimerTrigger("0 30 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) => purge.RunAsync(cancellationToken);
}
