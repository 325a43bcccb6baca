using System.Text.Json;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The settings of a dataset in a request: `approvalRequired`, `ownerOnly`, `accessFilter`, and the parameter `convert`.</summary>
internal static class DatasetBody
{
    private const string Filter = "accessFilter";
    private const string RulesField = $"{Filter}.rules";

    /// <summary>
    /// `accessFilter` takes precedence over `ownerOnly`. Anything but null, `ownerOnly` or a list of rules about actor properties of the
    /// project is refused with 400.8 or 400.11.
    /// </summary>
    public static DatasetSettings Settings(JsonElement body, Project project)
    {
        var approvalRequired = Json.Flag(body, "approvalRequired");
        var ownerOnly = Json.Flag(body, "ownerOnly");
        if (!body.TryGetProperty(Filter, out var filter))
        {
            return new DatasetSettings(approvalRequired, ownerOnly, null);
        }
        if (filter.ValueKind == JsonValueKind.Null)
        {
            return new DatasetSettings(approvalRequired, false, []);
        }
        if (filter.ValueKind != JsonValueKind.Object)
        {
            throw Problem.InvalidParameterType(Filter, "object").AsException();
        }
        return Json.Text(filter, "type") switch
        {
            "ownerOnly" => new DatasetSettings(approvalRequired, true, []),
            "property" => new DatasetSettings(approvalRequired, false, Rules(filter, project)),
            var type => throw Problem.UnexpectedValue($"{Filter}.type", type, "it must be ownerOnly or property.").AsException(),
        };
    }

    /// <summary>The setting as JSON: null, `ownerOnly`, or rules.</summary>
    public static AccessFilterAnswer? FilterOf(Dataset dataset) =>
        dataset.OwnerOnly ? new("ownerOnly")
        : dataset.AccessRules.Count > 0 ? new("property") { Rules = dataset.AccessRules }
        : null;

    public static object Changed(DatasetSettings settings) =>
        new
        {
            approvalRequired = settings.ApprovalRequired,
            ownerOnly = settings.OwnerOnly,
            accessRules = settings.AccessRules,
        };

    /// <summary>Null when absent. Anything but `true` or `false` is refused with 400.8.</summary>
    public static bool? Converts(HttpRequest request) =>
        request.Query.TryGetValue("convert", out var value)
            ? value.ToString() switch
            {
                "true" => true,
                "false" => false,
                var text => throw Problem.UnexpectedValue("convert", text, "it must be true or false.").AsException(),
            }
            : null;

    private static List<AccessRule> Rules(JsonElement filter, Project project)
    {
        if (!filter.TryGetProperty("rules", out var rules) || rules.ValueKind != JsonValueKind.Array || rules.GetArrayLength() == 0)
        {
            throw Problem.UnexpectedValue(RulesField, null, "it must be a list of rules.").AsException();
        }
        var read = new List<AccessRule>();
        foreach (var rule in rules.EnumerateArray())
        {
            if (
                rule.ValueKind != JsonValueKind.Object
                || Json.Text(rule, "datasetProperty") is not { } datasetProperty
                || Json.Text(rule, "actorProperty") is not { } actorProperty
            )
            {
                throw Problem.UnexpectedValue(RulesField, null, "each rule has a datasetProperty and an actorProperty.").AsException();
            }
            if (!project.ActorProperties.Contains(actorProperty))
            {
                throw Problem.UnexpectedValue(RulesField, actorProperty, "the project has no such actor property.").AsException();
            }
            read.Add(new AccessRule(datasetProperty, actorProperty));
        }
        return read.DistinctBy(rule => rule.DatasetProperty).Count() == read.Count
            ? read
            : throw Problem.UnexpectedValue(RulesField, null, "each dataset property has one rule at most.").AsException();
    }
}
