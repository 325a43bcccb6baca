using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Streams the files of a submission into blobs and assigns them to the names that its XML expects (OR-190, CC-100).</summary>
public sealed class StoreSubmissionFiles(SubmissionFilesContainer files, TimeProvider clock)
{
    private const int MaxMedia = 2000;

    /// <summary>
    /// Adds stored files to <paramref name="received"/>, also when it fails later, so that the caller can discard them. A CommCare form
    /// adds its files to <paramref name="expected"/>. A file that is sent twice replaces the first. One operation per file of 4 MiB.
    /// </summary>
    internal async Task RunAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        DuplicatePolicy policy,
        List<SubmissionMedia> expected,
        IAsyncEnumerable<IncomingFile> incoming,
        Dictionary<string, SubmissionMedia> received,
        CancellationToken cancellationToken
    )
    {
        await foreach (var file in incoming.WithCancellation(cancellationToken))
        {
            if (policy == DuplicatePolicy.CommCare && expected.TrueForAll(one => one.Name != file.Name) && expected.Count < MaxMedia)
            {
                // The XML of a CommCare form does not name the files that are sent with it (CC-100).
                expected.Add(new SubmissionMedia(file.Name, IsAudit: false));
            }
            if (FindSlot(expected, file) is not { } slot)
            {
                // Phones send everything in the instance's folder; files that the XML does not name are dropped (OR-190).
                continue;
            }
            var type = MediaType.Of(file.ContentType, file.Name);
            var stored = await files.PutMediaAsync(space, version, slot.Name, file.Content, type, clock.GetUtcNow(), cancellationToken);
            if (received.TryGetValue(slot.Name, out var earlier))
            {
                await files.DiscardMediaAsync([earlier.Blob!]);
            }
            received[slot.Name] = slot with { Blob = stored.Blob, Md5 = stored.Md5, Size = stored.Size, ContentType = type };
        }
    }

    /// <summary>
    /// Reads the files and entities that a submission names. An encrypted one names its files in its manifest, and its entities cannot be
    /// read.
    /// </summary>
    internal static SubmissionContent ContentOf(SubmissionHead head, FormDefinition definition, ReadOnlyMemory<byte> xml) =>
        head.Encrypted is { } encrypted
            ? new SubmissionContent(encrypted.ExpectedFiles, [])
            : SubmissionContentReader.Read(xml, definition.BinaryPaths, definition.Entities);

    /// <summary>The files that the XML names. Refuses more than 2,000 with 400.8.</summary>
    internal static List<SubmissionMedia> ExpectedMedia(SubmissionContent content) =>
        content.Files.Count <= MaxMedia
            ? [.. content.Files.Select(file => new SubmissionMedia(file.Name, file.IsAudit))]
            : throw Problem.UnexpectedValue("xml", "", $"it names more than {MaxMedia} attachments.").AsException();

    private static SubmissionMedia? FindSlot(List<SubmissionMedia> expected, IncomingFile file) =>
        expected.Find(slot => slot.Name == file.Name)
        ?? expected.Find(slot => slot.Name == file.Verbatim)
        ?? expected.Find(slot => PartName(slot.Name) is var part && (part == file.Name || part == file.Verbatim));

    // A part's name cannot contain a quote: browsers and the HTTP clients of phones write it as %22, and leave a percent sign as it is.
    private static string PartName(string fileName) => fileName.Replace("\"", "%22", StringComparison.Ordinal);
}
