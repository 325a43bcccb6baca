using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

public sealed record NewProjectBody(string Name, string? Description = null, string? Domain = null) : RestBody;

/// <summary>A change of a project; null removes a description, and the mark that it is archived.</summary>
public sealed record ProjectChangeBody(
    string Name = null!,
    string? Description = null,
    bool? Archived = null,
    string? Domain = null,
    bool? CaseSearch = null,
    IReadOnlyList<FuzzyPropertiesBody>? FuzzyProperties = null,
    bool? UserCases = null
) : RestBody;

/// <summary>The properties of a case type in which searches find similar words.</summary>
public sealed record FuzzyPropertiesBody(string CaseType, IReadOnlyList<string> Properties) : RequestBody;

/// <summary>The whole project; with `forms` the state and the assignments of each.</summary>
public sealed record ProjectReplacementBody(
    string Name,
    string? Description = null,
    bool? Archived = null,
    IReadOnlyList<FormReplacementBody>? Forms = null
) : RestBody;

/// <summary>A form of the project. Its other values, which an answer has, may come back and do not count.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record FormReplacementBody(
    string XmlFormId,
    [property: OneOfTexts("open", "closing", "closed")] string? State = null,
    bool? WebformsEnabled = null,
    IReadOnlyList<FormAssignmentBody>? Assignments = null
) : RequestBody;

public sealed record FormAssignmentBody(int ActorId, int RoleId) : RequestBody;

/// <summary>The passphrase of a project's managed encryption.</summary>
public sealed record PassphraseBody(string Passphrase, string? Hint = null) : RestBody;

/// <summary>Null removes the description.</summary>
public sealed record FormChangeBody(
    [property: OneOfTexts("open", "closing", "closed")] string? State = null,
    bool? WebformsEnabled = null,
    Optional<string?> Description = default,
    int? SubmissionShards = null
) : RestBody;

/// <summary>Whether a media file of a draft is the dataset of its name.</summary>
public sealed record AttachmentLinkBody(bool Dataset) : RestBody;

/// <summary>Null removes the state.</summary>
public sealed record ReviewBody(
    [property: OneOfTexts("hasIssues", "edited", "rejected", "approved")] Optional<string?> ReviewState = default
) : RestBody;

public sealed record CommentBody(string Body) : RestBody;

/// <summary>Parameters of an export, of which those named by numbers are passphrases of keys.</summary>
[MembersOf(typeof(TextOrFlag))]
public sealed record ExportBody : RequestBody;

/// <summary>A setting of the server, whose members depend on it.</summary>
[FreeMembers]
public sealed record ConfigBody : RequestBody;

/// <summary>A webhook; `url` and `events` are required of a new one.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewWebhookBody(
    string Url,
    IReadOnlyList<string> Events,
    string? Name = null,
    bool? IncludeData = null,
    bool? Active = null
) : RestBody;

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WebhookChangeBody(
    string? Url = null,
    IReadOnlyList<string>? Events = null,
    string? Name = null,
    bool? IncludeData = null,
    bool? Active = null
) : RestBody;
