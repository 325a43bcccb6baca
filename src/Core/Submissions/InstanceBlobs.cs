using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The XML of a version, as stored.</summary>
internal sealed record StoredXml(string Hash, DateTimeOffset LastModified, IReadOnlyList<ReceiptMetadata> Notes)
{
    /// <summary>
    /// XML without receipt metadata (written by older versions): it is unknown whether and how it was committed as a published submission.
    /// </summary>
    public bool IsOlder { get; init; }

    /// <summary>Not known to be committed.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Of a version that has got another instance id.</summary>
    public bool IsCopy { get; init; }

    internal ReceiptMetadata? NoteOf(SubmissionSpace space) => Notes.FirstOrDefault(note => note.Draft == space.Draft);
}

/// <summary>An attachment, as stored, with the hash of the XML that it was sent with.</summary>
internal sealed record StoredAttachment(string XmlHash, FileNote Note, string Blob, long Size, string ContentType);

/// <summary>All blobs of one instance id of a form in container `submissions`, identified by the hash in their names.</summary>
internal sealed record InstanceBlobs(string Hash)
{
    public List<StoredXml> Xmls { get; } = [];

    public List<StoredAttachment> Attachments { get; } = [];

    private readonly HashSet<string> _recoveryRecords = [];

    public bool HasRecoveryRecord(SubmissionSpace space) => _recoveryRecords.Contains(SubmissionKeys.RecoveryRecordName(space.Draft));

    /// <summary>Whether recovery records or receipt metadata exist for the submission.</summary>
    public bool IsRecovered => _recoveryRecords.Count > 0 || (Xmls.Exists(xml => xml.Notes.Count > 0) && !Xmls.Exists(xml => xml.IsOlder));

    /// <summary>The files received for a slot of a version, oldest first.</summary>
    public IReadOnlyList<StoredAttachment> FilesOf(SubmissionSpace space, string xmlHash) =>
        [.. Attachments.Where(file => file.XmlHash == xmlHash && file.Note.Draft == space.Draft).OrderBy(file => file.Note.At)];

    /// <param name="blob">As listed, with its metadata.</param>
    /// <param name="path">What follows the instance's hash in its name.</param>
    internal void Add(BlobItem blob, string[] path)
    {
        switch (path)
        {
            case [var name]:
                _recoveryRecords.Add(name);
                break;
            case [var hash, SubmissionKeys.XmlFile]:
                ReceiptMetadata[] notes =
                [
                    .. SubmissionKeys
                        .ReceiptMetadataTexts.Select(name => BlobNote.Read<ReceiptMetadata>(blob.Metadata, name))
                        .OfType<ReceiptMetadata>(),
                ];
                var (isRefused, isCopy) = (Has(blob, SubmissionKeys.RefusedNote), Has(blob, SubmissionKeys.CopyNote));
                Xmls.Add(
                    new StoredXml(hash, blob.Properties.LastModified ?? default, notes)
                    {
                        IsOlder = Has(blob, SubmissionKeys.OlderNote) || (notes.Length == 0 && !isRefused && !isCopy),
                        IsRefused = isRefused,
                        IsCopy = isCopy,
                    }
                );
                break;
            case [var hash, ..] when BlobNote.Read<FileNote>(blob.Metadata, SubmissionKeys.FileNote) is { } note:
                Attachments.Add(
                    new StoredAttachment(hash, note, blob.Name, blob.Properties.ContentLength ?? 0, blob.Properties.ContentType)
                );
                break;
        }
    }

    private static bool Has(BlobItem blob, string note) => blob.Metadata?.Keys.Contains(note, StringComparer.OrdinalIgnoreCase) == true;
}
