using System.Globalization;

namespace ServerlessRosa.Core.Problems;

/// <summary>Refusals of CommCare's protocol: receiver, case API, search and restore.</summary>
public sealed partial record Problem
{
    private const string Deactivated = "Your account has been deactivated, please contact your domain admin to reactivate";
    private const string Deleted = "Your account has been deleted, please contact your domain admin";

    public static Problem FieldsBesideFiles() => new(400.51m, "Received a submission with POST.keys()");

    public static Problem EmptyForm() => new(400.52m, "The form that was sent is empty.");

    public static Problem UnknownAuthType(IEnumerable<string> known) =>
        new(400.53m, $"authtype must be one of: {string.Join(", ", known)}");

    public static Problem NoDomain(string domain) => new(400.54m, $"No domain with name {domain}");

    public static Problem CasesRefused(string reason) => new(400.55m, reason);

    public static Problem CaseTypeRequired() => new(400.56m, "Search request must specify case type");

    public static Problem CaseIdRequired() => new(400.57m, "A case_id is required");

    public static Problem UnusableSheet(int? row, string reason) =>
        new(400.58m, row is { } number ? $"Row {number} of the file: {reason}" : $"The file was refused: {reason}", new { row });

    public static Problem UnknownParameter(string name) => new(400.59m, $"'{name}' is not a valid parameter.");

    // 406: the phone shows the message to its user.
    public static Problem WorkerDeactivated() => new(406.1m, Deactivated);

    public static Problem WorkerDeleted() => new(406.2m, Deleted);

    public static Problem SyncTokenTaken() => new(409.40m, "This sync was answered at the same time to another request; ask again.");

    /// <summary><paramref name="written"/> says what was written before, as a sentence.</summary>
    public static Problem ChangedDuringUpload(string written) =>
        new(409.41m, $"Somebody else made a change meanwhile. {written} Upload the file again to complete it.");

    public static Problem CaseGone(string caseId) => new(410.1m, $"There is no case {caseId} any more.", new { caseId });

    // 412: the phone starts over with a full restore.
    public static Problem UnknownRestoreVersion(string version) =>
        new(412.1m, $"{version} is not a legal version, must be one of: 1.0, 2.0, 3.0");

    public static Problem InvalidSyncUser() => new(412.2m, "Attempt to sync with invalid user.");

    public static Problem UnknownSyncToken(string token) => new(412.3m, $"No sync log with the id {token} was found.");

    public static Problem ForeignSyncToken(string token, string userId) =>
        new(412.4m, $"Sync log {token} does not match user id {userId}.");

    public static Problem InvalidPhoneState(string state) => new(412.5m, $"The state {state} does not start with ccsh: and end in a hash.");

    public static Problem PhoneStateMismatch(string expected, string got, IReadOnlyList<string> cases, int count) =>
        new(
            412.6m,
            $"Phone state has mismatch. Expected {expected} but was {got}. Cases: "
                + $"[{string.Join(", ", cases)}{(count > cases.Count ? ", ..." : "")}]"
        );

    public static Problem OnlyPosts() => new(405.1m, "Forms are sent here with POST.");

    public static Problem FormTooLarge(long maximum) =>
        new(413.2m, $"Form exceeds {(maximum >> 20).ToString(CultureInfo.InvariantCulture)}MB size limit");

    public static Problem FileNotTaken(string name) => new(422.1m, $"The file {name} is of a kind that is not taken with a form.");

    // 500: storage failed after some of an upload was written.
    public static Problem UploadStopped(string written) =>
        new(500.2m, $"Storage failed during the upload. {written} Upload the file again to complete it.");
}
