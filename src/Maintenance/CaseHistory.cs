using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// A change of a submission that cases were recomputed from: it was received, edited, deleted or restored, or the problem of its blocks was
/// cleared. <see cref="Versions"/> are those that existed then, newest first, with their instance ids and problems of that time.
/// </summary>
internal sealed record CaseEvent(
    DateTimeOffset At,
    SubmissionSpace Space,
    Submission Submission,
    IReadOnlyList<SubmissionVersion> Versions,
    bool IsDeleted,
    string? SyncToken
)
{
    public bool IsNew { get; init; }

    public CaseForm FormOf(SubmissionVersion version) => new(Space.Form, Submission.RootId, version.Id, version.XmlHash);

    /// <summary>The version whose blocks are in effect.</summary>
    public SubmissionVersion? Counts => IsDeleted ? null : Versions.FirstOrDefault(version => version.Problem is null);
}

/// <summary>Lists the changes of a submission in the order in which they happened.</summary>
internal static class CaseHistory
{
    /// <param name="space">The published submissions of a form: drafts change no cases.</param>
    /// <param name="recoveryRecord">The rows of the submission, and the turns that its recovery record noted.</param>
    /// <param name="note">Returns the receipt metadata of the XML sent with this instance id; null when unknown.</param>
    public static IEnumerable<CaseEvent> Of(
        SubmissionSpace space,
        SubmissionRecoveryRecord recoveryRecord,
        Func<InstanceId, string, ReceiptMetadata?> note
    )
    {
        var chain = Received(recoveryRecord, note);
        var happened = chain
            .Select(one => (At: one.Note?.StoredAt ?? one.Version.CreatedAt, Turn: (SubmissionTurn?)null))
            .Concat(recoveryRecord.Turns.Select(turn => (turn.At, (SubmissionTurn?)turn)))
            .OrderBy(one => one.At);

        var (received, deleted) = (0, false);
        var cleared = recoveryRecord.Turns.Where(turn => turn.Kind == SubmissionTurnKind.Cleared).Select(turn => turn.XmlHash).ToList();
        foreach (var (at, turn) in happened)
        {
            switch (turn?.Kind)
            {
                case null:
                    received++;
                    break;
                case SubmissionTurnKind.Cleared:
                    cleared.Remove(turn.XmlHash);
                    break;
                default:
                    deleted = turn.Kind == SubmissionTurnKind.Deleted;
                    break;
            }
            var newest = chain[Math.Max(received, 1) - 1];
            var versions = VersionsThen(chain.Take(received), newest.SentAs, cleared);
            yield return new CaseEvent(
                at,
                space,
                recoveryRecord.Submission,
                versions,
                deleted,
                turn is null ? newest.Note?.SyncToken : null
            )
            {
                IsNew = received == 1 && turn is null,
            };
        }
    }

    // Oldest first. A CommCare edit keeps the instance id, and the version before it gets another id.
    private static List<ReceivedVersion> Received(SubmissionRecoveryRecord recoveryRecord, Func<InstanceId, string, ReceiptMetadata?> note)
    {
        var submission = recoveryRecord.Submission;
        return
        [
            .. recoveryRecord
                .Versions.Index()
                .Select(one =>
                    (
                        Version: one.Item,
                        SentAs: one.Index > 0 && one.Item.Id == InstanceId.SetAside(submission.RootId, one.Index, one.Item.XmlHash)
                            ? submission.Current.Id
                            : one.Item.Id
                    )
                )
                .OrderBy(one => one.Version.CreatedAt)
                .Select(one => new ReceivedVersion(
                    one.Version,
                    one.SentAs,
                    note(one.SentAs, one.Version.XmlHash) is { } found && found.At == one.Version.CreatedAt ? found : null
                )),
        ];
    }

    // Newest first. A problem that is cleared later still existed.
    private static List<SubmissionVersion> VersionsThen(
        IEnumerable<ReceivedVersion> received,
        InstanceId currentId,
        List<string?> cleared
    ) =>
        [
            .. received
                .Reverse()
                .Select(one => cleared.Contains(one.Version.XmlHash) ? one.Version with { Problem = "as it was first tried" } : one.Version)
                .Select((version, age) => age == 0 ? version with { Id = currentId } : version),
        ];

    private sealed record ReceivedVersion(SubmissionVersion Version, InstanceId SentAs, ReceiptMetadata? Note);
}
