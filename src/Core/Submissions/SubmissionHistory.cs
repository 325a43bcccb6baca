using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The history of a submission, and changes of its former versions.</summary>
public sealed class SubmissionHistory(
    SubmissionsTable submissions,
    SubmissionDirectory directory,
    SubmissionRecovery recovery,
    AuditLog audits
)
{
    private const string Delete = "submission.delete";
    private const string Restore = "submission.restore";

    /// <summary>
    /// Newest first: the receipt, the edits, and changes through the management API. Refuses an unknown or deleted submission, and the id
    /// of an edit, with 404.1. Three operations at once, and one for each edit of a CommCare form.
    /// </summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var first = submissions.FindInstanceAsync(space, root, cancellationToken);
        var edits = submissions.ListEditEventsAsync(space, root, cancellationToken).ToListAsync(cancellationToken).AsTask();
        var changes = space.Draft is null
            ? audits.ListOfSubmissionAsync(space.Project, space.Form, root, cancellationToken).ToListAsync(cancellationToken).AsTask()
            : Task.FromResult(new List<AuditEntry>());
        await Task.WhenAll(first, edits, changes);
        if (
            await first is not { } instance
            || !SubmissionKeys.IsRootOf(root, instance.TimelineKey)
            || instance.State == InstanceState.Deleted
            || (await changes).Find(entry => entry.Action is Delete or Restore) is { Action: Delete }
        )
        {
            throw Problem.NotFound().AsException();
        }
        var scope = Scope.Of(space.Project, space.Form).ToString();
        var entries = new List<AuditEntry>
        {
            Sent(scope, "submission.create", root, instance.Version.CreatedAt, instance.Version.Sender.Submitter),
        };
        foreach (var (id, createdAt, submitter) in await edits)
        {
            var (time, sender) = (createdAt, submitter);
            if (time is null && await submissions.FindInstanceAsync(space, id, cancellationToken) is { } edit)
            {
                (time, sender) = (edit.Version.CreatedAt, edit.Version.Sender.Submitter);
            }
            entries.Add(Sent(scope, "submission.update.version", id, time ?? instance.Version.CreatedAt, sender));
        }
        return [.. entries.Concat(await changes).OrderByDescending(entry => entry.LoggedAt)];
    }

    /// <summary>
    /// Removes a file from its slot in a version of a submission. Refuses a version of another submission, and an unknown slot, with 404.1.
    /// </summary>
    public async Task ClearMediaAsync(
        SubmissionSpace space,
        InstanceId root,
        InstanceId version,
        string name,
        CancellationToken cancellationToken
    )
    {
        await ConditionalWrite.RepeatAsync<bool>(
            async () =>
            {
                var (_, isCurrent) = await directory.GetVersionAsync(space, root, version, cancellationToken);
                if (isCurrent)
                {
                    var submission = await directory.GetAsync(space, root, cancellationToken);
                    await directory.PutMediaAsync(space, submission.RootId, name, null, cancellationToken);
                    return true;
                }
                var instance =
                    await submissions.FindInstanceAsync(space, version, cancellationToken) ?? throw Problem.NotFound().AsException();
                var slot = instance.Version.Media.FirstOrDefault(slot => slot.Name == name) ?? throw Problem.NotFound().AsException();
                var media = instance.Version.Media.Select(one => one.Name == name ? new SubmissionMedia(name, one.IsAudit) : one).ToList();
                var cleared = instance with { Version = instance.Version with { Media = media } };
                if (!await submissions.FillMediaAsync(space, cleared, CancellationToken.None))
                {
                    return Attempt<bool>.Conflict;
                }
                var current = (await directory.ResolveAsync(space, root, CancellationToken.None)).Current;
                var isShared = current!.Media.Any(one => one.Blob == slot.Blob);
                await recovery.AfterChangeAsync(space, root, dropped: isShared ? null : slot.Blob);
                return true;
            },
            cancellationToken
        );
    }

    private static AuditEntry Sent(string scope, string action, InstanceId id, DateTimeOffset time, ActorId? submitter) =>
        new(submitter, action, scope, JsonSerializer.Serialize(new { instanceId = id.Value }, JsonSerializerOptions.Web), time);
}
