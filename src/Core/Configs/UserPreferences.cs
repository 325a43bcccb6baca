using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Configs;

/// <summary>
/// Preferences that a web front end stores for a web user, for the site and for projects. Values are any JSON. All preferences of a user
/// are one row.
/// </summary>
public sealed class UserPreferences(SettingsTable settings)
{
    private const string Site = "site";
    private const string Projects = "projects";
    private const int MaxName = 255;
    private const int MaxTotal = 64 * 1024;

    /// <summary>`{"site": {...}, "projects": {"7": {...}}}`. One operation.</summary>
    public async Task<JsonNode> ReadAsync(ActorId user, CancellationToken cancellationToken) =>
        Parse(await settings.FindPreferencesAsync(user, cancellationToken));

    /// <summary>Sets a preference of the site, or of a project. Refuses a long name, and more than 64 Ki characters in total, with
    /// 400.13.</summary>
    public Task SetAsync(ActorId user, ProjectId? project, string name, JsonElement value, CancellationToken cancellationToken)
    {
        if (name.Length > MaxName)
        {
            throw Problem.ValueTooLong("propertyName", MaxName).AsException();
        }
        return settings.ChangePreferencesAsync(
            user,
            text =>
            {
                var preferences = Parse(text);
                var group = project is { } id ? Member(Member(preferences, Projects), KeyOf(id)) : Member(preferences, Site);
                group[name] = JsonNode.Parse(value.GetRawText());
                var next = preferences.ToJsonString();
                return next.Length <= MaxTotal ? next : throw Problem.ValueTooLong("preferences", MaxTotal).AsException();
            },
            cancellationToken
        );
    }

    /// <summary>Refuses a preference that is not set with 404.1.</summary>
    public Task RemoveAsync(ActorId user, ProjectId? project, string name, CancellationToken cancellationToken) =>
        settings.ChangePreferencesAsync(
            user,
            text =>
            {
                var preferences = Parse(text);
                var group = project is { } id ? Member(preferences, Projects)[KeyOf(id)]?.AsObject() : Member(preferences, Site);
                return group?.Remove(name) == true ? Tidy(preferences).ToJsonString() : throw Problem.NotFound().AsException();
            },
            cancellationToken
        );

    /// <summary>Removes all preferences of a web user.</summary>
    public Task ForgetAsync(ActorId user, CancellationToken cancellationToken) => settings.RemovePreferencesAsync(user, cancellationToken);

    private static JsonObject Parse(string? text)
    {
        var preferences = text is null ? [] : JsonNode.Parse(text)!.AsObject();
        Member(preferences, Site);
        Member(preferences, Projects);
        return preferences;
    }

    // A project without preferences is not listed.
    private static JsonObject Tidy(JsonObject preferences)
    {
        var projects = Member(preferences, Projects);
        foreach (var empty in projects.Where(project => project.Value!.AsObject().Count == 0).Select(project => project.Key).ToList())
        {
            projects.Remove(empty);
        }
        return preferences;
    }

    private static JsonObject Member(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject member)
        {
            parent[name] = member = [];
        }
        return member;
    }

    private static string KeyOf(ProjectId project) => project.Value.ToString(CultureInfo.InvariantCulture);
}
