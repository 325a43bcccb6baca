using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// API keys of web users, for scripts at the addresses of domains. Users create, list and revoke their own; administrators list and revoke
/// those of others. Keys do not authenticate here, so that no key creates another one.
/// </summary>
public sealed class ApiKeyFunctions(EndpointPipeline pipeline, WebUsers users, ApiKeys keys, ProjectDirectory projects, AuditLog audits)
{
    private static readonly string[] Members = ["name", "domain", "role", "expiresAt", "__csrf"];

    [Function("ListApiKeys")]
    [Answers(typeof(List<ApiKeyAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/users/{id}/api-keys")] HttpRequest request,
        string id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var user = await UserFunctions.FindAsync(users, request, caller, id, Verb.UserUpdate);
                var shapes = new List<ApiKeyAnswer>();
                foreach (var key in await keys.ListAsync(user.Id, cancellationToken))
                {
                    shapes.Add(await ShapeAsync(key, cancellationToken));
                }
                return Json.Ok(shapes);
            }
        );

    /// <summary>The answer is the only one that shows the key.</summary>
    [Function("CreateApiKey")]
    [Takes(typeof(NewApiKeyBody))]
    [Answers(typeof(ApiKeyAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/users/{id}/api-keys")] HttpRequest request,
        string id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var user = await UserFunctions.FindAsync(users, request, caller, id, Verb.UserUpdate);
                if (user.Id != caller.KnownActor.Id)
                {
                    throw Problem.NotAllowed().AsException();
                }
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var names = body.EnumerateObject().Select(member => member.Name).ToList();
                if (names.Exists(name => !Members.Contains(name)))
                {
                    throw Problem.UnexpectedProperties(Members[..^1], names).AsException();
                }
                var (text, key) = await keys.CreateAsync(
                    user.Id,
                    Json.Text(body, "name"),
                    await ProjectAsync(caller, body, cancellationToken),
                    RoleIn(body),
                    TimeIn(body),
                    cancellationToken
                );
                var shape = await ShapeAsync(key, CancellationToken.None);
                await AuditAsync(caller, user, "user.api_key.create", shape);
                return Json.Ok(shape with { Key = text });
            },
            bodyShowsCsrf: true
        );

    [Function("RevokeApiKey")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Revoke(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/users/{id}/api-keys/{apiKey}")] HttpRequest request,
        string id,
        string apiKey
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var user = await UserFunctions.FindAsync(users, request, caller, id, Verb.UserUpdate);
                var ended = await keys.RevokeAsync(user.Id, apiKey, request.HttpContext.RequestAborted);
                await AuditAsync(caller, user, "user.api_key.delete", await ShapeAsync(ended, CancellationToken.None));
                return Json.Success();
            }
        );

    private Task AuditAsync(Caller caller, Actor user, string action, object key) =>
        audits.WriteAsync(caller.KnownActor.Id, action, user, new { userId = user.Id.Value, apiKey = key }, CancellationToken.None);

    private async Task<ProjectId?> ProjectAsync(Caller caller, JsonElement body, CancellationToken cancellationToken)
    {
        if (Json.Text(body, "domain") is not { } domain)
        {
            return null;
        }
        var project = await projects.FindByDomainAsync(domain, cancellationToken);
        return project is not null && caller.Actor.May(Verb.ProjectRead, Scope.Of(project.Id))
            ? project.Id
            : throw Problem.UnexpectedValue("domain", domain, "you have no such domain.").AsException();
    }

    private static Role? RoleIn(JsonElement body) =>
        Json.Text(body, "role") is { } role
            ? Role.Find(role) ?? throw Problem.UnexpectedValue("role", role, "there is no such role.").AsException()
            : null;

    private static DateTimeOffset? TimeIn(JsonElement body) =>
        Json.Text(body, "expiresAt") is { } time
            ? CaseDates.Parse(time) ?? throw Problem.InvalidDataType(time, "date").AsException()
            : null;

    private async Task<ApiKeyAnswer> ShapeAsync(ApiKey key, CancellationToken cancellationToken) =>
        new(
            key.Id,
            key.Name,
            key.Project is { } project ? (await projects.FindAsync(project, cancellationToken))?.Domain : null,
            key.Project?.Value,
            key.Role?.System,
            key.CreatedAt,
            key.ExpiresAt
        );
}
