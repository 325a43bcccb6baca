using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Webhooks;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>What became of the deliveries of a webhook, and another attempt.</summary>
public sealed class WebhookDeliveryFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    WebhookDirectory webhooks,
    AuditLog audits
)
{
    private const int UsualPage = 50;

    /// <summary>Newest first: `state` selects, `limit` is 50 unless given, and 250 at most.</summary>
    [Function("ListWebhookDeliveries")]
    [Query(QueryType.Text, "state")]
    [Query(QueryType.Number, "limit", "offset")]
    [Answers(typeof(List<DeliveryShape>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/webhooks/{webhook}/deliveries")]
            HttpRequest request,
        int projectId,
        string webhook
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ProjectUpdate, projectId);
                var (state, page) = (request.Query["state"].ToString(), Paging.Of(request));
                var found = await webhooks.ListDeliveriesAsync(
                    project.Id,
                    webhook,
                    state.Length == 0 ? null : state,
                    page.Offset,
                    page.Limit ?? UsualPage,
                    cancellationToken
                );
                return Json.Ok(found.Select(DeliveryShape.Of).ToList());
            }
        );

    [Function("ReplayWebhookDelivery")]
    [Takes(typeof(EmptyBody))]
    [Answers(typeof(DeliveryShape))]
    public Task<IResult> Replay(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/webhooks/{webhook}/deliveries/{delivery}/replay"
        )]
            HttpRequest request,
        int projectId,
        string webhook,
        string delivery
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ProjectUpdate, projectId);
                await Json.ReadAsync(request, caller, cancellationToken);
                var again = await webhooks.ReplayAsync(project.Id, webhook, delivery, cancellationToken);
                var details = new { webhookId = webhook, eventId = again.EventId };
                await audits.WriteAsync(caller.KnownActor.Id, "webhook.replay", Scope.Of(project.Id), details, CancellationToken.None);
                return Json.Ok(DeliveryShape.Of(again));
            },
            bodyShowsCsrf: true
        );
}
