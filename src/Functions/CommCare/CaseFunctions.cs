using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Reads cases for scripts: CommCare HQ's case API, version 2 (CC-146).</summary>
public sealed class CaseFunctions(EndpointPipeline pipeline, CaseDirectory cases)
{
    private const int MaxLimit = 5000;

    [Function("ListCases")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v2")] HttpRequest request,
        string domain
    ) => pipeline.DomainApiAsync(request, domain, Verb.SubmissionRead, user => ListAsync(request, user));

    /// <summary>One case, or several with commas between their ids.</summary>
    [Function("GetCase")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var text = RouteText.Decode(id);
                return text.Contains(',', StringComparison.Ordinal)
                    ? await FetchAsync(user, text.Split(','), [], request.HttpContext.RequestAborted)
                    : Json.Ok(CaseShapes.Of(user, await cases.GetAsync(user.Project.Id, text, request.HttpContext.RequestAborted)));
            }
        );

    [Function("FetchCases")]
    public Task<IResult> Fetch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/case/v2/bulk-fetch")] HttpRequest request,
        string domain
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                return await FetchAsync(
                    user,
                    Json.Texts(body, "case_ids") ?? [],
                    Json.Texts(body, "external_ids") ?? [],
                    request.HttpContext.RequestAborted
                );
            }
        );

    private async Task<IResult> ListAsync(HttpRequest request, DomainUser user)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var (filter, after, limit, counts) = CaseListRequest.Of(request);
        if (!counts)
        {
            var (page, place) = await cases.PageAsync(user.Project.Id, filter, after, limit, cancellationToken);
            return Json.Ok(new { cases = page.Select(one => CaseShapes.Of(user, one)), next = NextOf(place) });
        }
        var (found, total, rest) = await cases.ListAsync(user.Project.Id, filter, after, limit, cancellationToken);
        return Json.Ok(
            new
            {
                matching_records = total,
                cases = found.Select(one => CaseShapes.Of(user, one)),
                next = NextOf(rest),
            }
        );

        string? NextOf(CasePlace? place) => place is { } known ? CaseListRequest.Next(request, known) : null;
    }

    private async Task<IResult> FetchAsync(
        DomainUser user,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> externalIds,
        CancellationToken cancellationToken
    )
    {
        if (ids.Count + externalIds.Count > MaxLimit)
        {
            throw Problem.UnexpectedValue("case_ids", "", $"there are more than {MaxLimit}.").AsException();
        }
        var found = await cases.FindAsync(
            user.Project.Id,
            [.. ids.Select(text => CaseId.TryParse(text, out var id) ? id : default).Where(id => id.Value is not null).Distinct()],
            cancellationToken
        );
        var byId = found.OfType<Case>().ToDictionary(one => one.Id.Value);
        var byExternalId =
            externalIds.Count == 0
                ? null
                : (await cases.ListAsync(user.Project.Id, new CaseFilter(), null, int.MaxValue, cancellationToken)).Cases.ToLookup(one =>
                    one.ExternalId
                );
        var answers = ids.Select(id =>
                (Case: byId.GetValueOrDefault(id.Trim()), Missing: (object)new { case_id = id, error = "not found" })
            )
            .Concat(
                externalIds.Select(id =>
                    (Case: byExternalId?[id].FirstOrDefault(), Missing: (object)new { external_id = id, error = "not found" })
                )
            )
            .ToList();
        return Json.Ok(
            new
            {
                matching_records = answers.Count(answer => answer.Case is not null),
                missing_records = answers.Count(answer => answer.Case is null),
                cases = answers.Select(answer => answer.Case is { } value ? CaseShapes.Of(user, value) : answer.Missing),
            }
        );
    }
}
