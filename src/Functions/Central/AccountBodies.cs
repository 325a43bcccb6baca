using System.Text.Json.Serialization;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.Central;

/// <summary>Signs in. Other members do not count.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record CredentialsBody(string Email, string Password) : RestBody;

public sealed record NewUserBody(string Email, string? Password = null, string? DisplayName = null) : RestBody;

public sealed record UserChangeBody(string? Email = null, string? DisplayName = null) : RestBody;

public sealed record PasswordChangeBody(string Old, string New) : RestBody;

/// <summary>Whose password is forgotten.</summary>
public sealed record PasswordResetBody(string Email) : RestBody;

/// <summary>The password that replaces a forgotten one.</summary>
public sealed record NewPasswordBody(string New) : RestBody;

/// <summary>An API key: for one project and with one role if it names them.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewApiKeyBody(string? Name = null, string? Domain = null, string? Role = null, string? ExpiresAt = null) : RestBody;

/// <summary>A preference of a web user: any JSON.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PreferenceBody(object? PropertyValue) : RequestBody;

public sealed record NewActorPropertyBody(string Name) : RestBody;

/// <summary>An app user, and its properties.</summary>
public sealed record NewAppUserBody(string DisplayName, IReadOnlyDictionary<string, string?>? Properties = null) : RestBody;

/// <summary>A public link; `once` allows one submission per browser.</summary>
public sealed record NewPublicLinkBody(string DisplayName, bool? Once = null, IReadOnlyDictionary<string, string?>? Properties = null)
    : RestBody;

/// <summary>A change of an app user or public link: a property that is null or blank is removed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HolderChangeBody(string? DisplayName = null, IReadOnlyDictionary<string, string?>? Properties = null) : RestBody;
