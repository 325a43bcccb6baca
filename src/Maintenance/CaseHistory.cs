using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Something that happened to a submission and that cases followed: it came, it was edited, deleted, brought back, or its blocks were
/// tried again. <see cref="Versions"/> are those that there were then, newest first, with their instance ids and problems of that time.
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

    /// <summary>The version whose blocks count.</summary>
    public SubmissionVersion? Counts => IsDeleted ? null : Versions.FirstOrDefault(version => version.Problem is null);
}

/// <summary>Puts what is known of a submission into the order in which it happened.</summary>
internal static class CaseHistory
{
    /// <param name="space">The published submissions of a form: drafts change no cases.</param>
    /// <param name="recoveryRecord">What the rows say of the submission, and the turns that its recovery record noted.</param>
    /// <param name="note">How the XML came that was sent with this instance id; null when that isn't known.</param>
    public static IEnumerable<CaseEvent> Of(
        SubmissionSpace space,
        SubmissionRecoveryRecord recoveryRecord,
        Func<InstanceId, string, ReceiptMetadata?> note
    )
    {
        var submission = recoveryRecord.Submission;
        // An edit of CommCare's keeps the instance id, and the version before it got another by that.
        var chain = recoveryRecord
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
            .Select(one =>
                (
                    one.Version,
                    one.SentAs,
                    Note: note(one.SentAs, one.Version.XmlHash) is { } found && found.At == one.Version.CreatedAt ? found : null
                )
            )
            .ToList();
        var happened = chain
            .Select(one => (At: one.Note?.StoredAt ?? one.Version.CreatedAt, Turn: (SubmissionTurn?)null))
            .Concat(recoveryRecord.Turns.Select(turn => (turn.At, (SubmissionTurn?)turn)))
            .OrderBy(one => one.At);

        var (came, deleted) = (0, false);
        var cleared = recoveryRecord.Turns.Where(turn => turn.Kind == SubmissionTurnKind.Cleared).Select(turn => turn.XmlHash).ToList();
        foreach (var (at, turn) in happened)
        {
            switch (turn?.Kind)
            {
                case null:
                    came++;
                    break;
                case SubmissionTurnKind.Cleared:
                    cleared.Remove(turn.XmlHash);
                    break;
                default:
                    deleted = turn.Kind == SubmissionTurnKind.Deleted;
                    break;
            }
            var newest = chain[Math.Max(came, 1) - 1];
            var versions = chain
                .Take(came)
                .Reverse()
                .Select(one => cleared.Contains(one.Version.XmlHash) ? one.Version with { Problem = "as it was first tried" } : one.Version)
                .Select((version, age) => age == 0 ? version with { Id = newest.SentAs } : version)
                .ToList();
            yield return new CaseEvent(at, space, submission, versions, deleted, turn is null ? newest.Note?.SyncToken : null)
            {
                IsNew = came == 1 && turn is null,
            };
        }
    }
}
