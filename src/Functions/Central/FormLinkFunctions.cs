using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The form behind a web address: a public link's key, as `st`, opens it without any other credentials.</summary>
public sealed class FormLinkFunctions(EndpointPipeline pipeline, FormDirectory forms, FormShapes shapes)
{
    [Function("GetFormOfLink")]
    [Answers(typeof(FormAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/form-links/{linkId}/form")] HttpRequest request,
        string linkId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var link = FormLinkId.TryParse(linkId) ?? throw Problem.NotFound().AsException();
                var all = await forms.FindListAsync(link.Project, request.HttpContext.RequestAborted) ?? [];
                var form = all.FirstOrDefault(form => form.Number == link.Form) ?? throw Problem.NotFound().AsException();
                var definition =
                    (link.Kind == FormLinkKind.Draft ? form.Draft?.Definition : form.Published) ?? throw Problem.NotFound().AsException();
                return (link.Kind == FormLinkKind.Draft ? caller.Actor.MayEdit(form) : caller.Actor.MayRead(form))
                    ? Json.Ok(shapes.Form(form, definition))
                    : throw Problem.NotAllowed().AsException();
            }
        );
}
