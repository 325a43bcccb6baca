using Azure.Storage.Blobs;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Container `submissions`: XML byte for byte, named by its content, and attachments. No blob ever changes.</summary>
public sealed class SubmissionFilesContainer(StorageAccount storage)
{
    private const string XmlType = "text/xml";
    private readonly BlobContainerClient _container = storage.Container(StorageNames.SubmissionsContainer);

    internal Task PutXmlAsync(SubmissionSpace space, InstanceId id, string xmlHash, ReadOnlyMemory<byte> xml, CancellationToken cancellationToken) =>
        StreamedBlob.PutAsync(_container, SubmissionKeys.XmlBlob(space.Project, space.Form, id, xmlHash), xml, XmlType, cancellationToken);

    internal async Task<Stream> OpenXmlAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        await StreamedBlob.OpenAsync(_container, SubmissionKeys.XmlBlob(space.Project, space.Form, version.Id, version.XmlHash), 0, null, cancellationToken)
        ?? throw MissingXml(space, version);

    internal async Task<byte[]> ReadXmlAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        await ReadXmlAsync(space.Project, space.Form, version.Id, version.XmlHash, cancellationToken)
        ?? throw MissingXml(space, version);

    /// <summary>Gives a version's XML another instance id. Two operations.</summary>
    internal async Task CopyXmlAsync(SubmissionSpace space, SubmissionVersion version, InstanceId id, CancellationToken cancellationToken)
    {
        if (await ReadXmlAsync(space.Project, space.Form, version.Id, version.XmlHash, cancellationToken) is { } xml)
        {
            await PutXmlAsync(space, id, version.XmlHash, xml, cancellationToken);
        }
    }

    /// <summary>Whole; null when it was purged. One operation.</summary>
    internal Task<byte[]?> ReadXmlAsync(ProjectId project, int form, InstanceId id, string xmlHash, CancellationToken cancellationToken) =>
        StreamedBlob.ReadAsync(_container, SubmissionKeys.XmlBlob(project, form, id, xmlHash), cancellationToken);

    internal Task<BlobProbe?> ProbeAsync(string blob, bool reads, CancellationToken cancellationToken) => BlobProbe.FindAsync(_container, blob, reads, cancellationToken);

    /// <summary>All blobs whose names start with <paramref name="folder"/>, in order. One operation per 5,000.</summary>
    internal IAsyncEnumerable<ListedBlob> ListAsync(string folder, CancellationToken cancellationToken) => ListedBlob.ListAsync(_container, folder, cancellationToken);

    internal Task<StoredFile> PutMediaAsync(SubmissionSpace space, InstanceId id, string xmlHash, Stream content, string contentType, CancellationToken cancellationToken) =>
        StreamedBlob.UploadAsync(_container, SubmissionKeys.NewMediaBlob(space.Project, space.Form, id, xmlHash), content, contentType, cancellationToken);

    internal async Task<Stream> OpenMediaAsync(string blob, long offset, long? length, CancellationToken cancellationToken) =>
        await StreamedBlob.OpenAsync(_container, blob, offset, length, cancellationToken)
        ?? throw new InvalidOperationException($"The attachment blob {blob} is missing from storage.");

    internal Task PurgeAsync(SubmissionSpace space, InstanceId id, CancellationToken cancellationToken) =>
        StreamedBlob.DeleteAllAsync(_container, SubmissionKeys.FolderOf(space.Project, space.Form, id), cancellationToken);

    internal Task PurgeFormAsync(Form form, CancellationToken cancellationToken) =>
        StreamedBlob.DeleteAllAsync(_container, SubmissionKeys.FolderOf(form.Project, form.Number), cancellationToken);

    private static InvalidOperationException MissingXml(SubmissionSpace space, SubmissionVersion version) =>
        new($"The XML {version.XmlHash} of a submission of form {space.Form} in project {space.Project} is missing from storage.");

    internal Task DiscardMediaAsync(IEnumerable<string> blobs) => StreamedBlob.DiscardAsync(_container, blobs);
}
