using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// How many rows of submissions were recreated, and of how many versions the XML is missing or cannot be distinguished from refused XML.
/// </summary>
public sealed record RebuiltSubmissions(int Submissions, int Edits, int Left)
{
    internal RebuiltSubmissions Plus(RebuiltSubmissions other) =>
        new(Submissions + other.Submissions, Edits + other.Edits, Left + other.Left);
}

/// <summary>
/// Recreates the rows of table `submissions` from blobs, while the app is stopped: from recovery records if there are any, else from XML
/// and its receipt metadata, else from the XML alone. An interrupted run can be repeated as a whole.
/// </summary>
public sealed class RebuildSubmissions(
    FormsTable forms,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    SubmissionRecoveryReader tell
)
{
    // As many as go into one batch, when nothing has happened to them.
    private const int AtATime = 50;

    /// <summary>One operation.</summary>
    public Task<bool> HasAnyAsync(ProjectId project, CancellationToken cancellationToken) =>
        submissions.HasAnyAsync(project, cancellationToken);

    /// <summary>
    /// Submissions that only XML or no blob describes keep their rows. One operation per 5,000 blobs, one or two for each submission, and
    /// several for each edit without recovery record.
    /// </summary>
    public async Task<RebuiltSubmissions> RunAsync(ProjectId project, Action<string> progress, CancellationToken cancellationToken)
    {
        var rebuilt = new RebuiltSubmissions(0, 0, 0);
        foreach (var form in await forms.ListWithTrashAsync(project, cancellationToken))
        {
            progress($"Project {project}, form {form.Number}: submissions");
            rebuilt = rebuilt.Plus(await RunAsync(form, cancellationToken));
        }
        return rebuilt;
    }

    private async Task<RebuiltSubmissions> RunAsync(Form form, CancellationToken cancellationToken)
    {
        var kept = await EmptyAsync(form, cancellationToken);
        var edits = new List<RecoveredEdit>();
        var dropped = new HashSet<string>();
        var (count, edited, left) = (0, 0, 0);
        foreach (var space in Spaces(form))
        {
            var instances = files
                .ListInstancesAsync(form.Project, form.Number, cancellationToken)
                .Where(instance => space.Draft is not null || !kept.Contains(instance.Hash));
            await foreach (var some in instances.Chunk(AtATime).WithCancellation(cancellationToken))
            {
                var told = await InParallel.EachAsync(
                    some,
                    (instance, stop) => tell.ReadAsync(form, space, instance, stop),
                    cancellationToken
                );
                edits.AddRange(told.SelectMany(one => one.Edits));
                left += told.Sum(one => one.Left);
                var batch = told.Select(one => one.Submission).OfType<RecoveredSubmission>().ToList();
                dropped.UnionWith(batch.SelectMany(one => one.RecoveryRecord.Dropped));
                edited += batch.Sum(one => one.RecoveryRecord.Submission.Edits);
                count += batch.Count;
                await submissions.WriteAllAsync(batch, cancellationToken);
            }
        }
        foreach (var edit in edits.OrderBy(edit => edit.StoredAt))
        {
            switch (await ApplyAsync(edit, dropped, cancellationToken))
            {
                case true:
                    edited++;
                    break;
                case false:
                    left++;
                    break;
            }
        }
        return new RebuiltSubmissions(count, edited, left);
    }

    // Rows without a blob are the only remaining copy of their submissions.
    private async Task<IReadOnlySet<string>> EmptyAsync(Form form, CancellationToken cancellationToken) =>
        await submissions.RemoveAsync(
            form.Project,
            form.Number,
            await files
                .ListInstancesAsync(form.Project, form.Number, cancellationToken)
                .Where(instance => instance.IsRecovered)
                .Select(instance => instance.Hash)
                .ToHashSetAsync(cancellationToken: cancellationToken),
            cancellationToken
        );

    // Rows 10 to 15 of "How a submission is decided" in docs/protocol.md and CC-093 to CC-096, for edits without recovery record. Null if
    // the rows existed, false if the edit was refused.
    private async Task<bool?> ApplyAsync(RecoveredEdit edit, HashSet<string> dropped, CancellationToken cancellationToken)
    {
        var existing = await submissions.FindInstanceAsync(edit.Space, edit.Version.Id, cancellationToken);
        if (existing?.Version.XmlHash == edit.Version.XmlHash)
        {
            var media = SubmissionRecoveryReader.Filled(existing.Version.Media, edit.Files, dropped, edit.IsCommCare);
            if (existing.State == InstanceState.Current && !media.SequenceEqual(existing.Version.Media))
            {
                await submissions.FillMediaAsync(
                    edit.Space,
                    existing with
                    {
                        Version = existing.Version with { Media = media },
                    },
                    cancellationToken
                );
            }
            return null;
        }
        var before =
            edit.IsCommCare ? existing
            : existing is null && edit.Deprecated is { } deprecated
                ? await submissions.FindInstanceAsync(edit.Space, deprecated, cancellationToken)
            : null;
        if (
            before is not { State: InstanceState.Current }
            || await files.ReadXmlAsync(edit.Space.Project, edit.Space.Form, edit.Version.Id, edit.Version.XmlHash, cancellationToken)
                is not { } xml
        )
        {
            return false;
        }
        var (submission, etag) = await submissions.GetAsync(edit.Space, before, cancellationToken);
        var next = EditedSubmission.Of(
            edit.Version with
            {
                Media = SubmissionRecoveryReader.Filled(edit.Version.Media, edit.Files, dropped, edit.IsCommCare),
            },
            edit.CaseBlocks,
            edit.IsCommCare,
            submission,
            before
        );
        InstanceId? setAside = edit.IsCommCare ? InstanceId.SetAside(submission.RootId, next.Edits, before.Version.XmlHash) : null;
        if (setAside is { } id)
        {
            await files.CopyXmlAsync(edit.Space, before.Version, id, cancellationToken);
        }
        return await submissions.EditAsync(edit.Space, before, next, etag, xml, setAside, cancellationToken);
    }

    private static IEnumerable<SubmissionSpace> Spaces(Form form)
    {
        yield return SubmissionSpace.Published(form);
        if (form.Draft is not null)
        {
            yield return SubmissionSpace.OfDraft(form);
        }
    }
}
