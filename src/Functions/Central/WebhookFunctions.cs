using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Webhooks;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The webhooks of a project, for its managers: who is told of which events.</summary>
public sealed class WebhookFunctions(EndpointPipeline pipeline, ProjectDirectory projects, WebhookDirectory webhooks, AuditLog audits)
{
    private static readonly string[] Members = ["name", "url", "events", "includeData", "active", "__csrf"];

    [Function("ListWebhooks")]
    [Answers(typeof(List<WebhookShape>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/webhooks")] HttpRequest request,
        int projectId
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, _, cancellationToken) =>
                Json.Ok((await webhooks.ListAsync(project, cancellationToken)).Select(WebhookShape.Of).ToList())
        );

    /// <summary>The answer is the only one that shows the secret.</summary>
    [Function("CreateWebhook")]
    [Takes(typeof(NewWebhookBody))]
    [Answers(typeof(WebhookShape))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/webhooks")] HttpRequest request,
        int projectId
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, caller, cancellationToken) =>
            {
                var edit = EditIn(await Json.ReadAsync(request, caller, cancellationToken));
                var (webhook, secret) = await webhooks.CreateAsync(project, edit, cancellationToken);
                await AuditAsync(caller, "webhook.create", webhook);
                return Json.Ok(WebhookShape.Of(webhook) with { Secret = secret });
            }
        );

    [Function("GetWebhook")]
    [Answers(typeof(WebhookShape))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/webhooks/{webhook}")]
            HttpRequest request,
        int projectId,
        string webhook
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, _, cancellationToken) => Json.Ok(WebhookShape.Of(await webhooks.GetAsync(project, webhook, cancellationToken)))
        );

    [Function("ChangeWebhook")]
    [Takes(typeof(WebhookChangeBody))]
    [Answers(typeof(WebhookShape))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/webhooks/{webhook}")] HttpRequest request,
        int projectId,
        string webhook
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, caller, cancellationToken) =>
            {
                var edit = EditIn(await Json.ReadAsync(request, caller, cancellationToken));
                var changed = await webhooks.ChangeAsync(project, webhook, edit, cancellationToken);
                await AuditAsync(caller, "webhook.update", changed);
                return Json.Ok(WebhookShape.Of(changed));
            }
        );

    [Function("DeleteWebhook")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/webhooks/{webhook}")] HttpRequest request,
        int projectId,
        string webhook
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, caller, cancellationToken) =>
            {
                await AuditAsync(caller, "webhook.delete", await webhooks.RemoveAsync(project, webhook, cancellationToken));
                return Json.Success();
            }
        );

    /// <summary>The former secret signs beside the new one for a day.</summary>
    [Function("RotateWebhookSecret")]
    [Takes(typeof(EmptyBody))]
    [Answers(typeof(WebhookShape))]
    public Task<IResult> RotateSecret(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/webhooks/{webhook}/secret")]
            HttpRequest request,
        int projectId,
        string webhook
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, caller, cancellationToken) =>
            {
                await Json.ReadAsync(request, caller, cancellationToken);
                var (changed, secret) = await webhooks.RotateSecretAsync(project, webhook, cancellationToken);
                await AuditAsync(caller, "webhook.secret.rotate", changed);
                return Json.Ok(WebhookShape.Of(changed) with { Secret = secret });
            }
        );

    /// <summary>The answer names the delivery, whose outcome is in the list soon after.</summary>
    [Function("TestWebhook")]
    [Takes(typeof(EmptyBody))]
    [Answers(typeof(DeliveryShape))]
    public Task<IResult> Test(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/webhooks/{webhook}/test")]
            HttpRequest request,
        int projectId,
        string webhook
    ) =>
        RunAsync(
            request,
            projectId,
            async (project, caller, cancellationToken) =>
            {
                await Json.ReadAsync(request, caller, cancellationToken);
                var delivery = await webhooks.TestAsync(project, webhook, caller.KnownActor.Id, cancellationToken);
                await AuditAsync(caller, "webhook.test", await webhooks.GetAsync(project, webhook, cancellationToken));
                return Json.Ok(DeliveryShape.Of(delivery));
            }
        );

    /// <summary>Runs for a manager of an existing project.</summary>
    private Task<IResult> RunAsync(HttpRequest request, int projectId, Func<ProjectId, Caller, CancellationToken, Task<IResult>> handler) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ProjectUpdate, projectId);
                return await handler(project.Id, caller, cancellationToken);
            },
            bodyShowsCsrf: HttpMethods.IsPost(request.Method) || HttpMethods.IsPatch(request.Method)
        );

    private static WebhookEdit EditIn(JsonElement body)
    {
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        return names.Exists(name => !Members.Contains(name))
            ? throw Problem.UnexpectedProperties(Members[..^1], names).AsException()
            : new WebhookEdit(
                Json.Text(body, "name"),
                Json.Text(body, "url"),
                Json.Texts(body, "events"),
                Json.Flag(body, "includeData"),
                Json.Flag(body, "active")
            );
    }

    // The address may itself hold a secret, so only its host is logged.
    private Task AuditAsync(Caller caller, string action, Webhook webhook) =>
        audits.WriteAsync(
            caller.KnownActor.Id,
            action,
            Scope.Of(webhook.Project),
            new
            {
                webhookId = webhook.Id,
                name = webhook.Name,
                host = webhook.Url.Host,
                events = webhook.Events,
                includeData = webhook.IncludesData,
                active = webhook.IsActive,
            },
            CancellationToken.None
        );
}
