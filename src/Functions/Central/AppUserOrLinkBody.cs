using System.Text.Json;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The body of a change of an app user or public link.</summary>
internal static class AppUserOrLinkBody
{
    // Limited, since the row holds it together with everything else.
    private const int MaxValue = 1000;

    /// <summary>The new name; null to keep it. Refuses another member than that and `properties` with 400.33.</summary>
    public static string? NameIn(JsonElement body)
    {
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        return names.TrueForAll(name => name is "displayName" or "properties" or "__csrf")
            ? Json.Text(body, "displayName")
            : throw Problem.UnexpectedProperties(["displayName", "properties"], names).AsException();
    }

    /// <summary>The properties to set; a null or blank value removes one. Refuses what the project has not, and values that are no text,
    /// with 400.8.</summary>
    public static IReadOnlyDictionary<string, string?> PropertiesIn(JsonElement body, Project project)
    {
        var read = new Dictionary<string, string?>();
        if (!body.TryGetProperty("properties", out var properties) || properties.ValueKind == JsonValueKind.Null)
        {
            return read;
        }
        if (properties.ValueKind != JsonValueKind.Object)
        {
            throw Problem.UnexpectedValue("properties", null, "it must be an object.").AsException();
        }
        foreach (var property in properties.EnumerateObject())
        {
            if (!project.ActorProperties.Contains(property.Name))
            {
                throw Problem.UnexpectedValue("properties", property.Name, "the project has no such property.").AsException();
            }
            var value = property.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => property.Value.GetString()!.Trim(),
                _ => throw Problem.UnexpectedValue(property.Name, null, "it must be a text or null.").AsException(),
            };
            read[property.Name] =
                value?.Length > MaxValue ? throw Problem.ValueTooLong(property.Name, MaxValue).AsException()
                : string.IsNullOrEmpty(value) ? null
                : value;
        }
        return read;
    }
}
