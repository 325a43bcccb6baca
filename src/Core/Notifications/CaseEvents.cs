using System.Globalization;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>Finds the cases that a version of a submission changed. All changes of cases are forms.</summary>
public sealed class CaseEvents(
    SubmissionFilesContainer files,
    CasesTable cases,
    ProjectDirectory projects,
    IOptions<WebhookOptions> options
)
{
    /// <summary>No operation without valid case blocks; two, and one per case.</summary>
    internal async Task<IReadOnlyList<Delivery>> OfVersionAsync(
        SubmissionSpace space,
        Submission submission,
        SubmissionVersion version,
        CancellationToken cancellationToken
    )
    {
        if (
            version.Problem is not null
            || (submission.CaseBlocks == 0 && submission.Edits == 0)
            || await files.ReadXmlAsync(space.Project, space.Form, version.Id, version.XmlHash, cancellationToken) is not { } xml
        )
        {
            return [];
        }
        var blocks = CaseBlockReader.Read(xml, knowsVersion1: false).Blocks;
        if (blocks.Count == 0)
        {
            return [];
        }
        var domain = (await projects.FindAsync(space.Project, cancellationToken))?.Domain;
        var events = new List<Delivery>();
        foreach (var group in blocks.GroupBy(block => block.Id))
        {
            if (await cases.FindAsync(group.Key, cancellationToken) is not var (found, _) || found.Project != space.Project)
            {
                continue;
            }
            var type =
                group.Any(block => block.Create is not null)
                && found.Transactions is [var first, ..]
                && first.Form.Root == submission.RootId
                    ? WebhookEvent.CaseCreated
                    : WebhookEvent.CaseUpdated;
            string[] types =
                group.Any(block => block.Closes) && found.Closed
                    ? type == WebhookEvent.CaseCreated
                        ? [type, WebhookEvent.CaseClosed]
                        : [WebhookEvent.CaseClosed]
                    : [type];
            events.AddRange(types.Select(name => Of(name, found, domain, space, version)));
        }
        return events;
    }

    private Delivery Of(string type, Case found, string? domain, SubmissionSpace space, SubmissionVersion version)
    {
        var subject = $"cases/{ChangeEvent.Part(found.Id.Value)}";
        return ChangeEvent.New(
            type,
            version.CreatedAt,
            subject,
            [found.Id.Value, string.Create(CultureInfo.InvariantCulture, $"{space.Form}"), version.Id.Value, version.XmlHash],
            new
            {
                caseId = found.Id.Value,
                caseType = found.Type,
                ownerId = found.Owner.Value,
                closed = found.Closed,
                instanceId = version.Id.Value,
                links = new
                {
                    self = domain is null ? null : $"{options.Value.Origin}/a/{domain}/api/case/v2/{ChangeEvent.Part(found.Id.Value)}",
                },
            },
            new
            {
                caseName = found.Name,
                externalId = found.ExternalId,
                properties = found.Properties,
            }
        );
    }
}
