using System.Collections.Concurrent;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Lets cases follow what submissions say of them: when one is new, and when it was edited, deleted or brought back. All of it may be
/// repeated. Drafts are tried out, so they change no cases.
/// </summary>
public sealed class ApplySubmission(
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    IntentsTable intents,
    CheckCases check,
    ApplyCases apply,
    SyncsTable syncs
)
{
    private const int MaxAttempts = 20;

    /// <summary>Checks the blocks of a version before anything is promised or changed. Operations as <see cref="CheckCases"/>.</summary>
    internal Task<CasePlan> CheckAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        CaseBlocks blocks,
        string? syncToken,
        CancellationToken cancellationToken
    ) => check.RunAsync(space.Project, blocks, Occasion(space, version.Id, version, syncToken), cancellationToken);

    /// <summary>
    /// Applies a new submission that was checked. With <paramref name="again"/>, a try before may have been broken off. False when a
    /// case that it speaks of has become another project's: let cases follow it, then they forget it.
    /// </summary>
    internal async Task<bool> NewAsync(SubmissionSpace space, SubmissionVersion version, CasePlan plan, string? syncToken, bool again)
    {
        if (await apply.NewAsync(plan, Occasion(space, version.Id, version, syncToken), again, CancellationToken.None) is not { } effects)
        {
            return false;
        }
        await JournalAsync(space, version, effects, syncToken);
        return true;
    }

    /// <summary>
    /// Keeps what a form did to the phone that sent it, when it was applied before or its cases have followed it: the phone is not to
    /// meet a server that has forgotten it (CC-138). No operation without a token; else one, and one for each case.
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
                await apply.EffectsAsync(blocks, Occasion(space, root, version, syncToken), CancellationToken.None),
                syncToken
            );
        }
    }

    private async Task JournalAsync(SubmissionSpace space, SubmissionVersion version, IReadOnlyList<CaseEffect> effects, string? syncToken)
    {
        if (SyncToken.TryParse(syncToken, out var token) && effects.Count > 0)
        {
            await syncs.WriteJournalAsync(
                space.Project,
                token,
                new JournalEntry(version.Id, version.XmlHash, version.CreatedAt, effects),
                CancellationToken.None
            );
        }
    }

    /// <summary>
    /// Lets cases follow the newest version of a submission whose blocks were right, or none when the submission is deleted. False when
    /// an earlier version is still being applied by somebody: it may come in late, so the promise has to stay. What the promised form
    /// did to its phone is kept in the phone's journal, and a form that speaks of another project's cases is found to be wrong after all.
    /// </summary>
    internal async Task<bool> FollowAsync(Intent promise, bool again, CancellationToken cancellationToken)
    {
        var (space, id) = (promise.Space, promise.Instance);
        if (space.Draft is not null || await submissions.FindInstanceAsync(space, id, cancellationToken) is not { } instance)
        {
            return true;
        }
        var forms = new ConcurrentDictionary<CaseForm, Lazy<Task<CaseBlocks?>>>();
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
            var versions = await VersionsAsync(space, submission, cancellationToken);
            var counts = submission.DeletedAt is null ? versions.FirstOrDefault(version => version.Problem is null) : null;
            var spoken = await Task.WhenAll(versions.Select(version => ReadOnceAsync(FormOf(space, submission.RootId, version))));
            var form = counts is null ? null : FormOf(space, submission.RootId, counts);
            var source = new CaseSource(
                space.Form,
                submission.RootId,
                submission.CreatedAt,
                SyncToken.TryParse(promise.SyncToken, out var token) ? token.Value : null
            )
            {
                EffectiveForm = form,
                Blocks = form is null ? CaseBlocks.None : await ReadOnceAsync(form) ?? CaseBlocks.None,
                Touched =
                [
                    .. spoken
                        .OfType<CaseBlocks>()
                        .SelectMany(blocks => blocks.Blocks)
                        .Select(block => block.Id)
                        .Where(one => one.Value is not null)
                        .Distinct(),
                ],
            };
            if (!await apply.RecomputeAsync(space.Project, source, ReadOnceAsync, again, cancellationToken))
            {
                if (
                    await submissions.FindInstanceAsync(space, counts!.Id, cancellationToken) is { } wrong
                    && wrong.Version.XmlHash == counts.XmlHash
                )
                {
                    await submissions.SetProblemAsync(space, wrong, CaseProblem.ForeignCase().ToString(), cancellationToken);
                }
                continue;
            }

            // Whoever changed the submission in the meantime may have been overtaken by this.
            var (now, _) = await submissions.GetAsync(space, instance, cancellationToken);
            if (
                now.Current.Id == submission.Current.Id
                && now.Current.XmlHash == submission.Current.XmlHash
                && now.DeletedAt == submission.DeletedAt
                && now.Current.Problem == submission.Current.Problem
            )
            {
                if (versions.FirstOrDefault(version => version.Id == promise.Instance && version.XmlHash == promise.Work) is { } promised)
                {
                    await JournalAsync(
                        space,
                        submission.RootId,
                        promised,
                        await ReadOnceAsync(FormOf(space, submission.RootId, promised)) ?? CaseBlocks.None,
                        promise.SyncToken
                    );
                }
                var earlier = versions
                    .SelectMany(version => new[] { (version.Id, version.XmlHash), (Id: submission.RootId, version.XmlHash) })
                    .Distinct()
                    .Where(one => one != (promise.Instance, promise.Work))
                    .ToList();
                return !(
                    await InParallel.EachAsync(
                        earlier,
                        (one, stop) => intents.ExistsAsync(space, one.Id, one.XmlHash, stop),
                        cancellationToken
                    )
                ).Contains(true);
            }
        }
        throw new InvalidOperationException($"The submission of {id} kept changing while its cases followed it.");

        // Several cases ask for the same form at once.
        Task<CaseBlocks?> ReadOnceAsync(CaseForm form) =>
            forms.GetOrAdd(form, one => new Lazy<Task<CaseBlocks?>>(() => ReadAsync(space, one, cancellationToken))).Value;
    }

    // The current one first, then what it replaced.
    private async Task<IReadOnlyList<SubmissionVersion>> VersionsAsync(
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

    private static CaseChangeContext Occasion(SubmissionSpace space, InstanceId root, SubmissionVersion version, string? syncToken) =>
        new(FormOf(space, root, version), version.CreatedAt, SyncToken.TryParse(syncToken, out var token) ? token.Value : null);

    private static CaseForm FormOf(SubmissionSpace space, InstanceId root, SubmissionVersion version) =>
        new(space.Form, root, version.Id, version.XmlHash);
}
