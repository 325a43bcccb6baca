using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The XML of a version as it lies in storage. Without notes it is from before there were any, refused, or a copy.</summary>
internal sealed record StoredXml(string Hash, DateTimeOffset LastModified, IReadOnlyList<ArrivalNote> Notes)
{
    /// <summary>Claimed by nobody, as far as is known.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Of a version that has got another instance id.</summary>
    public bool IsCopy { get; init; }

    internal ArrivalNote? NoteOf(SubmissionSpace space) => Notes.FirstOrDefault(note => note.Draft == space.Draft);
}

/// <summary>An attachment as it lies in storage, with the XML that it came with.</summary>
internal sealed record StoredAttachment(string XmlHash, FileNote Note, string Blob, long Size, string ContentType);

/// <summary>All that container `submissions` holds of one instance id of a form, which the names of blobs tell by its hash.</summary>
internal sealed record InstanceBlobs(string Hash)
{
    public List<StoredXml> Xmls { get; } = [];

    public List<StoredAttachment> Attachments { get; } = [];

    private readonly HashSet<string> _shadows = [];

    public bool HasShadow(SubmissionSpace space) => _shadows.Contains(SubmissionKeys.ShadowName(space.Draft));

    /// <summary>Whether only the XML itself tells of a published submission.</summary>
    public bool IsUntold => _shadows.Count == 0 && Xmls.Exists(xml => xml is { Notes.Count: 0, IsRefused: false, IsCopy: false });

    /// <summary>The files that came with a version and for a slot of it, oldest first.</summary>
    public IReadOnlyList<StoredAttachment> FilesOf(SubmissionSpace space, string xmlHash) =>
        [.. Attachments.Where(file => file.XmlHash == xmlHash && file.Note.Draft == space.Draft).OrderBy(file => file.Note.At)];

    /// <param name="blob">As listed, with its metadata.</param>
    /// <param name="path">What follows the instance's hash in its name.</param>
    internal void Add(BlobItem blob, string[] path)
    {
        switch (path)
        {
            case [var name]:
                _shadows.Add(name);
                break;
            case [var hash, SubmissionKeys.XmlFile]:
                Xmls.Add(new StoredXml(hash, blob.Properties.LastModified ?? default, [.. SubmissionKeys.ArrivalNotes.Select(name => BlobNote.Read<ArrivalNote>(blob.Metadata, name)).OfType<ArrivalNote>()])
                {
                    IsRefused = Has(blob, SubmissionKeys.RefusedNote),
                    IsCopy = Has(blob, SubmissionKeys.CopyNote),
                });
                break;
            case [var hash, ..] when BlobNote.Read<FileNote>(blob.Metadata, SubmissionKeys.FileNote) is { } note:
                Attachments.Add(new StoredAttachment(hash, note, blob.Name, blob.Properties.ContentLength ?? 0, blob.Properties.ContentType));
                break;
        }
    }

    private static bool Has(BlobItem blob, string note) => blob.Metadata?.Keys.Contains(note, StringComparer.OrdinalIgnoreCase) == true;
}
