namespace ServerlessRosa.Functions.CommCare;

public sealed partial class MobileWorkerFunctions
{
    [Function("ActivateMobileWorker")]
    public Task<IResult> Activate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/user/{id}/activate")] HttpRequest request,
        string domain,
        string id
    ) => ActivateAsync(request, domain, id, true);

    [Function("ActivateMobileWorkerV1")]
    public Task<IResult> ActivateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/user/v1/{id}/activate")] HttpRequest request,
        string domain,
        string id
    ) => ActivateAsync(request, domain, id, true);

    [Function("DeactivateMobileWorker")]
    public Task<IResult> Deactivate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/user/{id}/deactivate")] HttpRequest request,
        string domain,
        string id
    ) => ActivateAsync(request, domain, id, false);

    [Function("DeactivateMobileWorkerV1")]
    public Task<IResult> DeactivateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/user/v1/{id}/deactivate")] HttpRequest request,
        string domain,
        string id
    ) => ActivateAsync(request, domain, id, false);
}
