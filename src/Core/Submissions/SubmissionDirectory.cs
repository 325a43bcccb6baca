using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Finds submissions, their XML and their attachments.</summary>
public sealed partial class SubmissionDirectory(
    SubmissionsTable submissions,
    SubmissionCounts counts,
    SubmissionFilesContainer files,
    SubmissionRecovery recovery,
    IntentsTable intents,
    ApplySubmittedCases apply,
    AnnounceChange announce,
    TimeProvider clock
)
{
    /// <summary>The review state that creates entities waiting for approval.</summary>
    public const string Approved = "approved";
    public const string Edited = "edited";
    public const string HasIssues = "hasIssues";

    /// <summary>Newest first (OR-266). One operation per 1,000 up to <paramref name="offset"/> plus <paramref name="limit"/>.</summary>
    public IAsyncEnumerable<Submission> ListAsync(
        SubmissionSpace space,
        bool deleted,
        int offset,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        int? atMost = limit is { } most && (long)offset + most <= int.MaxValue ? offset + most : null;
        var all = submissions.ListAsync(space, deleted, atMost, cancellationToken).Skip(offset);
        return limit is { } count ? all.Take(count) : all;
    }

    /// <summary>By its root instance id, as it is now. Refuses an unknown or deleted one, and an edit's id, with 404.1. Operations as
    /// for <see cref="ResolveAsync"/>.</summary>
    public async Task<Submission> GetAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken) =>
        (await FindCurrentAsync(space, root, cancellationToken)).Submission;

    /// <summary>
    /// The submission that an instance id belongs to, with its current version; without it (null) if the id is that of an edit, so that the
    /// caller can redirect to that version (OR-268). Refuses an unknown or deleted one with 404.1. Two operations, and one more for a
    /// submission that was edited.
    /// </summary>
    public async Task<(Submission Submission, SubmissionVersion? Current)> ResolveAsync(
        SubmissionSpace space,
        InstanceId id,
        CancellationToken cancellationToken
    )
    {
        var (submission, current) = await FindOwnerAsync(space, id, cancellationToken);
        return (submission, current?.Version);
    }

    /// <summary>
    /// Newest first, deleted ones too; from after a place on. One operation per 1,000, and one for each XML that is read and too large
    /// for its row.
    /// </summary>
    public async IAsyncEnumerable<StoredSubmission> ListStoredAsync(
        SubmissionSpace space,
        string? after,
        int? atMost,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var all = submissions.ListAllAsync(space, after, atMost, withXml: true, counts.BoundsOf(space), cancellationToken);
        await foreach (var (submission, key, xml) in all)
        {
            yield return new StoredSubmission(files, space, submission, key, xml);
        }
    }

    /// <summary>The same without their XML, each with its place in the list.</summary>
    public IAsyncEnumerable<(Submission Submission, string Place)> ListPlacesAsync(
        SubmissionSpace space,
        string? after,
        CancellationToken cancellationToken,
        int? atMost = null
    ) =>
        submissions
            .ListAllAsync(space, after, atMost, withXml: false, [], cancellationToken)
            .Select(found => (found.Submission, found.Key));

    /// <summary>The submission at a place of the timeline; null if it was deleted. One operation.</summary>
    public async Task<StoredSubmission?> FindStoredAsync(SubmissionSpace space, string place, CancellationToken cancellationToken) =>
        await submissions.FindAtAsync(space, place, cancellationToken) is { } found
            ? new StoredSubmission(files, space, found.Submission, place, found.Xml)
            : null;

    /// <summary>By its root instance id. Refuses what isn't there, and an edit's id, with 404.1. Operations as for <see
    /// cref="ResolveAsync"/>.</summary>
    public async Task<StoredSubmission> GetStoredAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var (submission, current) = await FindCurrentAsync(space, root, cancellationToken);
        return new StoredSubmission(files, space, submission, current.TimelineKey, null);
    }

    /// <summary>The attachments of the version that an instance id names, current or not; none if it was deleted. One operation.</summary>
    public async Task<IReadOnlyList<SubmissionMedia>> ListMediaAsync(
        SubmissionSpace space,
        InstanceId id,
        CancellationToken cancellationToken
    ) => (await submissions.FindInstanceAsync(space, id, cancellationToken))?.Version.Media ?? [];

    /// <summary>The place in the list of the submission that an id names, whatever has become of it; null when the id was never used.
    /// One operation.</summary>
    public async Task<string?> FindPlaceAsync(SubmissionSpace space, InstanceId id, CancellationToken cancellationToken) =>
        (await submissions.FindInstanceAsync(space, id, cancellationToken))?.TimelineKey;

    /// <summary>
    /// A CommCare form by its id alone, searched in all <paramref name="forms"/>; null if it was not received, or was deleted. One
    /// operation per form, and one.
    /// </summary>
    public async Task<(Form Form, Submission Submission, SubmissionVersion Version)?> FindAsync(
        IReadOnlyList<Form> forms,
        InstanceId id,
        CancellationToken cancellationToken
    )
    {
        foreach (var some in forms.Chunk(InParallel.Most))
        {
            var found = await Task.WhenAll(
                some.Select(form => submissions.FindInstanceAsync(SubmissionSpace.Published(form), id, cancellationToken))
            );
            foreach (var (form, instance) in some.Zip(found))
            {
                if (instance is { State: not InstanceState.Deleted })
                {
                    return (
                        form,
                        (await submissions.GetAsync(SubmissionSpace.Published(form), instance, cancellationToken)).Submission,
                        instance.Version
                    );
                }
            }
        }
        return null;
    }

    /// <summary>All versions, newest first: the current one, then the superseded ones. Two operations and one per version.</summary>
    public async Task<IReadOnlyList<SubmissionVersion>> ListVersionsAsync(
        SubmissionSpace space,
        InstanceId root,
        CancellationToken cancellationToken
    )
    {
        await GetAsync(space, root, cancellationToken);
        var ids = new List<InstanceId> { root };
        await foreach (var edit in submissions.ListEditsAsync(space, root, cancellationToken))
        {
            ids.Add(edit);
        }
        ids.Reverse();
        var found = await InParallel.EachAsync(ids, (id, stop) => submissions.FindInstanceAsync(space, id, stop), cancellationToken);
        return [.. found.Select(instance => instance!.Version).OrderByDescending(version => version.CreatedAt)];
    }

    /// <summary>One version of a submission, and whether it is the current one. Refuses one of another submission, or of a deleted one,
    /// with 404.1. Two operations.</summary>
    public async Task<(SubmissionVersion Version, bool IsCurrent)> GetVersionAsync(
        SubmissionSpace space,
        InstanceId root,
        InstanceId id,
        CancellationToken cancellationToken
    )
    {
        var instance = await submissions.FindInstanceAsync(space, id, cancellationToken) ?? throw Problem.NotFound().AsException();
        var (owner, _) = await submissions.GetAsync(space, instance, cancellationToken);
        return owner.RootId == root && owner.DeletedAt is null
            ? (instance.Version, owner.Current.Id == id)
            : throw Problem.NotFound().AsException();
    }

    /// <summary>A version's XML, byte for byte (OR-267). One operation.</summary>
    public Task<Stream> OpenXmlAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        files.OpenXmlAsync(space, version, cancellationToken);

    /// <summary>The same in memory. One operation.</summary>
    public Task<byte[]> ReadXmlAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        files.ReadXmlAsync(space, version, cancellationToken);

    /// <summary>One operation.</summary>
    public Task<Stream> OpenMediaAsync(SubmissionMedia file, long offset, long? length, CancellationToken cancellationToken) =>
        files.OpenMediaAsync(file.Blob!, offset, length, cancellationToken);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<SubmissionComment>> ListCommentsAsync(
        SubmissionSpace space,
        InstanceId root,
        CancellationToken cancellationToken
    )
    {
        await GetAsync(space, root, cancellationToken);
        var comments = new List<SubmissionComment>();
        await foreach (var comment in submissions.ListCommentsAsync(space, root, cancellationToken))
        {
            comments.Add(comment);
        }
        return comments;
    }

    /// <summary>The time of the newest submission; null if there is none. One operation.</summary>
    public async Task<DateTimeOffset?> FindNewestAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        await foreach (var submission in submissions.ListAsync(space, false, 1, cancellationToken))
        {
            return submission.CreatedAt;
        }
        return null;
    }

    /// <summary>How many submissions there are, by review state (blank for none yet). Operations as for <see
    /// cref="SubmissionCounts.CountAsync"/>.</summary>
    public Task<IReadOnlyDictionary<string, int>> CountAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        counts.CountAsync(space, cancellationToken);

    /// <summary>Everybody who sent one of the form's submissions, once. One operation per 1,000 submissions.</summary>
    public async Task<IReadOnlySet<ActorId>> ListSubmittersAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var submitters = new HashSet<ActorId>();
        await foreach (var submission in submissions.ListAsync(space, false, null, cancellationToken))
        {
            if (submission.Sender.Submitter is { } submitter)
            {
                submitters.Add(submitter);
            }
        }
        return submitters;
    }

    private async Task<(Submission Submission, Instance Current)> FindCurrentAsync(
        SubmissionSpace space,
        InstanceId root,
        CancellationToken cancellationToken
    )
    {
        var (submission, current) = await FindOwnerAsync(space, root, cancellationToken);
        return (submission, current ?? throw Problem.NotFound().AsException());
    }

    private Task<(Submission Submission, Instance? Current)> FindOwnerAsync(
        SubmissionSpace space,
        InstanceId id,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RepeatAsync<(Submission Submission, Instance? Current)>(
            async () =>
            {
                var instance = await submissions.FindInstanceAsync(space, id, cancellationToken) ?? throw Problem.NotFound().AsException();
                var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
                if (submission.DeletedAt is not null)
                {
                    throw Problem.NotFound().AsException();
                }
                if (submission.RootId != id)
                {
                    return (submission, null);
                }
                var current =
                    submission.Current.Id == id
                        ? instance
                        : await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken);
                // Otherwise an edit was committed between the reads.
                return current is { State: InstanceState.Current } ? (submission, current) : Attempt<(Submission, Instance?)>.Conflict;
            },
            cancellationToken
        );
}
