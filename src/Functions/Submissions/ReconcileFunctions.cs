using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Functions.Submissions;

/// <summary>Every five minutes: ends what a crash left unfinished.</summary>
public sealed class ReconcileFunctions(ReconcileSubmissions reconcile)
{
    [Function("Reconcile")]
    public Task Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => reconcile.RunAsync(cancellationToken);
}
