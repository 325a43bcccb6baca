using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A change of a submission other than an edit, after which its cases are recomputed.</summary>
internal enum SubmissionTurnKind
{
    Deleted,
    Restored,

    /// <summary>A form with invalid case blocks was processed again, and they were valid (CC-095).</summary>
    Cleared,
}

/// <summary>One such change; <paramref name="XmlHash"/> names the cleared version.</summary>
internal sealed record SubmissionTurn(SubmissionTurnKind Kind, DateTimeOffset At, string? XmlHash);

/// <summary>
/// The content of all rows of a submission that was changed after its receipt. <see cref="Versions"/> are in the order of the rows: the
/// root's instance, then each edit's.
/// </summary>
internal sealed record SubmissionRecoveryRecord(Submission Submission, IReadOnlyList<SubmissionVersion> Versions)
{
    /// <summary>Newest first.</summary>
    public IReadOnlyList<SubmissionComment> Comments { get; init; } = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SubmissionTurn> Turns { get; init; } = [];

    /// <summary>Blobs of files that were removed from their slots.</summary>
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
/// Keeps a recovery record beside the XML of each submission that was edited, reviewed, commented, deleted, or had invalid case blocks. An
/// unedited submission needs none; the metadata of its blobs is sufficient, also for files that arrive later.
/// </summary>
public sealed class SubmissionRecovery(SubmissionsTable submissions, SubmissionFilesContainer files, RecoveryHook hook, TimeProvider clock)
{
    /// <summary>
    /// Writes the recovery record of a submission whose change is committed; the one call that each write path makes. Never fails for a
    /// record that storage refuses (<see cref="RecoveryHook"/>). Six operations, and one for each edit.
    /// </summary>
    /// <param name="dropped">The blob of a file that was removed from its slot.</param>
    internal Task AfterChangeAsync(SubmissionSpace space, InstanceId root, string? dropped = null) =>
        hook.AfterChangeAsync(
            () => WriteAsync(space, root, dropped, CancellationToken.None),
            at => Intent.OfSubmissionRecord(space, root, dropped, at)
        );

    /// <summary>Writes what <see cref="AfterChangeAsync"/> could not. The operations are the same.</summary>
    internal Task CompleteAsync(Intent intent, CancellationToken cancellationToken) =>
        WriteAsync(intent.Space, intent.Instance!.Value, intent.DroppedBlob, cancellationToken);

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

    /// <summary>Whether a recovery record differs from the rows. Files are not compared: their blobs' metadata is newer than the
    /// record.</summary>
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

    /// <summary>The current content of the rows; null if they were deleted.</summary>
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
}
