using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A submission with its current XML at hand: beside it in its row when it is small, else in its blob.</summary>
public sealed class StoredSubmission
{
    private readonly SubmissionFilesContainer _files;
    private readonly SubmissionSpace _space;
    private readonly byte[]? _packed;

    internal StoredSubmission(SubmissionFilesContainer files, SubmissionSpace space, Submission submission, string place, byte[]? packed)
    {
        _files = files;
        _space = space;
        _packed = packed;
        Submission = submission;
        Place = place;
    }

    public Submission Submission { get; }

    /// <summary>The place in the timeline, for listing onwards from it.</summary>
    public string Place { get; }

    /// <summary>After which a list starts with the submission at a place. No place can lie between the two, since all are of one
    /// length.</summary>
    public static string JustBefore(string place) => place[..^1] + (char)(place[^1] - 1);

    /// <summary>One operation when it is in a blob.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadXmlAsync(CancellationToken cancellationToken) =>
        _packed is not null
            ? CompressedXml.Unpack(_packed)
            : (ReadOnlyMemory<byte>)await _files.ReadXmlAsync(_space, Submission.Current, cancellationToken);
}
