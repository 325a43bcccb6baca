using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Commits a submission or recognises a duplicate. <see cref="DecideSubmission"/> decides from what is found; this class reads that and
/// writes, on condition that it has not changed. Case blocks are checked first. Side effects on cases and entities are recorded as an
/// intent before the commit and applied after it. The intent is removed when all are applied or the submission is refused; Reconcile
/// completes one that a crash leaves.
/// </summary>
public sealed class CommitSubmission(
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    FillSubmissionMedia fill,
    SubmissionRecovery recovery,
    IntentsTable intents,
    ApplySubmittedCases apply,
    ApplySubmittedEntities entities,
    AnnounceChange announce
)
{
    /// <summary>A <paramref name="known"/> instance has the same XML and makes this a duplicate. A new submission without case blocks
    /// costs one operation.</summary>
    internal async Task<(InstanceId Root, SubmissionVersion Version)> RunAsync(StagedSubmission staged, Instance? known)
    {
        if (known is { Version.Problem: null })
        {
            var filled = await fill.RunAsync(staged, known);
            await apply.JournalAsync(staged.Space, filled.Version, staged.Blocks, staged.SyncToken);
            return filled;
        }
        var plan = await apply.CheckAsync(staged.Space, staged.Version, staged.Blocks, staged.SyncToken, CancellationToken.None);
        staged = staged with { Version = staged.Version with { Problem = plan.Problem?.ToString() } };
        await announce.SubmissionAsync(
            staged.Space,
            staged.Version.Id,
            staged.Version.XmlHash,
            staged.Version.CreatedAt,
            staged.Entities.Count > 0,
            // An edit also changes the cases of the version that it replaces.
            staged.Blocks.Blocks.Count > 0
                || staged.Head.DeprecatedId is not null
                || staged.IsCommCare,
            CancellationToken.None
        );
        return staged.Head.DeprecatedId is { } deprecated && !staged.IsCommCare
            ? await EditAsync(staged, deprecated)
            : await AddAsync(staged, plan);
    }

    // Rows 5 to 9. The insert itself finds whether the instance id is in use.
    private Task<(InstanceId Root, SubmissionVersion Version)> AddAsync(StagedSubmission staged, CasePlan plan)
    {
        var hasIntent = (plan.Problem is null && staged.Blocks.Blocks.Count > 0) || staged.Entities.Count > 0;
        return WithIntentAsync(
            staged,
            hasIntent,
            async again =>
            {
                var found = await submissions.AddAsync(staged.Space, staged.NewSubmission(), staged.Xml, CancellationToken.None);
                return staged.DecideNew(found).OrThrow() switch
                {
                    SubmissionAction.Add => await AddedAsync(staged, plan, again),
                    SubmissionAction.Replace => await ReplaceAsync(staged, found!, hasIntent),
                    SubmissionAction.Acknowledge => await AcknowledgeAsync(staged, found!, again),
                    _ => await FillMediaAsync(staged, found!, again),
                };
            }
        );
    }

    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> AddedAsync(
        StagedSubmission staged,
        CasePlan plan,
        bool again
    )
    {
        var version = staged.Version;
        staged.Count(Telemetry.New);
        var (done, problem) = (true, version.Problem);
        if (
            plan is { Problem: null, Blocks.Blocks.Count: > 0 }
            && !await apply.NewAsync(staged.Space, version, plan, staged.SyncToken, again)
        )
        {
            done = await apply.RecomputeCasesAsync(staged.Intent, again: true, CancellationToken.None);
            problem = (await submissions.FindInstanceAsync(staged.Space, version.Id, CancellationToken.None))?.Version.Problem;
        }
        if (problem is not null)
        {
            await recovery.AfterChangeAsync(staged.Space, version.Id);
        }
        return ((version.Id, version with { Problem = problem }), await EntitiesAsync(staged, version.Id, version) && done);
    }

    // Rows 10 to 15. Of concurrent edits of one version the first write wins; the others read again and decide again.
    private async Task<(InstanceId Root, SubmissionVersion Version)> EditAsync(StagedSubmission staged, InstanceId deprecatedId)
    {
        return await ConditionalWrite.RepeatAsync<(InstanceId Root, SubmissionVersion Version)>(
            async () =>
            {
                var reading = submissions.FindInstanceAsync(staged.Space, staged.Version.Id, CancellationToken.None);
                var deprecated = await submissions.FindInstanceAsync(staged.Space, deprecatedId, CancellationToken.None);
                var found = await reading;
                if (staged.DecideEdit(deprecatedId, found, deprecated).OrThrow() == SubmissionAction.FillMedia)
                {
                    return await WithIntentAsync(staged, staged.HasSideEffects, again => FillMediaAsync(staged, found!, again));
                }
                var (submission, etag) = await submissions.GetAsync(staged.Space, deprecated!, CancellationToken.None);
                staged.RequireAddressed(deprecatedId, submission.RootId);
                var edited = staged.EditOf(submission, deprecated!);
                var concernsCases = staged.ConcernsCases(submission);
                var isWritten = await WithIntentAsync(
                    staged,
                    concernsCases || staged.Entities.Count > 0,
                    async again =>
                    {
                        if (!await submissions.EditAsync(staged.Space, deprecated!, edited, etag, staged.Xml, null, CancellationToken.None))
                        {
                            return (false, true);
                        }
                        staged.Count(Telemetry.Edited);
                        var entitiesDone = await EntitiesAsync(staged, submission.RootId, edited.Current);
                        return (
                            true,
                            (!concernsCases || await apply.RecomputeCasesAsync(staged.Intent, again, CancellationToken.None))
                                && entitiesDone
                        );
                    }
                );
                if (isWritten)
                {
                    await recovery.AfterChangeAsync(staged.Space, submission.RootId);
                    return (submission.RootId, edited.Current);
                }
                return Attempt<(InstanceId Root, SubmissionVersion Version)>.Conflict;
            },
            CancellationToken.None
        );
    }

    // Row 7C: the instance id stays with the newest XML, and the version before it gets another id. If only that version has case
    // blocks, there is no intent yet.
    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> ReplaceAsync(
        StagedSubmission staged,
        Instance existing,
        bool hasIntent
    )
    {
        return await ConditionalWrite.RepeatAsync<((InstanceId Root, SubmissionVersion Version), bool IsDone)>(
            async () =>
            {
                var (submission, etag) = await submissions.GetAsync(staged.Space, existing, CancellationToken.None);
                var edited = staged.EditOf(submission, existing);
                var setAside = InstanceId.SetAside(submission.RootId, edited.Edits, existing.Version.XmlHash);
                var concernsCases = staged.ConcernsCases(submission);
                if (concernsCases && !hasIntent)
                {
                    await intents.AddAsync(staged.Intent, CancellationToken.None);
                }
                await files.CopyXmlAsync(staged.Space, existing.Version, setAside, CancellationToken.None);
                if (await submissions.EditAsync(staged.Space, existing, edited, etag, staged.Xml, setAside, CancellationToken.None))
                {
                    staged.Count(Telemetry.Edited);
                    var done = !concernsCases || await apply.RecomputeCasesAsync(staged.Intent, again: false, CancellationToken.None);
                    if (concernsCases && !hasIntent && done)
                    {
                        await intents.RemoveAsync(staged.Intent, CancellationToken.None);
                    }
                    await recovery.AfterChangeAsync(staged.Space, submission.RootId);
                    return ((submission.RootId, edited.Current), done);
                }
                var now = await submissions.FindInstanceAsync(staged.Space, staged.Version.Id, CancellationToken.None);
                switch (staged.DecideNew(now).OrThrow())
                {
                    case SubmissionAction.Add:
                        throw Problem.SubmissionDeleted(staged.Version.Id.Value).AsException(); // purged in the meantime
                    case SubmissionAction.FillMedia:
                        return await FillMediaAsync(staged, now!, again: concernsCases);
                    case SubmissionAction.Acknowledge:
                        return await AcknowledgeAsync(staged, now!, again: concernsCases);
                }
                existing = now!;
                return Attempt<((InstanceId Root, SubmissionVersion Version), bool IsDone)>.Conflict;
            },
            CancellationToken.None
        );
    }

    // Rows 6 and 13: side effects that were interrupted are completed, and case blocks that were refused are tried again (CC-095).
    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> FillMediaAsync(
        StagedSubmission staged,
        Instance existing,
        bool again
    )
    {
        var filled = await fill.RunAsync(staged, existing);
        var tried = existing.Version.Problem is not null && staged.Version.Problem is null;
        if (tried)
        {
            var current = await submissions.FindInstanceAsync(staged.Space, existing.Version.Id, CancellationToken.None);
            if (
                current?.Version.XmlHash == staged.Version.XmlHash
                && (
                    await submissions.SetProblemAsync(staged.Space, current, null, CancellationToken.None)
                    || await submissions.FindInstanceAsync(staged.Space, current.Version.Id, CancellationToken.None)
                        is { Version.Problem: null }
                )
            )
            {
                filled.Version = filled.Version with { Problem = null };
                await recovery.AfterChangeAsync(
                    staged.Space,
                    (await submissions.GetAsync(staged.Space, current, CancellationToken.None)).Submission.RootId
                );
            }
        }
        var entitiesDone = await EntitiesAsync(staged, filled.Root, filled.Version);
        if (tried || again)
        {
            return (filled, await apply.RecomputeCasesAsync(staged.Intent, again, CancellationToken.None) && entitiesDone);
        }
        await apply.JournalAsync(staged.Space, filled.Version, staged.Blocks, staged.SyncToken);
        return (filled, entitiesDone);
    }

    // Rows 8C and 9C: the submission was deleted or edited elsewhere. The phone sent it before, so the answer is that it was received.
    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> AcknowledgeAsync(
        StagedSubmission staged,
        Instance existing,
        bool again
    )
    {
        staged.Count(Telemetry.Repeat);
        await files.DiscardMediaAsync(staged.ReceivedBlobs);
        if (again)
        {
            return ((existing.Version.Id, existing.Version), await apply.RecomputeCasesAsync(staged.Intent, again, CancellationToken.None));
        }
        await apply.JournalAsync(staged.Space, existing.Version, staged.Blocks, staged.SyncToken);
        return ((existing.Version.Id, existing.Version), true);
    }

    private Task<bool> EntitiesAsync(StagedSubmission staged, InstanceId root, SubmissionVersion version) =>
        entities.TryRunAsync(staged.Space, root, version, staged.Head.FormId, staged.Entities, CancellationToken.None);

    // Runs `work` under an intent, where one is needed. `work` receives whether the same intent existed already, and returns whether
    // everything is done.
    private async Task<T> WithIntentAsync<T>(StagedSubmission staged, bool isNeeded, Func<bool, Task<(T Result, bool IsDone)>> work)
    {
        var again = isNeeded && !await intents.AddAsync(staged.Intent, CancellationToken.None);
        try
        {
            var (result, done) = await work(again);
            if (isNeeded && done)
            {
                await intents.RemoveAsync(staged.Intent, CancellationToken.None);
            }
            return result;
        }
        catch (ProblemException) when (isNeeded)
        {
            await intents.RemoveAsync(staged.Intent, CancellationToken.None);
            throw;
        }
    }
}
