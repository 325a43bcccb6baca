using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Finds submissions, their XML and their attachments.</summary>
public sealed class SubmissionDirectory(SubmissionsTable submissions, SubmissionFilesContainer files)
{
    /// <summary>Newest first (OR-266). One operation per 1,000 up to <paramref name="offset"/> plus <paramref name="limit"/>.</summary>
    public IAsyncEnumerable<Submission> ListAsync(SubmissionSpace space, bool deleted, int offset, int? limit, CancellationToken cancellationToken)
    {
        int? atMost = limit is { } most && (long)offset + most <= int.MaxValue ? offset + most : null;
        var all = submissions.ListAsync(space, deleted, atMost, cancellationToken).Skip(offset);
        return limit is { } count ? all.Take(count) : all;
    }

    /// <summary>By its root instance id, as it is now. Refuses an unknown, deleted or edit's id with 404.1. Two operations.</summary>
    public async Task<Submission> GetAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var instance = await submissions.FindInstanceAsync(space, root, cancellationToken) ?? throw Problem.NotFound().AsException();
        var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
        return submission.RootId == root && submission.DeletedAt is null ? submission : throw Problem.NotFound().AsException();
    }

    /// <summary>The current XML, byte for byte (OR-267). Three operations.</summary>
    public async Task<Stream> OpenXmlAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken) =>
        await files.OpenXmlAsync(space, (await GetAsync(space, root, cancellationToken)).Current, cancellationToken);

    /// <summary>The attachments of the current version, by name.</summary>
    public async Task<IReadOnlyList<SubmissionMedia>> ListMediaAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var submission = await GetAsync(space, root, cancellationToken);
        var current = await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken) ?? throw Problem.NotFound().AsException();
        return [.. current.Version.Media.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>Refuses an unknown slot, and one whose file hasn't come, with 404.1.</summary>
    public async Task<SubmissionMedia> GetMediaAsync(SubmissionSpace space, InstanceId root, string name, CancellationToken cancellationToken) =>
        (await ListMediaAsync(space, root, cancellationToken)).FirstOrDefault(file => file.Name == name) is { Exists: true } found
            ? found
            : throw Problem.NotFound().AsException();

    /// <summary>One operation.</summary>
    public Task<Stream> OpenMediaAsync(SubmissionMedia file, long offset, long? length, CancellationToken cancellationToken) =>
        files.OpenMediaAsync(file.Blob!, offset, length, cancellationToken);
}
