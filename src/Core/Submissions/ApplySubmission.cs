using System.Collections.Concurrent;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Lets cases follow what submissions say of them: when one is new, and when it was edited, deleted or brought back. All of it may be repeated. Drafts
/// are tried out, so they change no cases.
/// </summary>
public sealed class ApplySubmission(SubmissionsTable submissions, SubmissionFilesContainer files, IntentsTable intents, CheckCases check, ApplyCases apply, SyncsTable syncs)
{
    private const int MaxAttempts = 20;

    /// <summary>Checks the blocks of a version before anything is promised or changed. Operations as <see cref="CheckCases"/>.</summary>
    internal Task<CasePlan> CheckAsync(SubmissionSpace space, SubmissionVersion version, CaseBlocks blocks, string? syncToken, CancellationToken cancellationToken) =>
        check.RunAsync(space.Project, blocks, Occasion(space, version, syncToken), cancellationToken);

    /// <summary>Applies a new submission that was checked. With <paramref name="again"/>, a try before may have been broken off.</summary>
    internal async Task NewAsync(SubmissionSpace space, SubmissionVersion version, CasePlan plan, string? syncToken, bool again)
    {
        var effects = await apply.NewAsync(plan, Occasion(space, version, syncToken), again, CancellationToken.None);
        await JournalAsync(space, version, effects, syncToken);
    }

    /// <summary>
    /// Keeps what a form did to the phone that sent it again, or that sent an edit: the phone is not to meet a server that has forgotten it (CC-138).
    /// No operation without a token; else one, and one for each case.
    /// </summary>
    internal async Task AgainAsync(SubmissionSpace space, SubmissionVersion version, CaseBlocks blocks, string? syncToken)
    {
        if (SyncToken.TryParse(syncToken, out _) && blocks.Blocks.Count > 0)
        {
            await JournalAsync(space, version, await apply.EffectsAsync(blocks, FormOf(space, version.Id, version), CancellationToken.None), syncToken);
        }
    }

    private async Task JournalAsync(SubmissionSpace space, SubmissionVersion version, IReadOnlyList<CaseEffect> effects, string? syncToken)
    {
        if (SyncToken.TryParse(syncToken, out var token) && effects.Count > 0)
        {
            await syncs.WriteJournalAsync(space.Project, token, new JournalEntry(version.Id, version.CreatedAt, effects), CancellationToken.None);
        }
    }

    /// <summary>
    /// Lets cases follow the newest version of a submission whose blocks were right, or none when the submission is deleted. False when an earlier version
    /// is still being applied by somebody: it may come in late, so the promise has to stay.
    /// </summary>
    internal async Task<bool> FollowAsync(Intent promise, bool again, CancellationToken cancellationToken)
    {
        var (space, id) = (promise.Space, promise.Instance);
        if (space.Draft is not null || await submissions.FindInstanceAsync(space, id, cancellationToken) is not { } instance)
        {
            return true;
        }
        var forms = new ConcurrentDictionary<CaseForm, Task<CaseBlocks?>>();
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
            var versions = await VersionsAsync(space, submission, cancellationToken);
            var counts = submission.DeletedAt is null ? versions.FirstOrDefault(version => version.Problem is null) : null;
            var spoken = await Task.WhenAll(versions.Select(version => ReadOnceAsync(FormOf(space, submission.RootId, version))));
            var form = counts is null ? null : FormOf(space, submission.RootId, counts);
            var source = new CaseSource(space.Form, submission.RootId, submission.CreatedAt, SyncToken.TryParse(promise.SyncToken, out var token) ? token.Value : null)
            {
                Counts = form,
                Blocks = form is null ? CaseBlocks.None : await ReadOnceAsync(form) ?? CaseBlocks.None,
                Touched = [.. spoken.OfType<CaseBlocks>().SelectMany(blocks => blocks.Blocks).Select(block => block.Id).Where(one => one.Value is not null).Distinct()],
            };
            await apply.FollowAsync(space.Project, source, ReadOnceAsync, again, cancellationToken);

            // Whoever changed the submission in the meantime may have been overtaken by this.
            var (now, _) = await submissions.GetAsync(space, instance, cancellationToken);
            if (now.Current.Id == submission.Current.Id && now.Current.XmlHash == submission.Current.XmlHash && now.DeletedAt == submission.DeletedAt && now.Current.Problem == submission.Current.Problem)
            {
                var earlier = versions.SelectMany(version => new[] { (version.Id, version.XmlHash), (Id: submission.RootId, version.XmlHash) })
                    .Distinct().Where(one => one != (promise.Instance, promise.Work)).ToList();
                return !(await InParallel.EachAsync(earlier, (one, stop) => intents.ExistsAsync(space, one.Id, one.XmlHash, stop), cancellationToken)).Contains(true);
            }
        }
        throw new InvalidOperationException($"The submission of {id} kept changing while its cases followed it.");

        Task<CaseBlocks?> ReadOnceAsync(CaseForm form) => forms.GetOrAdd(form, one => ReadAsync(space, one, cancellationToken));
    }

    // The current one first, then what it replaced.
    private async Task<IReadOnlyList<SubmissionVersion>> VersionsAsync(SubmissionSpace space, Submission submission, CancellationToken cancellationToken)
    {
        if (submission.Edits == 0)
        {
            return [submission.Current];
        }
        var ids = await submissions.ListEditsAsync(space, submission.RootId, cancellationToken).Prepend(submission.RootId).ToListAsync(cancellationToken);
        var found = await InParallel.EachAsync(ids, (id, stop) => submissions.FindInstanceAsync(space, id, stop), cancellationToken);
        return [.. found.OfType<Instance>().Select(one => one.Version).OrderByDescending(version => version.Id == submission.Current.Id).ThenByDescending(version => version.CreatedAt)];
    }

    private async Task<CaseBlocks?> ReadAsync(SubmissionSpace space, CaseForm form, CancellationToken cancellationToken) =>
        await files.ReadXmlAsync(space.Project, form.Form, form.Instance, form.XmlHash, cancellationToken) is { } xml ? CaseBlockReader.Read(xml, knowsVersion1: false) : null;

    private static CaseOccasion Occasion(SubmissionSpace space, SubmissionVersion version, string? syncToken) =>
        new(FormOf(space, version.Id, version), version.CreatedAt, SyncToken.TryParse(syncToken, out var token) ? token.Value : null);

    private static CaseForm FormOf(SubmissionSpace space, InstanceId root, SubmissionVersion version) => new(space.Form, root, version.Id, version.XmlHash);
}
