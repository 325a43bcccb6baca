using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Sends a browser to the page where a submission is edited: the console's web form, with its answers.</summary>
public sealed class SubmissionEditFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    Links links
)
{
    [Function("EditSubmissionInBrowser")]
    public Task<IResult> Edit(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/edit"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await answers.FormAsync(request, caller, Verb.SubmissionUpdate, projectId, form);
                RequireEditable(found);
                var space = SubmissionSpace.Published(found);
                var submission = await submissions.GetAsync(space, SubmissionAnswers.Id(instance), request.HttpContext.RequestAborted);
                var page = $"{links.Origin(request)}/f/{FormLinkId.Of(found, FormLinkKind.Published)}";
                return Results.Redirect($"{page}?edit={Links.Encode(submission.RootId.Value)}");
            }
        );

    private static void RequireEditable(Form form)
    {
        if (form.Published is null)
        {
            throw Problem.FormNotPublished().AsException();
        }
        if (form.State != FormState.Open)
        {
            throw Problem.FormNotOpen().AsException();
        }
        if (!form.WebFormsEnabled)
        {
            throw Problem.NoEnketo().AsException();
        }
    }
}
