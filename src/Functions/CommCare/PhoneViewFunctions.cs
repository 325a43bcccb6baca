using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>What a worker's phone got and would get (CC-145), for who may read the cases. Both are additions to CommCare HQ's API, and
/// write nothing.</summary>
public sealed class PhoneViewFunctions(EndpointPipeline pipeline, MobileWorkers workers, MakeRestore restores, SyncHistory syncs)
{
    private const string Since = "since";

    /// <summary>
    /// The restore that the worker's phone would get now, with the token in `since` if there is one. Refuses what the phone would be
    /// refused: 406 for a deactivated worker, 412 for a token that is not known or another user's. Costs two operations less than the
    /// phone's, which it says at its end.
    /// </summary>
    [Function("PreviewRestore")]
    [Query(QueryType.Text, "since")]
    [AnswersAs("text/xml")]
    public Task<IResult> Preview(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/user/v1/{id}/restore")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                if (request.Query.Keys.FirstOrDefault(name => name != Since) is { } unknown)
                {
                    throw Problem.NotSupported(unknown).AsException();
                }
                var worker = await workers.GetAsync(caller.Project.Id, new OwnerId(id), cancellationToken);
                var user = DomainUser.Of(caller.Project, worker.IsActive ? worker : throw Problem.WorkerDeactivated().AsException());
                return await restores.MakeAsync(
                    user,
                    new RestoreRequest(user.Project.Id, user.UserId, user.UserId) { Since = request.Query[Since], Previews = true },
                    skipsFixtures: false,
                    countsItems: false,
                    cancellationToken
                );
            }
        );

    /// <summary>The worker's last 20 syncs, newest first. One operation for each, and one.</summary>
    [Function("ListSyncs")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(SyncsAnswer))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/user/v1/{id}/syncs")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var worker = await workers.GetAsync(caller.Project.Id, new OwnerId(id), cancellationToken);
                var logs = await syncs.ListAsync(caller.Project.Id, worker.UserId, cancellationToken);
                return Json.Ok(
                    new SyncsAnswer(
                        logs.Select(one => new SyncAnswer(
                            one.Log.Token.Value,
                            one.Log.Previous?.Value,
                            CaseShapes.Time(one.Log.Date),
                            one.Log.DeviceId,
                            one.Log.AppId,
                            one.Log.RequestUser.Value,
                            one.Forms
                        ))
                    )
                );
            }
        );
}
