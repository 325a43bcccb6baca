using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Recovery;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Completes interrupted requests: intents that are too old for a running request. A submission that was never committed is invisible, and
/// the phone sends it again; for a committed one, cases and entities are recomputed. Missing recovery records are written.
/// </summary>
public sealed partial class ReconcileSubmissions(
    IntentsTable intents,
    SubmissionsTable submissions,
    ApplySubmittedCases apply,
    ApplySubmittedEntities entities,
    WaitingEntities waiting,
    SubmissionRecovery recovery,
    FormRecovery formRecovery,
    TimeProvider clock,
    ILogger<ReconcileSubmissions> logger
)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Safe to run at any time, on several instances at once. Returns how many intents it ended.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        await foreach (var intent in intents.ListBeforeAsync(clock.GetUtcNow() - Grace, cancellationToken))
        {
            if (await CompleteAsync(intent, cancellationToken))
            {
                await intents.RemoveAsync(intent, cancellationToken);
                ended++;
                LogEnded(logger, intent.Space.Project.Value, intent.Space.Form);
            }
        }
        await waiting.CompleteAsync(cancellationToken);
        await entities.ForceBacklogAsync(clock.GetUtcNow() - BackloggedEntity.Longest, cancellationToken);
        return ended;
    }

    // False when an older version is still being applied: the intent stays.
    private async Task<bool> CompleteAsync(Intent intent, CancellationToken cancellationToken)
    {
        if (intent.RecordedForm is not null)
        {
            await formRecovery.CompleteAsync(intent, cancellationToken);
            return true;
        }
        intent = intent with { Space = await entities.WithShardsAsync(intent.Space, cancellationToken) };
        if (intent.IsSubmissionRecord)
        {
            await recovery.CompleteAsync(intent, cancellationToken);
            return true;
        }
        var instance = await submissions.FindInstanceAsync(intent.Space, intent.Instance!.Value, cancellationToken);
        var entitiesDone =
            instance?.Version.XmlHash != intent.Work || await entities.TryRunAsync(intent.Space, instance, cancellationToken);
        return await apply.RecomputeCasesAsync(intent, again: true, cancellationToken) && entitiesDone;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Completed what a request left behind: project {Project}, form {Form}.")]
    private static partial void LogEnded(ILogger logger, int project, int form);
}
