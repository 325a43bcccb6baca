using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What was done to a submission beside editing it, which cases follow.</summary>
internal enum SubmissionTurnKind
{
    Deleted,
    Restored,

    /// <summary>A form whose case blocks were wrong was tried again, and they were right (CC-095).</summary>
    Cleared,
}

/// <summary>One such turn; a cleared version is told by its XML.</summary>
internal sealed record SubmissionTurn(SubmissionTurnKind Kind, DateTimeOffset At, string? XmlHash);

/// <summary>
/// All that the tables say of a submission to which more has happened than that it came. <see cref="Versions"/> are as the rows have
/// them: the root's instance, then each edit's.
/// </summary>
internal sealed record SubmissionRecoveryRecord(Submission Submission, IReadOnlyList<SubmissionVersion> Versions)
{
    /// <summary>Newest first.</summary>
    public IReadOnlyList<SubmissionComment> Comments { get; init; } = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SubmissionTurn> Turns { get; init; } = [];

    /// <summary>Blobs of files that somebody has taken out of their slots.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    internal static SubmissionRecoveryRecord Parse(byte[] json) => JsonSerializer.Deserialize<SubmissionRecoveryRecord>(json, Json)!;

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    private static readonly JsonSerializerOptions Json = new()
    {
        IgnoreReadOnlyProperties = true,
        Converters = { new TextConverter<InstanceId>(InstanceId.Parse, id => id.Value) },
    };
}

/// <summary>
/// Keeps a recovery record of each submission that was edited, reviewed, commented, deleted, or whose case blocks were wrong, beside its XML. A
/// first arrival, and files that come to it later, need none: notes on their blobs tell of them.
/// </summary>
public sealed partial class SubmissionRecovery(
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    IntentsTable intents,
    TimeProvider clock,
    ILogger<SubmissionRecovery> logger
)
{
    /// <summary>
    /// Writes the recovery record of a submission whose change is committed; the one call that each write path makes. If storage does
    /// not take it, the request still succeeds: an intent is recorded, and Reconcile writes the record. Six operations, and one for
    /// each edit. <paramref name="dropped"/> is the blob of a file that was taken out of its slot.
    /// </summary>
    internal async Task AfterChangeAsync(SubmissionSpace space, InstanceId root, string? dropped = null)
    {
        try
        {
            await WriteAsync(space, root, dropped, CancellationToken.None);
        }
        catch (Exception e) when (StorageFailure.Is(e))
        {
            await intents.AddAsync(Intent.RecoveryRecord(space, root, dropped, clock.GetUtcNow()), CancellationToken.None);
            LogPostponed(logger, e, space.Project.Value, space.Form);
        }
    }

    /// <summary>Writes what <see cref="AfterChangeAsync"/> could not. The operations are the same.</summary>
    internal Task CompleteAsync(Intent intent, CancellationToken cancellationToken) =>
        WriteAsync(intent.Space, intent.Instance, intent.DroppedBlob, cancellationToken);

    private Task WriteAsync(SubmissionSpace space, InstanceId root, string? dropped, CancellationToken cancellationToken) =>
        files.WriteRecoveryRecordAsync(
            space,
            root,
            async json =>
            {
                var before = json is null ? null : SubmissionRecoveryRecord.Parse(json);
                return await ReadRowsAsync(space, root, cancellationToken) is { } now
                    ? (
                        now with
                        {
                            Turns = [.. before?.Turns ?? [], .. NewTurns(before, now)],
                            Dropped =
                                dropped is null || before?.Dropped.Contains(dropped) == true
                                    ? before?.Dropped ?? []
                                    : [.. before?.Dropped ?? [], dropped],
                        }
                    ).ToBytes()
                    : null;
            },
            cancellationToken
        );

    /// <summary>Whether a recovery record says something else than the rows, but for files: those that came since are told by their notes.</summary>
    internal async Task<bool> DiffersAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var recoveryRecord = await files.FindRecoveryRecordAsync(space, TableKey.Hash(root.Value), cancellationToken);
        var rows = await ReadRowsAsync(space, root, cancellationToken);
        return recoveryRecord is null || rows is null || !WithoutFiles(recoveryRecord).SequenceEqual(WithoutFiles(rows));

        static byte[] WithoutFiles(SubmissionRecoveryRecord one) =>
            (
                one with
                {
                    Submission = one.Submission with { MediaExpected = 0, MediaPresent = 0 },
                    Versions = [.. one.Versions.Select(version => version with { Media = [] })],
                    Turns = [],
                    Dropped = [],
                }
            ).ToBytes();
    }

    /// <summary>What the rows say now; null when they are gone.</summary>
    internal async Task<SubmissionRecoveryRecord?> ReadRowsAsync(
        SubmissionSpace space,
        InstanceId root,
        CancellationToken cancellationToken
    )
    {
        if (
            await submissions.FindInstanceAsync(space, root, cancellationToken) is not { } instance
            || await submissions.FindAtAsync(space, instance.TimelineKey, cancellationToken) is not var (submission, _)
        )
        {
            return null;
        }
        var edits = await submissions.ListEditsAsync(space, root, cancellationToken).ToListAsync(cancellationToken);
        var versions = await InParallel.EachAsync(edits, (id, stop) => submissions.FindInstanceAsync(space, id, stop), cancellationToken);
        return new SubmissionRecoveryRecord(submission, [instance.Version, .. versions.OfType<Instance>().Select(edit => edit.Version)])
        {
            Comments = await submissions.ListCommentsAsync(space, root, cancellationToken).ToListAsync(cancellationToken),
        };
    }

    private IEnumerable<SubmissionTurn> NewTurns(SubmissionRecoveryRecord? before, SubmissionRecoveryRecord now)
    {
        var (wasDeleted, isDeleted) = (before?.Submission.DeletedAt, now.Submission.DeletedAt);
        if (wasDeleted is not null && wasDeleted != isDeleted)
        {
            yield return new SubmissionTurn(SubmissionTurnKind.Restored, isDeleted?.AddTicks(-1) ?? clock.GetUtcNow(), null);
        }
        if (isDeleted is { } deletedAt && wasDeleted != isDeleted)
        {
            yield return new SubmissionTurn(SubmissionTurnKind.Deleted, deletedAt, null);
        }
        foreach (var version in now.Versions.Where(version => version.Problem is null))
        {
            if (before?.Versions.Any(one => one.Id == version.Id && one.XmlHash == version.XmlHash && one.Problem is not null) == true)
            {
                yield return new SubmissionTurn(SubmissionTurnKind.Cleared, clock.GetUtcNow(), version.XmlHash);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A recovery record could not be written; Reconcile will: project {Project}, form {Form}."
    )]
    private static partial void LogPostponed(ILogger logger, Exception cause, int project, int form);
}
