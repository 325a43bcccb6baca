using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The action for a submission that is not refused.</summary>
internal enum SubmissionAction
{
    /// <summary>Add a new submission.</summary>
    Add,

    /// <summary>Keep the stored version, and put the received files into its slots.</summary>
    FillMedia,

    /// <summary>Add a version that supersedes the one `deprecatedID` names.</summary>
    Edit,

    /// <summary>Add a version under the instance id of the current one, which gets another id (CommCare).</summary>
    Replace,

    /// <summary>Answer as if it had been stored, and change no rows (CommCare).</summary>
    Acknowledge,
}

/// <summary>An action, or a refusal instead.</summary>
internal readonly record struct SubmissionDecision(SubmissionAction Action, Problem? Refusal)
{
    public static implicit operator SubmissionDecision(SubmissionAction action) => new(action, null);

    public static implicit operator SubmissionDecision(Problem refusal) => new(default, refusal);

    public SubmissionAction OrThrow() => Refusal is { } refusal ? throw refusal.AsException() : Action;
}

/// <summary>
/// The table "How a submission is decided" of docs/protocol.md as pure functions, from stored state to action. The numbers are the rows of
/// that table. <see cref="CommitSubmission"/> reads the state and executes the decision.
/// </summary>
internal static class DecideSubmission
{
    /// <summary>Rows 1 to 4: whether the form accepts the submission; null when it does.</summary>
    public static Problem? RefuseForm(Form? form, FormDefinition? version, string versionName, bool maySubmit) =>
        (form, version, maySubmit) switch
        {
            (null, _, _) => Problem.NotFound(), // 1
            (_, null, _) => Problem.SubmittedVersionNotFound(versionName), // 2
            ({ State: FormState.Closed }, _, _) => Problem.NotAcceptingSubmissions(), // 3
            (_, _, false) => Problem.NotAuthenticated(), // 4
            _ => null,
        };

    /// <summary>Rows 5 to 9: a submission without `deprecatedID`, and every one of CommCare's.</summary>
    public static SubmissionDecision New(DuplicatePolicy policy, InstanceId id, string xmlHash, Instance? found) =>
        (found, policy) switch
        {
            (null, _) => SubmissionAction.Add, // 5
            ({ State: not InstanceState.Current }, DuplicatePolicy.CommCare) when found.Version.XmlHash == xmlHash =>
                SubmissionAction.Acknowledge, // 8C, 9C
            ({ State: InstanceState.Superseded }, _) => Problem.SupersededInstance(id.Value), // 8
            ({ State: InstanceState.Deleted }, _) => Problem.SubmissionDeleted(id.Value), // 9
            (_, DuplicatePolicy.CommCare) when found.Version.XmlHash != xmlHash => SubmissionAction.Replace, // 7C
            _ => Duplicate(policy, id, xmlHash, found), // 6, 7
        };

    /// <summary>Rows 10 to 15: a submission with `deprecatedID`. <paramref name="deprecated"/> is the instance that it names.</summary>
    public static SubmissionDecision Edit(
        DuplicatePolicy policy,
        InstanceId id,
        string xmlHash,
        InstanceId deprecatedId,
        Instance? found,
        Instance? deprecated
    ) =>
        (deprecated?.State, found) switch
        {
            (null, _) => Problem.DeprecatedIdNotFound(deprecatedId.Value), // 10
            (InstanceState.Deleted, _) => Problem.SubmissionDeleted(deprecatedId.Value), // 9
            (InstanceState.Superseded, { State: InstanceState.Current }) => Duplicate(policy, id, xmlHash, found), // 13, 14
            (InstanceState.Superseded, _) => Problem.SupersededDeprecated(id.Value, deprecatedId.Value), // 15
            (_, not null) => Problem.AlreadyExists(["instanceID"], [id.Value]), // 12
            _ => SubmissionAction.Edit, // 11
        };

    /// <summary>Row 11 where the address names the submission to edit: `deprecatedID` must belong to it.</summary>
    public static Problem? RefuseOtherSubmission(InstanceId id, InstanceId deprecatedId, InstanceId root, InstanceId? addressed) =>
        addressed is null || addressed == root ? null : Problem.SupersededDeprecated(id.Value, deprecatedId.Value);

    /// <summary>Rows 6, 7, 13 and 14 again, after the instance changed while files were put into its slots.</summary>
    public static SubmissionDecision Refill(DuplicatePolicy policy, InstanceId id, string xmlHash, Instance? found) =>
        found switch
        {
            null => Problem.SubmissionDeleted(id.Value),
            { State: not InstanceState.Current } => Problem.SupersededInstance(id.Value),
            _ => Duplicate(policy, id, xmlHash, found),
        };

    private static SubmissionDecision Duplicate(DuplicatePolicy policy, InstanceId id, string xmlHash, Instance current) =>
        policy == DuplicatePolicy.Central ? Problem.AlreadyExists(["instanceID"], [id.Value])
        : current.Version.XmlHash != xmlHash ? Problem.InstanceConflict(id.Value)
        : SubmissionAction.FillMedia;
}
