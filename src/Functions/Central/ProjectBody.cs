using System.Text.Json;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Reads the body that replaces a project. Read-only values, such as a form's name, are ignored, as in Central.</summary>
internal static class ProjectBody
{
    private const int MaxFuzzyCharacters = 8000;

    public static ProjectReplacement Replacement(JsonElement body) =>
        new(
            Json.Text(body, "name"),
            Json.Text(body, "description"),
            Json.Flag(body, "archived"),
            Json.Objects(body, "forms")?.Select(Form).ToList()
        );

    /// <summary>By case type; null when absent. Refuses a list that is too long for the project's row with 400.8.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>>? FuzzyProperties(JsonElement body)
    {
        if (Json.Objects(body, "fuzzyProperties") is not { } types)
        {
            return null;
        }
        var all = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var type in types)
        {
            var name = Json.Text(type, "caseType") ?? throw Problem.MissingParameter("caseType").AsException();
            all[name] = Json.Texts(type, "properties") ?? throw Problem.MissingParameter("properties").AsException();
        }
        return all.Sum(type => type.Key.Length + type.Value.Sum(name => name.Length)) <= MaxFuzzyCharacters
            ? all
            : throw Problem.UnexpectedValue("fuzzyProperties", null, $"the names have over {MaxFuzzyCharacters} characters.").AsException();
    }

    private static FormReplacement Form(JsonElement form) =>
        new(
            Json.Text(form, "xmlFormId") ?? throw Problem.MissingParameter("xmlFormId").AsException(),
            Json.Text(form, "state") is { } state ? FormStates.Parse(state) : null,
            Json.Flag(form, "webformsEnabled"),
            Json.Objects(form, "assignments")?.Select(Assignment).ToList()
        );

    private static RoleAssignment Assignment(JsonElement assignment) =>
        new(
            new ActorId(Json.Number(assignment, "actorId") ?? throw Problem.MissingParameter("assignment actorId").AsException()),
            Json.Number(assignment, "roleId") ?? throw Problem.MissingParameter("assignment roleId").AsException()
        );
}
