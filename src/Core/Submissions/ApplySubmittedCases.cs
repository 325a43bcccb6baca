using System.Collections.Concurrent;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Recomputes cases when a submission is received, edited, deleted or restored. Every step can be repeated. Submissions of drafts change no
/// cases.
/// </summary>
public sealed class ApplySubmittedCases(
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    IntentsTable intents,
    CheckCases check,
    ApplyCases apply,
    SyncsTable syncs
)
{
    /// <summary>Checks the blocks of a version before an intent is recorded. Operations as <see cref="CheckCases"/>.</summary>
    internal Task<CasePlan> CheckAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        CaseBlocks blocks,
        string? syncToken,
        CancellationToken cancellationToken
    ) => check.RunAsync(space.Project, blocks, ContextOf(space, version.Id, version, syncToken), cancellationToken);

    /// <summary>
    /// Applies the checked case blocks of a new submission. With <paramref name="again"/>, an earlier attempt may have applied some of
    /// them. False when one of its cases now belongs to another project: <see cref="RecomputeCasesAsync"/> then removes its effects.
    /// </summary>
    internal async Task<bool> NewAsync(SubmissionSpace space, SubmissionVersion version, CasePlan plan, string? syncToken, bool again)
    {
        var context = ContextOf(space, version.Id, version, syncToken);
        if (
            await apply.NewAsync(plan, context, form => ReadAsync(space, form, CancellationToken.None), again, CancellationToken.None)
            is not { } effects
        )
        {
            return false;
        }
        await JournalAsync(space, version, plan.Blocks, effects, syncToken);
        return true;
    }

    /// <summary>
    /// Records the effects of a form that was applied before in the journal of the phone that sent it, so that the phone's next state hash
    /// matches (CC-138). No operation without a token; otherwise one, and one for each case.
    /// </summary>
    internal Task JournalAsync(SubmissionSpace space, SubmissionVersion version, CaseBlocks blocks, string? syncToken) =>
        JournalAsync(space, version.Id, version, blocks, syncToken);

    private async Task JournalAsync(SubmissionSpace space, InstanceId root, SubmissionVersion version, CaseBlocks blocks, string? syncToken)
    {
        if (SyncToken.TryParse(syncToken, out _) && blocks.Blocks.Count > 0 && version.Problem is null)
        {
            await JournalAsync(
                space,
                version,
                blocks,
                await apply.EffectsAsync(blocks, ContextOf(space, root, version, syncToken), CancellationToken.None),
                syncToken
            );
        }
    }

    private async Task JournalAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        CaseBlocks blocks,
        IReadOnlyList<CaseEffect> effects,
        string? syncToken
    )
    {
        if (SyncToken.TryParse(syncToken, out var token) && effects.Count > 0)
        {
            await syncs.WriteJournalAsync(
                space.Project,
                token,
                new JournalEntry(version.Id, version.XmlHash, version.CreatedAt, effects) { Date = blocks.Blocks[0].ModifiedOn },
                CancellationToken.None
            );
        }
    }

    /// <summary>
    /// Recomputes cases from the newest version whose case blocks are valid, or removes the submission's effects when it is deleted.
    /// Records the effects of the intent's form in the phone's journal. A form that changes a case of another project gets a problem.
    /// </summary>
    /// <returns>False while another request may still be applying an earlier version: the intent must stay.</returns>
    internal async Task<bool> RecomputeCasesAsync(Intent intent, bool again, CancellationToken cancellationToken)
    {
        var (space, id) = (intent.Space, intent.Instance!.Value);
        if (space.Draft is not null || await submissions.FindInstanceAsync(space, id, cancellationToken) is not { } instance)
        {
            return true;
        }
        var forms = new ConcurrentDictionary<CaseForm, Lazy<Task<CaseBlocks?>>>();
        return await ConditionalWrite.RepeatAsync<bool>(
            async () =>
            {
                var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
                var versions = await VersionsAsync(space, submission, cancellationToken);
                var effective = submission.DeletedAt is null ? versions.FirstOrDefault(version => version.Problem is null) : null;
                var source = await SourceAsync(intent, submission, versions, effective, ReadOnceAsync);
                if (!await apply.RecomputeAsync(space.Project, source, ReadOnceAsync, again, cancellationToken))
                {
                    await SetForeignCaseAsync(space, effective!, cancellationToken);
                    return Attempt<bool>.Conflict;
                }

                // A concurrent change of the submission may have applied its own effects before these.
                var (now, _) = await submissions.GetAsync(space, instance, cancellationToken);
                if (IsUnchanged(submission, now))
                {
                    await RecordEffectsAsync(intent, submission, versions, ReadOnceAsync);
                    return !await HasEarlierIntentAsync(intent, submission, versions, cancellationToken);
                }
                return Attempt<bool>.Conflict;
            },
            cancellationToken
        );

        // Several cases ask for the same form at once.
        Task<CaseBlocks?> ReadOnceAsync(CaseForm form) =>
            forms.GetOrAdd(form, one => new Lazy<Task<CaseBlocks?>>(() => ReadAsync(space, one, cancellationToken))).Value;
    }

    private static async Task<CaseSource> SourceAsync(
        Intent intent,
        Submission submission,
        IReadOnlyList<SubmissionVersion> versions,
        SubmissionVersion? effective,
        Func<CaseForm, Task<CaseBlocks?>> read
    )
    {
        var space = intent.Space;
        var all = await Task.WhenAll(
            versions.OrderBy(version => version.CreatedAt).Select(version => read(FormOf(space, submission.RootId, version)))
        );
        var form = effective is null ? null : FormOf(space, submission.RootId, effective);
        return new CaseSource(
            space.Form,
            submission.RootId,
            submission.CreatedAt,
            SyncToken.TryParse(intent.SyncToken, out var token) ? token.Value : null
        )
        {
            EffectiveForm = form,
            Blocks = form is null ? CaseBlocks.None : await read(form) ?? CaseBlocks.None,
            Touched = CaseSource.TouchedBy(all.OfType<CaseBlocks>()),
        };
    }

    private async Task SetForeignCaseAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken)
    {
        if (
            await submissions.FindInstanceAsync(space, version.Id, cancellationToken) is { } found
            && found.Version.XmlHash == version.XmlHash
        )
        {
            await submissions.SetProblemAsync(space, found, CaseProblem.ForeignCase().ToString(), cancellationToken);
        }
    }

    private static bool IsUnchanged(Submission before, Submission now) =>
        now.Current.Id == before.Current.Id
        && now.Current.XmlHash == before.Current.XmlHash
        && now.DeletedAt == before.DeletedAt
        && now.Current.Problem == before.Current.Problem;

    private async Task RecordEffectsAsync(
        Intent intent,
        Submission submission,
        IReadOnlyList<SubmissionVersion> versions,
        Func<CaseForm, Task<CaseBlocks?>> read
    )
    {
        if (versions.FirstOrDefault(version => version.Id == intent.Instance && version.XmlHash == intent.Work) is { } recorded)
        {
            var blocks = await read(FormOf(intent.Space, submission.RootId, recorded)) ?? CaseBlocks.None;
            await JournalAsync(intent.Space, submission.RootId, recorded, blocks, intent.SyncToken);
        }
    }

    private async Task<bool> HasEarlierIntentAsync(
        Intent intent,
        Submission submission,
        IReadOnlyList<SubmissionVersion> versions,
        CancellationToken cancellationToken
    )
    {
        var earlier = versions
            .SelectMany(version => new[] { (version.Id, version.XmlHash), (Id: submission.RootId, version.XmlHash) })
            .Distinct()
            .Where(one => one != (intent.Instance!.Value, intent.Work))
            .ToList();
        var found = await InParallel.EachAsync(
            earlier,
            (one, stop) => intents.ExistsAsync(intent.Space, one.Id, one.XmlHash, stop),
            cancellationToken
        );
        return found.Contains(true);
    }

    /// <summary>The current version first, then the versions that it replaced, newest first. No operation for an unedited submission,
    /// otherwise one, and one for each.</summary>
    internal async Task<IReadOnlyList<SubmissionVersion>> VersionsAsync(
        SubmissionSpace space,
        Submission submission,
        CancellationToken cancellationToken
    )
    {
        if (submission.Edits == 0)
        {
            return [submission.Current];
        }
        var ids = await submissions
            .ListEditsAsync(space, submission.RootId, cancellationToken)
            .Prepend(submission.RootId)
            .ToListAsync(cancellationToken);
        var found = await InParallel.EachAsync(ids, (id, stop) => submissions.FindInstanceAsync(space, id, stop), cancellationToken);
        return
        [
            .. found
                .OfType<Instance>()
                .Select(one => one.Version)
                .OrderByDescending(version => version.Id == submission.Current.Id)
                .ThenByDescending(version => version.CreatedAt),
        ];
    }

    private async Task<CaseBlocks?> ReadAsync(SubmissionSpace space, CaseForm form, CancellationToken cancellationToken) =>
        await files.ReadXmlAsync(space.Project, form.Form, form.Instance, form.XmlHash, cancellationToken) is { } xml
            ? CaseBlockReader.Read(xml, knowsVersion1: false)
            : null;

    private static CaseChangeContext ContextOf(SubmissionSpace space, InstanceId root, SubmissionVersion version, string? syncToken) =>
        new(FormOf(space, root, version), version.CreatedAt, SyncToken.TryParse(syncToken, out var token) ? token.Value : null);

    private static CaseForm FormOf(SubmissionSpace space, InstanceId root, SubmissionVersion version) =>
        new(space.Form, root, version.Id, version.XmlHash);
}
