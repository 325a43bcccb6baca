using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Managed encryption of a project.</summary>
public sealed class EncryptionFunctions(EndpointPipeline pipeline, ProjectDirectory projects, EnableEncryption enable, AuditLog audits)
{
    /// <summary>Takes `passphrase` and `hint`. The passphrase is neither stored nor logged.</summary>
    [Function("EnableEncryption")]
    [Takes(typeof(PassphraseBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Enable(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/key")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ProjectUpdate, projectId);
                var body = await Json.ReadAsync<PassphraseBody>(request, caller, cancellationToken);
                var forms = await enable.RunAsync(project.Id, body.Passphrase, body.Hint, caller.KnownActor.Id, cancellationToken);
                await LogAsync(caller.KnownActor.Id, project.Id, forms);
                return Json.Success();
            },
            bodyShowsCsrf: true
        );

    private async Task LogAsync(ActorId actor, ProjectId project, IReadOnlyList<(Form Before, Form After)> forms)
    {
        await audits.WriteAsync(actor, "project.update", Scope.Of(project), new { encrypted = true }, CancellationToken.None);
        foreach (var (before, after) in forms)
        {
            if (after.Published is { } published && published.Key != before.Published?.Key)
            {
                var version = new { version = published.Version };
                await audits.WriteAsync(actor, "form.update.publish", after.Scope, version, CancellationToken.None);
            }
            if (after.Draft is { } draft && draft.Definition.Key != before.Draft?.Definition.Key)
            {
                var version = new { version = draft.Definition.Version };
                await audits.WriteAsync(actor, "form.update.draft.set", after.Scope, version, CancellationToken.None);
            }
        }
    }
}
