using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.CommCare;

public sealed record MobileWorkerAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("user_id")] string UserId,
    [property: JsonPropertyName("username")] string Username,
    [property: JsonPropertyName("first_name")] string FirstName,
    [property: JsonPropertyName("last_name")] string LastName,
    [property: JsonPropertyName("email")] string Email,
    [property: JsonPropertyName("default_phone_number")] string? DefaultPhoneNumber,
    [property: JsonPropertyName("phone_numbers")] IReadOnlyList<string> PhoneNumbers,
    [property: JsonPropertyName("language")] string Language,
    [property: JsonPropertyName("groups")] IEnumerable<string> Groups,
    [property: JsonPropertyName("locations")] IReadOnlyList<string> Locations,
    [property: JsonPropertyName("primary_location")] string? PrimaryLocation,
    [property: JsonPropertyName("user_data")] IReadOnlyDictionary<string, string> UserData,
    [property: JsonPropertyName("is_active")] bool IsActive,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

public sealed record GroupAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("domain")] string Domain,
    [property: JsonPropertyName("users")] IReadOnlyList<string> Users,
    [property: JsonPropertyName("case_sharing")] bool CaseSharing,
    [property: JsonPropertyName("reporting")] bool Reporting,
    [property: JsonPropertyName("metadata")] IReadOnlyDictionary<string, string> Metadata,
    [property: JsonPropertyName("path")] IReadOnlyList<string> Path,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

/// <summary>A web user with a role on the project.</summary>
public sealed record WebUserAnswer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("username")] string? Username,
    [property: JsonPropertyName("email")] string? Email,
    [property: JsonPropertyName("first_name")] string FirstName,
    [property: JsonPropertyName("last_name")] string LastName,
    [property: JsonPropertyName("default_phone_number")] string? DefaultPhoneNumber,
    [property: JsonPropertyName("phone_numbers")] IReadOnlyList<string> PhoneNumbers,
    [property: JsonPropertyName("is_admin")] bool IsAdmin,
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("permissions")] PermissionsAnswer Permissions,
    [property: JsonPropertyName("resource_uri")] string ResourceUri
);

public sealed record PermissionsAnswer(
    [property: JsonPropertyName("edit_data")] bool EditData,
    [property: JsonPropertyName("edit_commcare_users")] bool EditCommcareUsers,
    [property: JsonPropertyName("edit_web_users")] bool EditWebUsers,
    [property: JsonPropertyName("view_reports")] bool ViewReports
);

/// <summary>A worker's syncs, as far as their logs are kept.</summary>
public sealed record SyncsAnswer([property: JsonPropertyName("syncs")] IEnumerable<SyncAnswer> Syncs);

public sealed record SyncAnswer(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("since")] string? Since,
    [property: JsonPropertyName("date")] string? Date,
    [property: JsonPropertyName("device_id")] string DeviceId,
    [property: JsonPropertyName("app_id")] string AppId,
    [property: JsonPropertyName("requested_by")] string RequestedBy,
    [property: JsonPropertyName("forms")] int Forms
);

public sealed record HeartbeatAnswer(
    [property: JsonPropertyName("app_id")] string AppId,
    [property: JsonPropertyName("force_logs")] bool ForceLogs,
    [property: JsonPropertyName("disable_background_work")] bool DisableBackgroundWork
);

/// <summary>A mobile worker's account is deactivated or deleted.</summary>
public sealed record AccountEndedAnswer(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("default_response")] string DefaultResponse
);

/// <summary>A refusal of the API of a domain.</summary>
public sealed record ErrorAnswer([property: JsonPropertyName("error")] string Error);
