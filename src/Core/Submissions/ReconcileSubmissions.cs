using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Datasets;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Ends what a crash left unfinished: intents that are old enough for no request to be working on them. A submission whose claim was never made
/// cannot be seen, and the phone sends it again; one that was claimed has its case blocks in its XML, counted in its row.
/// </summary>
public sealed partial class ReconcileSubmissions(IntentsTable intents, SubmissionsTable submissions, ApplySubmittedEntities entities, TimeProvider clock, ILogger<ReconcileSubmissions> logger)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Safe to run at any time, on several instances at once. Returns how many intents it ended.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        await foreach (var intent in intents.ListBeforeAsync(clock.GetUtcNow() - Grace, cancellationToken))
        {
            var instance = await submissions.FindInstanceAsync(intent.Space, intent.Instance, cancellationToken);
            var claimed = instance?.Version.XmlHash == intent.XmlHash;
            LogEnded(logger, intent.Space.Project.Value, intent.Space.Form, claimed);
            if (claimed && !await entities.TryRunAsync(intent.Space, instance!, cancellationToken))
            {
                continue;
            }
            await intents.RemoveAsync(intent, cancellationToken);
            ended++;
        }
        await entities.ForceHeldAsync(clock.GetUtcNow() - HeldEntity.Longest, cancellationToken);
        return ended;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ended an intent that a request left behind: project {Project}, form {Form}, claimed {Claimed}.")]
    private static partial void LogEnded(ILogger logger, int project, int form, bool claimed);
}
