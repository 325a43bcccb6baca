using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Decides on a submission. Approving it makes the entities that wait for that, and an intent sees to it that they are made
/// (OR-238 to OR-241).</summary>
public sealed class ReviewSubmission(
    SubmissionDirectory directory,
    SubmissionsTable submissions,
    FormDirectory forms,
    IntentsTable intents,
    ApplySubmittedEntities entities,
    AnnounceChange announce,
    TimeProvider clock
)
{
    /// <summary>The dataset that is served instead of a file; null when there is none.</summary>
    public async Task<Submission> RunAsync(Form form, InstanceId root, string? reviewState, CancellationToken cancellationToken)
    {
        var space = SubmissionSpace.Published(form);
        await announce.ReviewAsync(space, root, reviewState, clock.GetUtcNow(), cancellationToken);
        if (
            reviewState != SubmissionDirectory.Approved
            || await FindCreatingAsync(form, space, root, cancellationToken) is not { } instance
        )
        {
            return await directory.ReviewAsync(space, root, reviewState, cancellationToken);
        }
        var intent = new Intent(space, instance.Version.Id, instance.Version.XmlHash, clock.GetUtcNow(), null);
        await intents.AddAsync(intent, cancellationToken);
        var reviewed = await directory.ReviewAsync(space, root, reviewState, CancellationToken.None);
        if (await entities.TryRunAsync(space, instance, CancellationToken.None))
        {
            await intents.RemoveAsync(intent, CancellationToken.None);
        }
        return reviewed;
    }

    private async Task<Instance?> FindCreatingAsync(Form form, SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var current = (await directory.GetAsync(space, root, cancellationToken)).Current;
        return
            await forms.FindVersionAsync(form, current.FormVersion, cancellationToken) is { } definition
            && definition.Entities.Any(entity => entity.Create)
            ? await submissions.FindInstanceAsync(space, current.Id, cancellationToken)
            : null;
    }
}
