using System.Text.Json;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Reads the body that replaces a project. Read-only values, such as a form's name, are ignored, as in Central.</summary>
internal static class ProjectBody
{
    public static ProjectReplacement Replacement(JsonElement body) =>
        new(
            Json.Text(body, "name"),
            Json.Text(body, "description"),
            Json.Flag(body, "archived"),
            Json.Objects(body, "forms")?.Select(Form).ToList()
        );

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
