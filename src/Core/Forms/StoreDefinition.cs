using System.Security.Cryptography;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>Writes a definition's XML and media slots, before a row of the form refers to them.</summary>
public sealed class StoreDefinition(FormMediaTable media, FormFilesContainer files, TimeProvider clock)
{
    /// <summary>
    /// Refuses a version that no address can hold with 400.8. One operation for the XML, and one per 100 media slots. The
    /// <paramref name="slots"/> may hold files of an earlier definition.
    /// </summary>
    internal async Task<FormDefinition> RunAsync(
        ProjectId project,
        string key,
        XForm xform,
        ReadOnlyMemory<byte> xml,
        IEnumerable<FormMedia> slots,
        bool publish,
        CancellationToken cancellationToken
    )
    {
        if (FormId.IsDots(xform.Version) || xform.Version == XFormVersion.Blank || FormId.HasEscapedSlash(xform.Version))
        {
            throw Problem.UnexpectedValue("version", xform.Version, "no address can hold it.").AsException();
        }
        var now = clock.GetUtcNow();
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
            BinaryPaths = xform.BinaryPaths,
            Entities = xform.FormEntities,
        };
        await files.PutXmlAsync(project, definition.Key, xml, cancellationToken);
        await media.AddAsync(project, definition.Key, slots, cancellationToken);
        return definition;
    }
}
