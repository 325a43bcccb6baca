using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>How a submission came: phones send again what they got no answer for; scripts are told. CommCare's phones may change what
/// they sent.</summary>
internal sealed record DuplicatePolicy(bool TakesRepeats, InstanceId? Edits)
{
    /// <summary>What CommCare's receiver has read of the form's case blocks; null for what came otherwise.</summary>
    public CaseBlocks? CommCareBlocks { get; private init; }

    public bool IsCommCare => CommCareBlocks is not null;

    public static DuplicatePolicy AsOpenRosa { get; } = new(TakesRepeats: true, null);

    public static DuplicatePolicy FromCommCare(CaseBlocks blocks) => new(TakesRepeats: true, null) { CommCareBlocks = blocks };
}

/// <summary>A submission whose bytes are all stored, on its way to be seen.</summary>
internal sealed record StagedSubmission(
    SubmissionSpace Space,
    SubmissionHead Head,
    DuplicatePolicy DuplicatePolicy,
    SubmissionVersion Version,
    ReadOnlyMemory<byte> Xml,
    IReadOnlyDictionary<string, SubmissionMedia> Received
)
{
    public CaseBlocks Blocks { get; init; } = CaseBlocks.None;

    public IReadOnlyList<EntityBlock> Entities { get; init; } = [];

    public string? SyncToken { get; init; }

    /// <summary>Whether there may be work beyond the claim.</summary>
    internal bool AsksForMore => Blocks.Blocks.Count > 0 || Entities.Count > 0;

    internal Intent Promise => new(Space, Version.Id, Version.XmlHash, Version.CreatedAt, SyncToken);
}

/// <summary>
/// Makes a submission visible, or finds that it was there: OR-200 to OR-209, CC-093 to CC-096. What case blocks and
/// entities ask for is promised before and done after, and case blocks are checked first: the promise goes when all is done or refused,
/// and what a crash leaves of it, Reconcile completes.
/// </summary>
public sealed class CommitSubmission(
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    SubmissionRecovery shadows,
    IntentsTable intents,
    ApplySubmission apply,
    ApplySubmittedEntities entities
)
{
    private const int MaxAttempts = 20;

    /// <summary>To a <paramref name="known"/> instance it is a repeat. A submission without case blocks costs one operation when it is
    /// new.</summary>
    internal async Task<(InstanceId Root, SubmissionVersion Version)> RunAsync(StagedSubmission arrival, Instance? known)
    {
        if (known is { Version.Problem: null })
        {
            var filled = await FillAsync(arrival, known);
            await apply.JournalAsync(arrival.Space, filled.Version, arrival.Blocks, arrival.SyncToken);
            return filled;
        }
        var plan = await apply.CheckAsync(arrival.Space, arrival.Version, arrival.Blocks, arrival.SyncToken, CancellationToken.None);
        arrival = arrival with { Version = arrival.Version with { Problem = plan.Problem?.ToString() } };
        return arrival.Head.DeprecatedId is { } deprecated && !arrival.DuplicatePolicy.IsCommCare
            ? await EditAsync(arrival, deprecated)
            : await AddAsync(arrival, plan);
    }

    // Rows 5 to 9 of "How a submission is decided" in docs/protocol.md.
    private async Task<(InstanceId Root, SubmissionVersion Version)> AddAsync(StagedSubmission arrival, CasePlan plan)
    {
        var version = arrival.Version;
        var submission = new Submission(version.Id, version.Sender, version.FormVersion, version.CreatedAt, version)
        {
            CaseBlocks = arrival.Head.CaseBlocks,
            MediaExpected = version.Media.Count,
            MediaPresent = version.Media.Count(file => file.Exists),
        };
        var promises = (plan.Problem is null && arrival.Blocks.Blocks.Count > 0) || arrival.Entities.Count > 0;
        return await PromisingAsync(
            arrival,
            promises,
            async again =>
            {
                if (await submissions.AddAsync(arrival.Space, submission, arrival.Xml, CancellationToken.None) is not { } existing)
                {
                    Count(arrival, Telemetry.New);
                    var (done, problem) = (true, version.Problem);
                    if (
                        plan is { Problem: null, Blocks.Blocks.Count: > 0 }
                        && !await apply.NewAsync(arrival.Space, version, plan, arrival.SyncToken, again)
                    )
                    {
                        done = await apply.FollowAsync(arrival.Promise, again: true, CancellationToken.None);
                        problem = (await submissions.FindInstanceAsync(arrival.Space, version.Id, CancellationToken.None))?.Version.Problem;
                    }
                    if (problem is not null)
                    {
                        await shadows.FollowAsync(arrival.Space, version.Id, CancellationToken.None);
                    }
                    return ((version.Id, version with { Problem = problem }), await EntitiesAsync(arrival, version.Id, version) && done);
                }
                return existing.State switch
                {
                    not InstanceState.Current when arrival.DuplicatePolicy.IsCommCare && existing.Version.XmlHash == version.XmlHash =>
                        await RepeatOfPastAsync(arrival, existing, again),
                    InstanceState.Superseded => throw Problem.SupersededInstance(version.Id.Value).AsException(),
                    InstanceState.Deleted => throw Problem.SubmissionDeleted(version.Id.Value).AsException(),
                    _ when existing.Version.XmlHash != version.XmlHash && arrival.DuplicatePolicy.IsCommCare => await ReplaceAsync(
                        arrival,
                        existing,
                        promised: promises
                    ),
                    _ => await RepeatAsync(arrival, existing, again),
                };
            }
        );
    }

    // Rows 10 to 15 of "How a submission is decided" in docs/protocol.md. Of several edits of one version at the same time, the first to
    // write wins; the others read again and are told.
    private async Task<(InstanceId Root, SubmissionVersion Version)> EditAsync(StagedSubmission arrival, InstanceId deprecated)
    {
        var version = arrival.Version;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var reading = submissions.FindInstanceAsync(arrival.Space, version.Id, CancellationToken.None);
            var before = await submissions.FindInstanceAsync(arrival.Space, deprecated, CancellationToken.None);
            var existing = await reading;
            switch (before?.State)
            {
                case null:
                    throw Problem.DeprecatedIdNotFound(deprecated.Value).AsException();
                case InstanceState.Deleted:
                    throw Problem.SubmissionDeleted(deprecated.Value).AsException();
                case InstanceState.Superseded when existing?.State == InstanceState.Current:
                    return await PromisingAsync(arrival, arrival.AsksForMore, again => RepeatAsync(arrival, existing, again));
                case InstanceState.Superseded:
                    throw Problem.SupersededDeprecated(version.Id.Value, deprecated.Value).AsException();
            }
            if (existing is not null)
            {
                throw Problem.AlreadyExists(["instanceID"], [version.Id.Value]).AsException();
            }

            var (submission, etag) = await submissions.GetAsync(arrival.Space, before!, CancellationToken.None);
            if (arrival.DuplicatePolicy.Edits is { } edits && submission.RootId != edits)
            {
                throw Problem.SupersededDeprecated(version.Id.Value, deprecated.Value).AsException();
            }
            var edited = Edited(arrival, submission, before!);
            var speaksOfCases = SpeaksOfCases(arrival, submission);
            var done = await PromisingAsync(
                arrival,
                speaksOfCases || arrival.Entities.Count > 0,
                async again =>
                {
                    if (!await submissions.EditAsync(arrival.Space, before!, edited, etag, arrival.Xml, null, CancellationToken.None))
                    {
                        return (false, true);
                    }
                    Count(arrival, Telemetry.Edited);
                    var entitiesDone = await EntitiesAsync(arrival, submission.RootId, edited.Current);
                    return (
                        true,
                        (!speaksOfCases || await apply.FollowAsync(arrival.Promise, again, CancellationToken.None)) && entitiesDone
                    );
                }
            );
            if (done)
            {
                await shadows.FollowAsync(arrival.Space, submission.RootId, CancellationToken.None);
                return (submission.RootId, edited.Current);
            }
        }
        throw new InvalidOperationException($"The submission that {deprecated} belongs to kept changing under the edit {version.Id}.");
    }

    // Spec 4.5 of CommCare: the instance id stays with the newest bytes, and the version before it gets another. Where only that one
    // speaks of cases, nothing was promised yet.
    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> ReplaceAsync(
        StagedSubmission arrival,
        Instance existing,
        bool promised
    )
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (submission, etag) = await submissions.GetAsync(arrival.Space, existing, CancellationToken.None);
            var edited = Edited(arrival, submission, existing);
            var setAside = InstanceId.SetAside(submission.RootId, edited.Edits, existing.Version.XmlHash);
            var promises = SpeaksOfCases(arrival, submission);
            if (promises && !promised)
            {
                await intents.AddAsync(arrival.Promise, CancellationToken.None);
            }
            await files.CopyXmlAsync(arrival.Space, existing.Version, setAside, CancellationToken.None);
            if (await submissions.EditAsync(arrival.Space, existing, edited, etag, arrival.Xml, setAside, CancellationToken.None))
            {
                Count(arrival, Telemetry.Edited);
                var done = !promises || await apply.FollowAsync(arrival.Promise, again: false, CancellationToken.None);
                if (promises && !promised && done)
                {
                    await intents.RemoveAsync(arrival.Promise, CancellationToken.None);
                }
                await shadows.FollowAsync(arrival.Space, submission.RootId, CancellationToken.None);
                return ((submission.RootId, edited.Current), done);
            }
            existing = await submissions.FindInstanceAsync(arrival.Space, arrival.Version.Id, CancellationToken.None)
                is { State: InstanceState.Current } now
                ? now
                : throw Problem.SupersededInstance(arrival.Version.Id.Value).AsException();
            if (existing.Version.XmlHash == arrival.Version.XmlHash)
            {
                return await RepeatAsync(arrival, existing, again: promises);
            }
        }
        throw new InvalidOperationException($"The submission {arrival.Version.Id} kept changing under an edit of it.");
    }

    // Rows 6, 7, 13 and 14 of "How a submission is decided" in docs/protocol.md: the instance is there and current. What was broken off is
    // completed, and a form that failed is tried again (CC-095).
    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> RepeatAsync(
        StagedSubmission arrival,
        Instance existing,
        bool again
    )
    {
        var filled = await FillAsync(arrival, existing);
        var tried = existing.Version.Problem is not null && arrival.Version.Problem is null;
        if (tried)
        {
            var current = await submissions.FindInstanceAsync(arrival.Space, existing.Version.Id, CancellationToken.None);
            if (
                current?.Version.XmlHash == arrival.Version.XmlHash
                && (
                    await submissions.SetProblemAsync(arrival.Space, current, null, CancellationToken.None)
                    || await submissions.FindInstanceAsync(arrival.Space, current.Version.Id, CancellationToken.None)
                        is { Version.Problem: null }
                )
            )
            {
                filled.Version = filled.Version with { Problem = null };
                await shadows.FollowAsync(
                    arrival.Space,
                    (await submissions.GetAsync(arrival.Space, current, CancellationToken.None)).Submission.RootId,
                    CancellationToken.None
                );
            }
        }
        var entitiesDone = await EntitiesAsync(arrival, filled.Root, filled.Version);
        if (tried || again)
        {
            return (filled, await apply.FollowAsync(arrival.Promise, again, CancellationToken.None) && entitiesDone);
        }
        await apply.JournalAsync(arrival.Space, filled.Version, arrival.Blocks, arrival.SyncToken);
        return (filled, entitiesDone);
    }

    // It was deleted, or edited by others, and its phone knows nothing of that: to the phone it has arrived, and done what it says.
    private async Task<((InstanceId Root, SubmissionVersion Version), bool IsDone)> RepeatOfPastAsync(
        StagedSubmission arrival,
        Instance existing,
        bool again
    )
    {
        Count(arrival, Telemetry.Repeat);
        await files.DiscardMediaAsync(arrival.Received.Values.Select(file => file.Blob!));
        if (again)
        {
            return ((existing.Version.Id, existing.Version), await apply.FollowAsync(arrival.Promise, again, CancellationToken.None));
        }
        await apply.JournalAsync(arrival.Space, existing.Version, arrival.Blocks, arrival.SyncToken);
        return ((existing.Version.Id, existing.Version), true);
    }

    private static void Count(StagedSubmission arrival, string outcome) =>
        Telemetry.Submitted(arrival.Space.Draft is null ? outcome : Telemetry.Draft);

    private Task<bool> EntitiesAsync(StagedSubmission arrival, InstanceId root, SubmissionVersion version) =>
        entities.TryRunAsync(arrival.Space, root, version, arrival.Head.FormId, arrival.Entities, CancellationToken.None);

    // The same XML may bring files that were missing, or replace some.
    private async Task<(InstanceId Root, SubmissionVersion Version)> FillAsync(StagedSubmission arrival, Instance existing)
    {
        if (!arrival.DuplicatePolicy.TakesRepeats)
        {
            throw Problem.AlreadyExists(["instanceID"], [arrival.Version.Id.Value]).AsException();
        }
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (existing.Version.XmlHash != arrival.Version.XmlHash)
            {
                throw Problem.InstanceConflict(arrival.Version.Id.Value).AsException();
            }
            var media = existing
                .Version.Media.Select(slot =>
                    arrival.Received.GetValueOrDefault(slot.Name) is { } file && file.Md5 != slot.Md5 ? file : slot
                )
                .ToList();
            if (arrival.DuplicatePolicy.IsCommCare)
            {
                media.AddRange(arrival.Received.Values.Where(file => media.TrueForAll(slot => slot.Name != file.Name)));
            }
            var filled = existing with { Version = existing.Version with { Media = media } };
            if (
                media.SequenceEqual(existing.Version.Media)
                || await submissions.FillMediaAsync(arrival.Space, filled, CancellationToken.None)
            )
            {
                Count(arrival, Telemetry.Repeat);
                await files.DiscardMediaAsync(arrival.Received.Values.Select(file => file.Blob!).Except(media.Select(file => file.Blob!)));
                var root =
                    arrival.Head.DeprecatedId is null || arrival.DuplicatePolicy.IsCommCare
                        ? existing.Version.Id
                        : (await submissions.GetAsync(arrival.Space, existing, CancellationToken.None)).Submission.RootId;
                return (root, filled.Version);
            }
            existing =
                await submissions.FindInstanceAsync(arrival.Space, arrival.Version.Id, CancellationToken.None)
                ?? throw Problem.SubmissionDeleted(arrival.Version.Id.Value).AsException();
            if (existing.State != InstanceState.Current)
            {
                throw Problem.SupersededInstance(arrival.Version.Id.Value).AsException();
            }
        }
        throw new InvalidOperationException($"The attachments of {arrival.Version.Id} kept changing under a repeated upload.");
    }

    // Runs work under a promise, if there is any to make. The work hears whether the same was promised before and broken off, and says
    // whether all is done.
    private async Task<T> PromisingAsync<T>(StagedSubmission arrival, bool promises, Func<bool, Task<(T Result, bool IsDone)>> work)
    {
        var again = promises && !await intents.AddAsync(arrival.Promise, CancellationToken.None);
        try
        {
            var (result, done) = await work(again);
            if (promises && done)
            {
                await intents.RemoveAsync(arrival.Promise, CancellationToken.None);
            }
            return result;
        }
        catch (ProblemException) when (promises)
        {
            await intents.RemoveAsync(arrival.Promise, CancellationToken.None);
            throw;
        }
    }

    private static bool SpeaksOfCases(StagedSubmission arrival, Submission before) =>
        arrival.Space.Draft is null && (arrival.Blocks.Blocks.Count > 0 || before.CaseBlocks > 0);

    private static Submission Edited(StagedSubmission arrival, Submission submission, Instance before) =>
        Edited(arrival.Version, arrival.Head.CaseBlocks, arrival.DuplicatePolicy.IsCommCare, submission, before);

    /// <summary>The submission with a version that takes the place of <paramref name="before"/>; one of CommCare's carries over all
    /// files.</summary>
    internal static Submission Edited(SubmissionVersion version, int caseBlocks, bool isCommCare, Submission submission, Instance before)
    {
        var carried = version with { Media = CarryOver(version.Media, before.Version.Media, isCommCare) };
        return submission with
        {
            Current = carried,
            Edits = submission.Edits + 1,
            UpdatedAt = version.CreatedAt,
            ReviewState = "edited",
            // Cases of earlier versions have to follow as long as there are any.
            CaseBlocks = Math.Max(caseBlocks, submission.CaseBlocks),
            MediaExpected = carried.Media.Count,
            MediaPresent = carried.Media.Count(file => file.Exists),
        };
    }

    private static List<SubmissionMedia> CarryOver(IReadOnlyList<SubmissionMedia> media, IReadOnlyList<SubmissionMedia> before, bool all) =>
        [
            .. media.Select(slot =>
                slot.Exists ? slot
                : before.FirstOrDefault(file => file.Name == slot.Name && file.Exists) is { } held ? held with { IsAudit = slot.IsAudit }
                : slot
            ),
            .. all ? before.Where(file => media.All(slot => slot.Name != file.Name)) : [],
        ];
}
