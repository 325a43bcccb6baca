using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>Writes a definition's XML, workbook and media slots, before a row of the form refers to them.</summary>
public sealed class StoreDefinition(FormMediaTable media, FormFilesContainer files, EncryptionKeys keys, TimeProvider clock)
{
    /// <summary>
    /// Refuses a version that no address can hold with 400.8. One operation for the XML, and one per 100 media slots; for a workbook up to
    /// 4 MiB one more, and one for its `itemsets.csv`; for an encrypted form one or two. The <paramref name="slots"/> may hold files of an
    /// earlier definition.
    /// </summary>
    internal async Task<FormDefinition> RunAsync(
        ProjectId project,
        string key,
        XForm xform,
        UploadedForm upload,
        IEnumerable<FormMedia> slots,
        bool publish,
        CancellationToken cancellationToken
    )
    {
        if (FormId.IsDots(xform.Version) || xform.Version == XFormVersion.Blank || FormId.HasEscapedSlash(xform.Version))
        {
            throw Problem.UnexpectedValue("version", xform.Version, "no address can hold it.").AsException();
        }
        var (now, xml) = (clock.GetUtcNow(), upload.Xml);
        var definition = new FormDefinition(
            key,
            xform.Version,
            xform.Title,
            Convert.ToHexStringLower(MD5.HashData(xml.Span)),
            Convert.ToHexStringLower(SHA1.HashData(xml.Span)),
            Convert.ToHexStringLower(SHA256.HashData(xml.Span)),
            now
        )
        {
            PublishedAt = publish ? now : null,
            ExpectsMedia = xform.MediaSlots.Count > 0,
            PublicKey = xform.PublicKey,
            KeyId = xform.PublicKey is { } publicKey ? (await keys.EnsureAsync(project, publicKey, cancellationToken)).Number : null,
            BinaryPaths = xform.BinaryPaths,
            Entities = xform.FormEntities,
            Workbook = await PutWorkbookAsync(project, key, upload, cancellationToken),
        };
        await files.PutXmlAsync(project, definition.Key, xml, cancellationToken);
        if (upload.Workbook?.Itemsets is { } itemsets)
        {
            slots = await FillItemsetsAsync(project, key, slots, itemsets, cancellationToken);
        }
        await media.AddAsync(project, definition.Key, slots, cancellationToken);
        return definition;
    }

    private async Task<FormWorkbook?> PutWorkbookAsync(
        ProjectId project,
        string key,
        UploadedForm upload,
        CancellationToken cancellationToken
    )
    {
        if (upload.Workbook is not { } workbook)
        {
            return upload.StoredWorkbook;
        }
        var stored = await files.PutWorkbookAsync(project, key, workbook.Content, workbook.ContentType, cancellationToken);
        return new FormWorkbook(stored.Blob, stored.Md5, stored.Size, workbook.ContentType);
    }

    // Only a form that expects itemsets.csv gets it, in place of a file or dataset of that name (XF-009).
    private async Task<IEnumerable<FormMedia>> FillItemsetsAsync(
        ProjectId project,
        string key,
        IEnumerable<FormMedia> slots,
        string itemsets,
        CancellationToken cancellationToken
    )
    {
        var filled = slots.ToList();
        if (filled.FindIndex(slot => slot is { Name: UploadedForm.ItemsetsFile, Type: MediaSlotType.File }) is >= 0 and var index)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(itemsets), writable: false);
            var stored = await files.PutMediaAsync(project, key, content, MediaType.Csv, cancellationToken);
            filled[index] = new FormMedia(UploadedForm.ItemsetsFile, MediaSlotType.File)
            {
                Blob = stored.Blob,
                Md5 = stored.Md5,
                Size = stored.Size,
                ContentType = MediaType.Csv,
                UpdatedAt = clock.GetUtcNow(),
            };
        }
        return filled;
    }
}
