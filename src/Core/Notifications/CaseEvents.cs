using System.Globalization;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>Finds the cases that a version of a submission changed, or that its deletion or restoration did. All changes of cases are
/// forms.</summary>
public sealed class CaseEvents(
    SubmissionFilesContainer files,
    ApplySubmittedCases applied,
    CasesTable cases,
    ProjectDirectory projects,
    IOptions<WebhookOptions> options
)
{
    /// <summary>Those of an edit are also those that only the version before changed. No operation without valid case blocks; two, and one
    /// per case; for an edit one more, and one per version.</summary>
    internal async Task<IReadOnlyList<Delivery>> OfVersionAsync(
        SubmissionSpace space,
        Submission submission,
        SubmissionVersion version,
        CancellationToken cancellationToken
    )
    {
        if (version.Problem is not null || (submission.CaseBlocks == 0 && submission.Edits == 0))
        {
            return [];
        }
        var former =
            submission.Edits == 0
                ? null
                : (await applied.VersionsAsync(space, submission, cancellationToken))
                    .Where(one => one.CreatedAt < version.CreatedAt && one.Problem is null)
                    .MaxBy(one => one.CreatedAt);
        var blocks = await BlocksAsync(space, version, cancellationToken);
        var before = former is null ? [] : await BlocksAsync(space, former, cancellationToken);
        return await OfBlocksAsync(new CaseChange(space, submission, version, version.CreatedAt), blocks, before, cancellationToken);
    }

    /// <summary>Operations as above.</summary>
    internal async Task<IReadOnlyList<Delivery>> OfTrashAsync(
        SubmissionSpace space,
        Submission submission,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        if (submission.CaseBlocks == 0)
        {
            return [];
        }
        var versions = await applied.VersionsAsync(space, submission, cancellationToken);
        if (versions.FirstOrDefault(version => version.Problem is null) is not { } effective)
        {
            return [];
        }
        var blocks = await BlocksAsync(space, effective, cancellationToken);
        var change = new CaseChange(space, submission, effective, at);
        return submission.DeletedAt is null
            ? await OfBlocksAsync(change, blocks, [], cancellationToken)
            : await OfBlocksAsync(change, [], blocks, cancellationToken);
    }

    private async Task<IReadOnlyList<CaseBlock>> BlocksAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        CancellationToken cancellationToken
    ) =>
        await files.ReadXmlAsync(space.Project, space.Form, version.Id, version.XmlHash, cancellationToken) is { } xml
            ? CaseBlockReader.Read(xml, knowsVersion1: false).Blocks
            : [];

    // `undone`: blocks that count no more.
    private async Task<IReadOnlyList<Delivery>> OfBlocksAsync(
        CaseChange change,
        IReadOnlyList<CaseBlock> blocks,
        IReadOnlyList<CaseBlock> undone,
        CancellationToken cancellationToken
    )
    {
        var groups = blocks.ToLookup(block => block.Id);
        var ids = blocks.Concat(undone).Select(block => block.Id).Distinct().ToList();
        if (ids.Count == 0)
        {
            return [];
        }
        var domain = (await projects.FindAsync(change.Space.Project, cancellationToken))?.Domain;
        var events = new List<Delivery>();
        foreach (var id in ids)
        {
            if (await cases.FindAsync(id, cancellationToken) is var (found, _) && found.Project == change.Space.Project)
            {
                events.AddRange(TypesOf(found, change, groups[id].ToList()).Select(name => Of(name, found, domain, change)));
            }
        }
        return events;
    }

    private static string[] TypesOf(Case found, CaseChange change, IReadOnlyList<CaseBlock> blocks)
    {
        if (found.Deleted)
        {
            return [WebhookEvent.CaseDeleted];
        }
        var type =
            blocks.Any(block => block.Create is not null)
            && found.Transactions is [var first, ..]
            && first.Form.Root == change.Submission.RootId
                ? WebhookEvent.CaseCreated
                : WebhookEvent.CaseUpdated;
        return !blocks.Any(block => block.Closes) || !found.Closed ? [type]
            : type == WebhookEvent.CaseCreated ? [type, WebhookEvent.CaseClosed]
            : [WebhookEvent.CaseClosed];
    }

    private Delivery Of(string type, Case found, string? domain, CaseChange change)
    {
        var (space, version) = (change.Space, change.Version);
        string[] identity =
        [
            found.Id.Value,
            string.Create(CultureInfo.InvariantCulture, $"{space.Form}"),
            version.Id.Value,
            version.XmlHash,
            .. change.At == version.CreatedAt ? [] : (string[])[change.At.ToString("O", CultureInfo.InvariantCulture)],
        ];
        var subject = $"cases/{ChangeEvent.Part(found.Id.Value)}";
        return ChangeEvent.New(
            type,
            change.At,
            subject,
            identity,
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

    /// <param name="At">When it happened.</param>
    private sealed record CaseChange(SubmissionSpace Space, Submission Submission, SubmissionVersion Version, DateTimeOffset At);
}
