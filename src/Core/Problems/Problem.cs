using System.Globalization;

namespace ServerlessRosa.Core.Problems;

/// <summary>
/// A refusal that the client can read. <see cref="Code"/> is ODK Central's permanent number (OR-272): its integer part is the
/// HTTP status. Never reuse or renumber one. <see cref="Details"/> is serialised as JSON and left out when null.
/// </summary>
public sealed partial record Problem(decimal Code, string Message, object? Details = null)
{
    public int Status => (int)Code;

    /// <summary>Seconds until the client may retry, for the header `Retry-After`; null when unknown.</summary>
    public int? RetryAfterSeconds { get; private init; }

    // 400: invalid requests
    public static Problem UnparseableXml(long length, string reason) =>
        new(
            400.1m,
            $"Could not parse the given data ({length.ToString(CultureInfo.InvariantCulture)} chars) as xml: {reason}",
            new { format = "xml", rawLength = length }
        );

    public static Problem UnparseableJson(long length) =>
        new(
            400.1m,
            $"Could not parse the given data ({length.ToString(CultureInfo.InvariantCulture)} chars) as json.",
            new { format = "json", rawLength = length }
        );

    public static Problem MissingParameter(string field) => new(400.2m, $"Required parameter {field} missing.", new { field });

    public static Problem MissingParameters(IReadOnlyList<string> expected, IReadOnlyDictionary<string, object?> got) =>
        new(400.3m, $"Required parameters missing. Expected {string.Join(", ", expected)}.", new { expected, got });

    public static Problem InvalidHeader(string field, string? value) =>
        new(
            400.6m,
            $"The header ({field}) did not match the expected format{(string.IsNullOrEmpty(value) ? "" : $" (got: {value})")}.",
            new { field, value }
        );

    public static Problem MissingMultipartField(string field) =>
        new(400.7m, $"Required multipart POST field {field} missing.", new { field });

    public static Problem UnexpectedValue(string field, string? value, string reason) =>
        new(
            400.8m,
            $"Unexpected {field} value {value}; {reason}",
            new
            {
                field,
                value,
                reason,
            }
        );

    public static Problem InvalidDataType(string value, string expected) =>
        new(400.11m, $"Invalid input data type: expected ({value}) to be ({expected})", new { value, expected });

    public static Problem Undecryptable() => new(400.12m, "The submissions could not be decrypted. Check the passphrase and try again.");

    public static Problem ValueTooLong(string field, int maximum) =>
        new(
            400.13m,
            $"The value of {field} is too long; it may have {maximum.ToString(CultureInfo.InvariantCulture)} characters at most.",
            new { field, maximum }
        );

    public static Problem KeyDoesNotExist(string field, string value, string table) =>
        new(
            400.14m,
            $"The given {field} {value} for {table} does not exist.",
            new
            {
                field,
                value,
                table,
            }
        );

    /// <summary><paramref name="error"/> is a line for each reason, with sheet, row and column.</summary>
    public static Problem InvalidWorkbook(string error) =>
        new(400.15m, "The XLSForm workbook could not be converted; see the error.", new { error, warnings = (object?)null });

    /// <summary>
    /// <paramref name="workflow"/> are `{type, details}` objects, and <paramref name="workbook"/> texts; a kind without any is left out.
    /// The client may send again with `ignoreWarnings=true`.
    /// </summary>
    public static Problem FormWarnings(IReadOnlyList<FormWarning> workflow, IReadOnlyList<string> workbook)
    {
        var warnings = new Dictionary<string, object>();
        if (workbook.Count > 0)
            warnings["xlsFormWarnings"] = workbook;
        if (workflow.Count > 0)
            warnings["workflowWarnings"] = workflow;
        return new(400.16m, "The form is accepted only with ?ignoreWarnings=true, since there are warnings.", new { warnings });
    }

    public static Problem FieldTypeConflict(string path, string type) =>
        new(
            400.17m,
            $"The form changes the type of the field {path} from {type}; an earlier version of the form has it.",
            new { path, type }
        );

    public static Problem NoDeprecatedId() =>
        new(400.19m, "An edit must name the instance that it replaces in its deprecatedID; to add a submission, POST it.");

    public static Problem PasswordTooShort() => new(400.21m, "The password must have at least 10 characters.");

    public static Problem PasswordTooWeak() => new(400.21m, "The password is too easy to guess; take a longer or less common one.");

    public static Problem ValueOutOfRange(string value, string type) =>
        new(400.22m, $"Provided value '{value}' is out of range for type '{type}'", new { value, type });

    public static Problem NoMetaGroup() => new(400.27m, "The form does not contain a 'meta' group.");

    public static Problem InvalidParameterType(string field, string expected) =>
        new(400.11m, $"Invalid input data type: expected ({field}) to be ({expected})", new { field, expected });

    public static Problem PendingSubmissions(int count) =>
        new(
            400.29m,
            $"{count.ToString(CultureInfo.InvariantCulture)} submissions wait for approval; say ?convert=true or ?convert=false.",
            new { count }
        );

    public static Problem UnexpectedAttributes(IReadOnlyList<string> expected, IReadOnlyList<string> actual) =>
        new(400.31m, $"Expected parameters: ({string.Join(", ", expected)}). Got ({string.Join(", ", actual)}).", new { expected, actual });

    public static Problem NoConflict() => new(400.32m, "The entity has no conflict.");

    public static Problem UnexpectedProperties(IReadOnlyList<string> expected, IReadOnlyList<string> actual) =>
        new(400.33m, $"Expected properties ({string.Join(", ", expected)}), got ({string.Join(", ", actual)}).", new { expected, actual });

    public static Problem JsonTooLarge() => new(400.36m, "The JSON body is larger than 250 kB.");

    public static Problem UnsupportedEncoding(string encoding) => new(400.37m, $"The Content-Encoding {encoding} is not supported.");

    public static Problem PasswordTooLong() => new(400.38m, "The password must have at most 72 bytes.");

    public static Problem BrokenMultipart(string reason) => new(400.39m, $"Multipart form content failed to parse: {reason}", reason);

    public static Problem BrokenBody(string reason) => new(400.39m, $"The request body could not be read: {reason}", reason);

    // 401 and 403: authentication and rights
    public static Problem NotAuthenticated() => new(401.2m, "Could not authenticate with the provided credentials.");

    public static Problem HttpsOnly() => new(401.3m, "This authentication method is only available over HTTPS.");

    public static Problem NotAllowed() => new(403.1m, "The authenticated actor does not have rights to perform that action.");

    // 404: not found
    public static Problem NotFound() => new(404.1m, "Could not find the resource you were looking for.");

    public static Problem NoApiVersion() => new(404.2m, "Expected an API version (as in /v1) at the start of the request URL.");

    public static Problem WrongApiVersion(string got) => new(404.3m, $"Unexpected API version {got}: only v1 is served.", new { got });

    public static Problem DraftGone() =>
        new(404.4m, "The draft you are trying to reach does not exist anymore or your access is no longer valid.");

    public static Problem DeprecatedIdNotFound(string instanceId) =>
        new(404.5m, $"You tried to update {instanceId}, but we couldn't find that submission to update.", new { instanceId });

    public static Problem SubmittedVersionNotFound(string version) =>
        new(404.6m, $"The form version specified in this submission '{version}' does not exist.", new { formVersion = version });

    public static Problem FormatNotAcceptable(string acceptable) =>
        new(406.1m, $"Requested format not acceptable; this resource supports: {acceptable}.", new { acceptable });

    // 409: conflicts
    public static Problem InstanceConflict(string instanceId) =>
        new(409.1m, $"A submission already exists with this ID, but with different XML. ({instanceId})", new { instanceId });

    public static Problem NotAcceptingSubmissions() => new(409.2m, "This form is not currently accepting submissions.");

    public static Problem AlreadyExists(IReadOnlyList<string> fields, IReadOnlyList<string> values, string? table = null) =>
        new(
            409.3m,
            $"A resource already exists with {string.Join(',', fields)} value(s) of {string.Join(',', values)}.",
            table is null
                ? new { fields, values }
                : new
                {
                    fields,
                    values,
                    table,
                }
        );

    public static Problem AlreadyActive(string feature) => new(409.4m, $"The feature {feature} is active already.", new { feature });

    public static Problem VersionAlreadyPublished(string xmlFormId, string version) =>
        new(
            409.6m,
            $"A version '{version}' of the form {xmlFormId} has been published before; each version needs a name of its own.",
            new { xmlFormId, version }
        );

    public static Problem CannotDeleteOnlyDraft() =>
        new(409.7m, "The form has never been published, so its draft cannot be deleted; delete the form.");

    public static Problem SupersededInstance(string instanceId) =>
        new(409.9m, $"The submission {instanceId} has been edited since, so this copy is now out of date.", new { instanceId });

    public static Problem SupersededDeprecated(string instanceId, string deprecatedId) =>
        new(
            409.9m,
            $"You are submitting an edit, but the copy you were editing ({deprecatedId}) is now out of date.",
            new { instanceId, deprecatedId }
        );

    public static Problem SubmissionDeleted(string instanceId) =>
        new(409.18m, $"The submission {instanceId} has been deleted. You may not resubmit it.", new { instanceId });

    public static Problem FormNotPublished() => new(409.11m, "The form has never been published, so it is not ready for the web.");

    public static Problem FormNotOpen() => new(409.12m, "Only submissions of an open form can be edited.");

    public static Problem LastAdministrator() => new(409.21m, "This is the last administrator; make somebody else one first.");

    // Size limits, rate limits and unsupported features
    public static Problem BodyTooLarge(long maximum) =>
        new(413.1m, $"The request body is larger than {maximum.ToString(CultureInfo.InvariantCulture)} bytes.", new { maximum });

    public static Problem TooManyAttempts(TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        return new(429.1m, $"Too many wrong passwords: try again in {seconds} seconds.", new { retryAfter = seconds })
        {
            RetryAfterSeconds = seconds,
        };
    }

    public static Problem Unexpected(string traceId) =>
        new(500.1m, $"Completely unhandled exception; its trace id is {traceId}.", new { traceId });

    public static Problem NotSupported(string feature) =>
        new(501.1m, $"The requested feature {feature} is not supported by this server.", new { feature });

    public static Problem NoEnketo() =>
        new(501.8m, "This server has no Enketo: enable web forms for the form to edit its submissions in the browser.");

    public static Problem UnexpectedFormsList() =>
        new(501.2m, "The list of forms must have each form of the project exactly once; forms are not created or deleted here.");

    public static Problem InstanceClaimed(string instanceId) =>
        new(503.1m, $"Another request is storing a submission with the instance id {instanceId}: try again.", new { instanceId })
        {
            RetryAfterSeconds = 60,
        };

    public ProblemException AsException(Exception? cause = null) => new(this, cause);
}

/// <summary>One of the workflow warnings of a form upload, such as `deletedFormExists` or `structureChanged` (OR-147 to OR-163).</summary>
public sealed record FormWarning(string Type, object Details);

/// <summary>Carries a <see cref="Problem"/> to the endpoint pipeline, the only place that catches it.</summary>
public sealed class ProblemException(Problem problem, Exception? cause = null) : Exception(problem.Message, cause)
{
    public Problem Problem { get; } = problem;
}
