using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>Fills the media slots of a draft with files or datasets (OR-177 to OR-179).</summary>
public sealed class DraftMedia(
    FormDirectory directory,
    FormMediaTable media,
    FormFilesContainer files,
    FormRecovery recovery,
    PublishDatasets datasets,
    TimeProvider clock
)
{
    /// <summary>Uploads a file into a slot of the draft. Refuses an unknown slot with 404.1 (OR-177).</summary>
    public async Task<FormMedia> PutAsync(
        ProjectId project,
        FormId id,
        string name,
        Stream content,
        string? contentType,
        CancellationToken cancellationToken
    )
    {
        var (definition, slot) = await FindSlotAsync(project, id, name, cancellationToken);
        var type = MediaType.Of(contentType, name);
        var stored = await files.PutMediaAsync(project, definition.Key, content, type, cancellationToken);
        var filled = slot with
        {
            Blob = stored.Blob,
            Md5 = stored.Md5,
            Size = stored.Size,
            ContentType = type,
            Dataset = null,
            UpdatedAt = clock.GetUtcNow(),
        };
        await WriteSlotAsync(project, id, definition, filled, cancellationToken);
        return filled;
    }

    /// <summary>
    /// Links a slot of the draft to the dataset of its name, or unlinks it. Refuses an unknown slot and a missing dataset with 404.1, and a
    /// slot whose type is not `file` with 400.26.
    /// </summary>
    public async Task<FormMedia> LinkAsync(ProjectId project, FormId id, string name, bool linked, CancellationToken cancellationToken)
    {
        var (definition, slot) = await FindSlotAsync(project, id, name, cancellationToken);
        if (slot.Type != MediaSlotType.File)
        {
            throw Problem.DatasetLinkNotAllowed(slot.Type).AsException();
        }
        var next = linked
            ? new FormMedia(slot.Name, slot.Type) { Dataset = (await datasets.OfSlotAsync(project, slot.Name, cancellationToken)).Name }
            : slot with
            {
                Dataset = null,
            };
        next = next with { UpdatedAt = clock.GetUtcNow() };
        await WriteSlotAsync(project, id, definition, next, cancellationToken);
        return next;
    }

    /// <summary>Empties a slot of the draft. Refuses an unknown or empty slot with 404.1.</summary>
    public async Task EmptyAsync(ProjectId project, FormId id, string name, CancellationToken cancellationToken)
    {
        var (definition, slot) = await FindSlotAsync(project, id, name, cancellationToken);
        if (!slot.Exists)
        {
            throw Problem.NotFound().AsException();
        }
        await WriteSlotAsync(
            project,
            id,
            definition,
            new FormMedia(slot.Name, slot.Type) { UpdatedAt = clock.GetUtcNow() },
            cancellationToken
        );
    }

    private async Task<(FormDefinition Definition, FormMedia Slot)> FindSlotAsync(
        ProjectId project,
        FormId id,
        string name,
        CancellationToken cancellationToken
    )
    {
        var form = await directory.GetAsync(project, id, cancellationToken);
        var definition = (form.Draft ?? throw Problem.NotFound().AsException()).Definition;
        return (
            definition,
            await media.FindAsync(project, definition.Key, name, cancellationToken) ?? throw Problem.NotFound().AsException()
        );
    }

    private async Task WriteSlotAsync(
        ProjectId project,
        FormId id,
        FormDefinition definition,
        FormMedia slot,
        CancellationToken cancellationToken
    )
    {
        if (!await media.ReplaceAsync(project, definition.Key, slot, cancellationToken))
        {
            throw Problem.NotFound().AsException();
        }

        // A version published meanwhile must not change, and other instances may have cached its files: refuse.
        var form = await directory.GetAsync(project, id, cancellationToken);
        await recovery.AfterChangeAsync(form);
        if (form.Draft?.Definition.Key != definition.Key)
        {
            throw Problem.NotFound().AsException();
        }
    }
}
