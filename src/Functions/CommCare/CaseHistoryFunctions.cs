using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>What a case has been through, and which cases refer to it (CC-146). Both are additions to CommCare HQ's API.</summary>
public sealed class CaseHistoryFunctions(
    EndpointPipeline pipeline,
    CaseDirectory cases,
    FormDirectory forms,
    SubmissionDirectory submissions,
    ActorNames names
)
{
    private const int MaxForms = 100;
    private const int MaxReferring = 500;

    /// <summary>The forms that made the case, newest first, each with what it changed. Three operations for each, and one for a sender's
    /// name.</summary>
    [Function("ListFormsOfCase")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<CaseFormAnswer>))]
    public Task<IResult> ListForms(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/form/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var paging = Paging.Of(request);
                paging = paging with { Limit = Math.Min(DomainApi.LimitOf(paging), MaxForms) };
                var value = await cases.GetAsync(user.Project.Id, RouteText.Decode(id), cancellationToken);
                var known = (await forms.ListAsync(user.Project.Id, cancellationToken)).ToDictionary(form => form.Number);
                var shapes = new List<CaseFormAnswer>();

                // One after the other: each form may be large.
                foreach (var one in value.Transactions.Reverse().Skip(paging.Offset).Take(paging.Limit!.Value))
                {
                    shapes.Add(await ShapeAsync(user, value.Id, one, known.GetValueOrDefault(one.Form.Form), cancellationToken));
                }
                return DomainApi.List(request, paging, value.Transactions.Count, shapes);
            }
        );

    /// <summary>The cases with an index to this one: its children and extensions. `more` tells that there are others than those
    /// 500.</summary>
    [Function("ListReferringCases")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ReferringCasesAnswer))]
    public Task<IResult> ListReferring(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/index/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var value = await cases.GetAsync(user.Project.Id, RouteText.Decode(id), cancellationToken);
                var (found, more) = await cases.ListReferringAsync(user.Project.Id, value.Id, MaxReferring, cancellationToken);
                return Json.Ok(new ReferringCasesAnswer(found.Select(one => CaseShapes.Of(user, one)), more));
            }
        );

    private async Task<CaseFormAnswer> ShapeAsync(
        DomainUser user,
        CaseId id,
        CaseTransaction transaction,
        Form? form,
        CancellationToken cancellationToken
    )
    {
        // Null while the form is in the trash, or when the submission is deleted at this moment.
        var found = form is null ? null : await submissions.FindAsync([form], transaction.Form.Instance, cancellationToken);
        var sender = found?.Version.Sender.Submitter is { } submitter
            ? await names.FindAsync(user.Project.Id, submitter, cancellationToken)
            : null;
        return new CaseFormAnswer(
            transaction.Form.Instance.Value,
            transaction.Form.Root.Value,
            form?.Id.Value,
            form?.Shown.Title ?? form?.Id.Value,
            CaseShapes.Time(found?.Version.CreatedAt ?? transaction.At),
            sender?.DisplayName,
            found?.Submission.Edits > 0,
            found is null ? [] : await ChangesAsync(id, found.Value, cancellationToken)
        );
    }

    private async Task<List<CaseChangeAnswer>> ChangesAsync(
        CaseId id,
        (Form Form, Submission Submission, SubmissionVersion Version) found,
        CancellationToken cancellationToken
    )
    {
        var xml = await submissions.ReadXmlAsync(SubmissionSpace.Published(found.Form), found.Version, cancellationToken);
        var blocks = CaseBlockReader.Read(xml, knowsVersion1: false).Blocks;
        return
        [
            .. blocks
                .Where(block => block.Id == id)
                .Select(block => new CaseChangeAnswer(
                    CaseShapes.Time(block.ModifiedOn),
                    block.Create,
                    block.Update,
                    block.Closes,
                    block.Ledger?.Select(change => new LedgerChangeAnswer(
                        change.Section,
                        change.Entry,
                        change.Quantity,
                        change.IsTransfer
                    )),
                    block.Indices.Select(index => new CaseChangeIndexAnswer(index.Identifier, index.Target?.Value))
                )),
        ];
    }
}
