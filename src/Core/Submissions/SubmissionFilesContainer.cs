using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Container `submissions`: XML byte for byte, named by its content, attachments, and recovery records of submissions. Only recovery
/// records change; metadata on the other blobs record their receipt.
/// </summary>
public sealed class SubmissionFilesContainer(StorageAccount storage)
{
    private const string XmlType = "text/xml";
    private readonly BlobContainerClient _container = storage.Container(StorageNames.SubmissionsContainer);

    /// <summary>Writes the XML with its receipt metadata; null if it exists already, with its own. One operation.</summary>
    internal Task<ETag?> PutXmlAsync(
        SubmissionSpace space,
        InstanceId id,
        string xmlHash,
        ReadOnlyMemory<byte> xml,
        ReceiptMetadata note,
        CancellationToken cancellationToken
    ) =>
        storage.NewBlobs.PutAsync(
            _container.Uri,
            SubmissionKeys.XmlBlob(space.Project, space.Form, id, xmlHash),
            xml,
            XmlType,
            (SubmissionKeys.ReceiptMetadata(space.Draft), note.Write()),
            cancellationToken
        );

    /// <summary>
    /// Records on existing XML that it is committed now: an earlier request was refused, or it was sent to the draft too. Two operations.
    /// </summary>
    internal Task NoteAsync(
        SubmissionSpace space,
        InstanceId id,
        string xmlHash,
        ReceiptMetadata note,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var blob = _container.GetBlobClient(SubmissionKeys.XmlBlob(space.Project, space.Form, id, xmlHash));
                var found = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
                var metadata = new Dictionary<string, string>(found.Metadata, StringComparer.OrdinalIgnoreCase)
                {
                    [SubmissionKeys.ReceiptMetadata(space.Draft)] = note.Write(),
                };
                metadata.Remove(SubmissionKeys.RefusedNote);
                if (found.Metadata.Count == 0)
                {
                    metadata[SubmissionKeys.OlderNote] = "yes";
                }
                return await blob.SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = found.ETag }, cancellationToken);
            },
            cancellationToken
        );

    /// <summary>
    /// Records on XML of a refused request that no submission has it, unless another request has committed the same bytes meanwhile. A
    /// failure is ignored: an unreferenced blob is harmless. One operation.
    /// </summary>
    internal async Task NoteRefusedAsync(SubmissionSpace space, InstanceId id, string xmlHash, ETag put)
    {
        try
        {
            await _container
                .GetBlobClient(SubmissionKeys.XmlBlob(space.Project, space.Form, id, xmlHash))
                .SetMetadataAsync(
                    new Dictionary<string, string> { [SubmissionKeys.RefusedNote] = "yes" },
                    new BlobRequestConditions { IfMatch = put },
                    CancellationToken.None
                );
        }
        catch (RequestFailedException)
        {
            // Committed by a concurrent request, or storage failed.
        }
    }

    internal async Task<Stream> OpenXmlAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        await StreamedBlob.OpenAsync(
            _container,
            SubmissionKeys.XmlBlob(space.Project, space.Form, version.Id, version.XmlHash),
            0,
            null,
            cancellationToken
        ) ?? throw MissingXml(space, version);

    internal async Task<byte[]> ReadXmlAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        await ReadXmlAsync(space.Project, space.Form, version.Id, version.XmlHash, cancellationToken) ?? throw MissingXml(space, version);

    /// <summary>Gives a version's XML another instance id. Two operations.</summary>
    internal async Task CopyXmlAsync(SubmissionSpace space, SubmissionVersion version, InstanceId id, CancellationToken cancellationToken)
    {
        if (await ReadXmlAsync(space.Project, space.Form, version.Id, version.XmlHash, cancellationToken) is { } xml)
        {
            await StreamedBlob.PutAsync(
                _container,
                SubmissionKeys.XmlBlob(space.Project, space.Form, id, version.XmlHash),
                xml,
                XmlType,
                cancellationToken,
                new() { [SubmissionKeys.CopyNote] = "yes" }
            );
        }
    }

    /// <summary>The whole text; null if it was purged. One operation.</summary>
    internal Task<byte[]?> ReadXmlAsync(ProjectId project, int form, InstanceId id, string xmlHash, CancellationToken cancellationToken) =>
        StreamedBlob.ReadAsync(_container, SubmissionKeys.XmlBlob(project, form, id, xmlHash), cancellationToken);

    internal Task<BlobProbe?> ProbeAsync(string blob, bool reads, CancellationToken cancellationToken) =>
        BlobProbe.FindAsync(_container, blob, reads, cancellationToken);

    /// <summary>All blobs whose names start with <paramref name="folder"/>, in order. One operation per 5,000.</summary>
    internal IAsyncEnumerable<ListedBlob> ListAsync(string folder, CancellationToken cancellationToken) =>
        ListedBlob.ListAsync(_container, folder, cancellationToken);

    /// <summary>The same, of an instance id that is known by its hash.</summary>
    internal Task<byte[]?> ReadXmlAsync(SubmissionSpace space, string instanceHash, string xmlHash, CancellationToken cancellationToken) =>
        StreamedBlob.ReadAsync(
            _container,
            SubmissionKeys.XmlBlobOfHash(space.Project, space.Form, instanceHash, xmlHash),
            cancellationToken
        );

    /// <summary>Writes a file with the slot for which it was received as metadata.</summary>
    internal Task<StoredFile> PutMediaAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        string slot,
        Stream content,
        string contentType,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) =>
        StreamedBlob.UploadAsync(
            _container,
            SubmissionKeys.NewMediaBlob(space.Project, space.Form, version.Id, version.XmlHash),
            content,
            contentType,
            cancellationToken,
            stored => new() { [SubmissionKeys.FileNote] = new FileNote(slot, stored.Md5, at) { Draft = space.Draft }.Write() }
        );

    internal Task WriteRecoveryRecordAsync(
        SubmissionSpace space,
        InstanceId root,
        Func<byte[]?, Task<byte[]?>> read,
        CancellationToken cancellationToken
    ) => RecoveryRecord.WriteAsync(_container, SubmissionKeys.RecoveryRecord(space, root), read, cancellationToken);

    /// <summary>Null when there is none. One operation.</summary>
    internal async Task<SubmissionRecoveryRecord?> FindRecoveryRecordAsync(
        SubmissionSpace space,
        string instanceHash,
        CancellationToken cancellationToken
    ) =>
        await StreamedBlob.ReadAsync(_container, SubmissionKeys.RecoveryRecordOfHash(space, instanceHash), cancellationToken) is { } json
            ? SubmissionRecoveryRecord.Parse(json)
            : null;

    /// <summary>All blobs of a form with their notes, instance by instance. One operation per 5,000.</summary>
    internal async IAsyncEnumerable<InstanceBlobs> ListInstancesAsync(
        ProjectId project,
        int form,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var folder = SubmissionKeys.FolderOf(project, form);
        InstanceBlobs? instance = null;
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, folder, cancellationToken))
        {
            var path = blob.Name[folder.Length..].Split('/');
            if (instance is not null && instance.Hash != path[0])
            {
                yield return instance;
                instance = null;
            }
            instance ??= new InstanceBlobs(path[0]);
            instance.Add(blob, path[1..]);
        }
        if (instance is not null)
        {
            yield return instance;
        }
    }

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
