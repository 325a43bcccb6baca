using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The balances of a case (CC-156), an addition to CommCare HQ's API.</summary>
public sealed class CaseLedgerFunctions(EndpointPipeline pipeline, CaseDirectory cases)
{
    /// <summary>By section and entry. One operation.</summary>
    [Function("ListBalancesOfCase")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<LedgerBalanceAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/ledger/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                ListParameters.RequireKnown(request);
                var paging = Paging.Of(request);
                var value = await cases.GetAsync(user.Project.Id, RouteText.Decode(id), request.HttpContext.RequestAborted);
                var page = value.Ledger.Skip(paging.Offset).Take(DomainApi.LimitOf(paging));
                return DomainApi.List(
                    request,
                    paging,
                    value.Ledger.Count,
                    page.Select(balance => new LedgerBalanceAnswer(value.Id.Value, balance.Section, balance.Entry, balance.Quantity))
                );
            }
        );
}
