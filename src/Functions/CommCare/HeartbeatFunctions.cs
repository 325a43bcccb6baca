using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Phones ask once a day whether there is something new for them (CC-150). There never is: apps are built
/// elsewhere.</summary>
[Speaks(AnswerKind.CommCare)]
public sealed class HeartbeatFunctions(EndpointPipeline pipeline)
{
    /// <summary>CC-150: the phone looks at the answer only if it repeats the app's id.</summary>
    [Function("GetHeartbeat")]
    [Query(QueryType.Text, "app_id")]
    [Answers(typeof(HeartbeatAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/phone/heartbeat/{build}")] HttpRequest request,
        string domain,
        string build
    ) =>
        pipeline.CommCareAsync(
            request,
            domain,
            "error",
            _ =>
                Task.FromResult(
                    Json.Ok(new HeartbeatAnswer(request.Query["app_id"].ToString(), ForceLogs: false, DisableBackgroundWork: false))
                )
        );
}
