using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Recovery;

/// <summary>
/// Called by every write path after its change is committed: writes the recovery record. If storage refuses it, the request still succeeds:
/// an intent is recorded, and Reconcile writes the record.
/// </summary>
public sealed partial class RecoveryHook(IntentsTable intents, TimeProvider clock, ILogger<RecoveryHook> logger)
{
    /// <summary>The operations of <paramref name="write"/>, and one if it fails.</summary>
    /// <param name="intent">What remains to be done if <paramref name="write"/> fails.</param>
    internal async Task AfterChangeAsync(Func<Task> write, Func<DateTimeOffset, Intent> intent)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (StorageFailure.Is(e))
        {
            var missing = intent(clock.GetUtcNow());
            await intents.AddAsync(missing, CancellationToken.None);
            LogPostponed(logger, e, missing.Space.Project.Value, missing.Space.Form);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A recovery record could not be written; Reconcile will: project {Project}, form {Form}."
    )]
    private static partial void LogPostponed(ILogger logger, Exception cause, int project, int form);
}
