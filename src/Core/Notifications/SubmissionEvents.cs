using System.Globalization;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>Finds what a message about a submission leads to, in what was committed.</summary>
public sealed class SubmissionEvents(
    SubmissionsTable submissions,
    ApplySubmittedEntities forms,
    IntentsTable intents,
    EntityEvents entities,
    CaseEvents cases,
    IOptions<WebhookOptions> options
)
{
    /// <summary>A version of a submission. Five operations, and those for its entities and cases.</summary>
    internal async Task<FoundEvents> OfVersionAsync(ChangeMessage message, CancellationToken cancellationToken)
    {
        var (space, id) = (await SpaceOfAsync(message, cancellationToken), InstanceId.Parse(message.Instance));
        if (await submissions.FindInstanceAsync(space, id, cancellationToken) is not { } instance)
        {
            return FoundEvents.NotYet;
        }
        var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
        var version = instance.Version;
        var isThis = version.XmlHash == message.XmlHash && version.CreatedAt == message.At;

        // A form of CommCare that replaced it has taken its id.
        var isReplaced = !isThis && submission.RootId == id && submission.CreatedAt == message.At;
        if (!isThis && !isReplaced)
        {
            return FoundEvents.None;
        }
        if (isThis && await intents.ExistsAsync(space, id, version.XmlHash, cancellationToken))
        {
            return FoundEvents.NotYet; // Entities or cases are still being changed.
        }
        var form = await forms.FindFormAsync(space, cancellationToken);
        if (form is null)
        {
            return FoundEvents.None;
        }
        var type = submission.CreatedAt == message.At ? WebhookEvent.SubmissionCreated : WebhookEvent.SubmissionEdited;
        var created = EventOf(form, submission, version, type, message.At, submission.ReviewState) with
        {
            EventId = WebhookKeys.EventId(type, Place(space), submission.RootId.Value, id.Value, message.XmlHash!),
            Xml = new DeliveredXml(space.Form, id, version.XmlHash),
        };
        return isReplaced
            ? new FoundEvents([created], true)
            : new FoundEvents(
                [
                    created,
                    .. await entities.OfInstanceAsync(space, instance, _ => true, cancellationToken),
                    .. await cases.OfVersionAsync(space, submission, version, cancellationToken),
                ],
                true
            );
    }

    /// <summary>A decision on a submission, and the entities that it allowed. Five operations, and those for its entities.</summary>
    internal async Task<FoundEvents> OfReviewAsync(ChangeMessage message, CancellationToken cancellationToken)
    {
        var (space, root) = (await SpaceOfAsync(message, cancellationToken), InstanceId.Parse(message.Instance));
        if (
            await submissions.FindInstanceAsync(space, root, cancellationToken) is not { } instance
            || await forms.FindFormAsync(space, cancellationToken) is not { } form
        )
        {
            return FoundEvents.None;
        }
        var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
        if (submission.UpdatedAt is not { } updated || updated < message.At)
        {
            return FoundEvents.NotYet;
        }
        var current =
            submission.Current.Id == instance.Version.Id
                ? instance
                : await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken) ?? instance;
        if (await intents.ExistsAsync(space, current.Version.Id, current.Version.XmlHash, cancellationToken))
        {
            return FoundEvents.NotYet;
        }
        var reviewed = EventOf(form, submission, submission.Current, WebhookEvent.SubmissionReviewed, message.At, message.ReviewState) with
        {
            EventId = WebhookKeys.EventId(
                WebhookEvent.SubmissionReviewed,
                Place(space),
                submission.RootId.Value,
                message.At.ToString("O", CultureInfo.InvariantCulture)
            ),
            Xml = new DeliveredXml(space.Form, current.Version.Id, current.Version.XmlHash),
        };
        if (message.ReviewState != SubmissionDirectory.Approved)
        {
            return new FoundEvents([reviewed], true);
        }
        var created = await entities.OfInstanceAsync(space, current, dataset => dataset.ApprovalRequired, cancellationToken);
        return new FoundEvents([reviewed, .. created], true);
    }

    /// <summary>A deletion or restoration, and what it did to cases. Four operations, and those for its cases. When the submission was
    /// moved again meanwhile, the message of the last move reports what became of the cases.</summary>
    internal async Task<FoundEvents> OfTrashAsync(ChangeMessage message, CancellationToken cancellationToken)
    {
        var (space, root) = (await SpaceOfAsync(message, cancellationToken), InstanceId.Parse(message.Instance));
        if (
            await submissions.FindInstanceAsync(space, root, cancellationToken) is not { } instance
            || await forms.FindFormAsync(space, cancellationToken) is not { } form
        )
        {
            return FoundEvents.None;
        }
        var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
        var isLast = submission.MovedAt == message.At;
        if (!isLast && submission.MovedAt > message.At && !submission.Moves.Contains(message.At))
        {
            return FoundEvents.None; // It was refused.
        }
        if (
            submission.MovedAt is not { } moved
            || moved < message.At
            || (isLast && await intents.ExistsAsync(space, root, Intent.Deletion, cancellationToken))
        )
        {
            return FoundEvents.NotYet; // Or it was refused.
        }
        var time = message.At.ToString("O", CultureInfo.InvariantCulture);
        var happened = EventOf(form, submission, submission.Current, message.Event!, message.At, submission.ReviewState) with
        {
            EventId = WebhookKeys.EventId(message.Event!, Place(space), root.Value, time),
            Xml = new DeliveredXml(space.Form, submission.Current.Id, submission.Current.XmlHash),
        };
        return isLast
            ? new FoundEvents([happened, .. await cases.OfTrashAsync(space, submission, message.At, cancellationToken)], true)
            : new FoundEvents([happened], true);
    }

    /// <summary>Entities that a version changed later than it was received.</summary>
    internal async Task<FoundEvents> OfLateEntitiesAsync(ChangeMessage message, CancellationToken cancellationToken)
    {
        var space = await SpaceOfAsync(message, cancellationToken);
        return await submissions.FindInstanceAsync(space, InstanceId.Parse(message.Instance), cancellationToken) is { } instance
            ? new FoundEvents(await entities.OfInstanceAsync(space, instance, _ => true, cancellationToken), message.PutOff >= 2)
            : FoundEvents.None;
    }

    private Delivery EventOf(
        Form form,
        Submission submission,
        SubmissionVersion version,
        string type,
        DateTimeOffset at,
        string? reviewState
    )
    {
        var root = ChangeEvent.Part(submission.RootId.Value);
        var subject = $"forms/{ChangeEvent.Part(form.Id.Value)}/submissions/{root}";
        var self = $"{options.Value.Origin}/v1/projects/{form.Project}/{subject}";
        return ChangeEvent.New(
            type,
            at,
            subject,
            [],
            new
            {
                xmlFormId = form.Id.Value,
                formVersion = version.FormVersion,
                instanceId = submission.RootId.Value,
                currentInstanceId = version.Id.Value,
                instanceName = version.InstanceName,
                submitterId = version.Sender.Submitter?.Value,
                deviceId = version.Sender.DeviceId,
                createdAt = Timestamps.Format(submission.CreatedAt),
                reviewState,
                links = new
                {
                    self,
                    xml = $"{self}.xml",
                    attachments = $"{self}/attachments",
                },
            }
        );
    }

    private Task<SubmissionSpace> SpaceOfAsync(ChangeMessage message, CancellationToken cancellationToken) =>
        forms.WithShardsAsync(new SubmissionSpace(new ProjectId(message.Project), message.Form!.Value, null), cancellationToken);

    private static string Place(SubmissionSpace space) => string.Create(CultureInfo.InvariantCulture, $"{space.Project}/{space.Form}");
}
