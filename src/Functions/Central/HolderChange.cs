using System.Text.Json;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The body of a change of an app user or public link.</summary>
internal static class HolderChange
{
    /// <summary>The new name; null to keep it. Refuses a property, of which there are none, with
    /// 400.23, and any other member with 400.33.</summary>
    public static string? NameIn(JsonElement body)
    {
        if (body.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in properties.EnumerateObject())
            {
                throw Problem.UnknownODataProperty(property.Name).AsException();
            }
        }
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        return names.TrueForAll(name => name is "displayName" or "properties" or "__csrf")
            ? Json.Text(body, "displayName")
            : throw Problem.UnexpectedProperties(["displayName", "properties"], names).AsException();
    }
}
