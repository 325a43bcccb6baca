using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>Container `forms`: definitions, byte for byte, and their media. All blobs except recovery records are immutable.</summary>
public sealed class FormFilesContainer(StorageAccount storage)
{
    private const string XmlType = "application/xml";
    private readonly BlobContainerClient _container = storage.Container(StorageNames.FormsContainer);

    internal Task PutXmlAsync(ProjectId project, string definition, ReadOnlyMemory<byte> xml, CancellationToken cancellationToken) =>
        StreamedBlob.PutAsync(_container, FormKeys.XmlBlob(project, definition), xml, XmlType, cancellationToken);

    internal async Task<byte[]> ReadXmlAsync(ProjectId project, string definition, CancellationToken cancellationToken) =>
        await StreamedBlob.ReadAsync(_container, FormKeys.XmlBlob(project, definition), cancellationToken)
        ?? throw new InvalidOperationException($"The XML of the definition {definition} in project {project} is missing from storage.");

    internal Task<StoredFile> PutWorkbookAsync(
        ProjectId project,
        string definition,
        Stream content,
        string contentType,
        CancellationToken cancellationToken
    ) => StreamedBlob.UploadAsync(_container, FormKeys.WorkbookBlob(project, definition), content, contentType, cancellationToken);

    internal Task<StoredFile> PutMediaAsync(
        ProjectId project,
        string definition,
        Stream content,
        string contentType,
        CancellationToken cancellationToken
    ) => StreamedBlob.UploadAsync(_container, FormKeys.NewMediaBlob(project, definition), content, contentType, cancellationToken);

    internal async Task<Stream> OpenAsync(string blob, long offset, long? length, CancellationToken cancellationToken) =>
        await StreamedBlob.OpenAsync(_container, blob, offset, length, cancellationToken)
        ?? throw new InvalidOperationException($"The blob {blob} is missing from storage.");

    internal Task<BlobProbe?> ProbeXmlAsync(ProjectId project, string definition, bool reads, CancellationToken cancellationToken) =>
        BlobProbe.FindAsync(_container, FormKeys.XmlBlob(project, definition), reads, cancellationToken);

    internal Task<BlobProbe?> ProbeAsync(string blob, bool reads, CancellationToken cancellationToken) =>
        BlobProbe.FindAsync(_container, blob, reads, cancellationToken);

    /// <summary>All blobs of a project, including recovery records. One operation per 5,000.</summary>
    internal IAsyncEnumerable<ListedBlob> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        ListedBlob.ListAsync(_container, $"{project}/", cancellationToken);

    /// <summary>All projects that have, or had, a form. One operation per 5,000.</summary>
    internal async IAsyncEnumerable<ProjectId> ListProjectsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (
            var folder in _container.GetBlobsByHierarchyAsync(
                BlobTraits.None,
                BlobStates.None,
                "/",
                prefix: null,
                cancellationToken: cancellationToken
            )
        )
        {
            if (folder.IsPrefix && int.TryParse(folder.Prefix.TrimEnd('/'), CultureInfo.InvariantCulture, out var number))
            {
                yield return new ProjectId(number);
            }
        }
    }

    internal Task<byte[]?> FindRecoveryRecordAsync(ProjectId project, int form, CancellationToken cancellationToken) =>
        StreamedBlob.ReadAsync(_container, FormKeys.RecoveryRecord(project, form), cancellationToken);

    internal Task PurgeAsync(ProjectId project, string definition, CancellationToken cancellationToken) =>
        StreamedBlob.DeleteAllAsync(_container, FormKeys.FolderOf(project, definition), cancellationToken);

    internal Task WriteRecoveryRecordAsync(
        ProjectId project,
        int form,
        Func<byte[]?, Task<byte[]?>> read,
        CancellationToken cancellationToken
    ) => RecoveryRecord.WriteAsync(_container, FormKeys.RecoveryRecord(project, form), read, cancellationToken);

    internal async IAsyncEnumerable<byte[]> ListRecoveryRecordsAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, FormKeys.RecoveryRecordsOf(project), cancellationToken)
        )
        {
            if (await StreamedBlob.ReadAsync(_container, blob.Name, cancellationToken) is { } content)
            {
                yield return content;
            }
        }
    }
}
