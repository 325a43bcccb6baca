using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Finds forms, their versions, XML and media. Immutable content (a definition's XML, a published version's media) is cached up to a size
/// limit; everything else is validated with one point read, so that all instances answer the same.
/// </summary>
public sealed class FormDirectory(
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable media,
    FormFilesContainer files,
    FormRecovery recovery,
    ProjectDirectory projects,
    TimedCache cache,
    TimeProvider clock
)
{
    private static readonly TimeSpan Unchanging = TimeSpan.FromMinutes(30);

    /// <summary>
    /// All forms of the project. One operation if the cached list is current, however many forms there are; otherwise one more per 1,000.
    /// The list is complete or the call fails, since phones delete forms that are missing from it (OR-108). Refuses an unknown project with
    /// 404.1.
    /// </summary>
    public async Task<IReadOnlyList<Form>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        await FindListAsync(project, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>As <see cref="ListAsync"/>, but null for an unknown or deleted project.</summary>
    public async Task<IReadOnlyList<Form>?> FindListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        // The head is read first, so that the list is at least as new.
        var head = await forms.ReadHeadAsync(project, cancellationToken);
        if (head is null)
        {
            return await projects.FindAsync(project, cancellationToken) is null ? null : [];
        }
        if (cache.TryGet(("forms", project), out (string Head, IReadOnlyList<Form> Forms) known) && known.Head == head)
        {
            return known.Forms;
        }
        var all = await forms.ListAsync(project, cancellationToken);
        if (all.Count == 0 && await projects.FindAsync(project, cancellationToken) is null)
        {
            return null; // its forms were moved to the trash first
        }
        var sorted = all.OrderBy(form => form.Shown.Title ?? form.Id.Value, StringComparer.OrdinalIgnoreCase)
            .ThenBy(form => form.Shown.Title ?? form.Id.Value, StringComparer.Ordinal)
            .ThenBy(form => form.Id.Value, StringComparer.Ordinal)
            .ToList();
        cache.Set(("forms", project), (head, (IReadOnlyList<Form>)sorted), size: 1024 + (1500 * sorted.Count), Unchanging);
        return sorted;
    }

    /// <summary>The current form. Refuses an unknown form with 404.1. One operation.</summary>
    public async Task<Form> GetAsync(ProjectId project, FormId id, CancellationToken cancellationToken) =>
        await FindAsync(project, id, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>
    /// The form, possibly cached, for submissions: no operation when cached. Null when there is no such form. A form that is unpublished in
    /// the cache is read again, since the phone has seen it published.
    /// </summary>
    public async Task<Form?> FindRecentAsync(ProjectId project, FormId id, CancellationToken cancellationToken) =>
        cache.TryGet((project, id), out Form? form) && form is { Published: not null }
            ? form
            : await FindAsync(project, id, cancellationToken);

    /// <summary>
    /// A published version by name; null when it was never published. No operation for the current version, otherwise one unless cached.
    /// </summary>
    public async Task<FormDefinition?> FindVersionAsync(Form form, string version, CancellationToken cancellationToken)
    {
        if (form.Published?.Version == version)
        {
            return form.Published;
        }
        if (form.Published is null)
        {
            return null;
        }
        if (!cache.TryGet(("version", form.Project, form.Number, version), out FormDefinition? definition))
        {
            definition = await versions.FindAsync(form.Project, form.Number, version, cancellationToken);
            if (definition is not null)
            {
                cache.Set(("version", form.Project, form.Number, version), definition);
            }
        }
        return definition;
    }

    /// <summary>All published versions, newest publication first.</summary>
    public Task<IReadOnlyList<FormDefinition>> ListVersionsAsync(Form form, CancellationToken cancellationToken) =>
        versions.ListAsync(form.Project, form.Number, cancellationToken);

    /// <summary>The exact bytes that were uploaded. One operation unless cached.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadXmlAsync(ProjectId project, FormDefinition definition, CancellationToken cancellationToken)
    {
        if (!cache.TryGet(("xml", definition.Key), out byte[]? xml))
        {
            xml = await files.ReadXmlAsync(project, definition.Key, cancellationToken);
            cache.Set(("xml", definition.Key), xml, size: xml.Length, Unchanging);
        }
        return xml;
    }

    /// <summary>
    /// The media slots by name. A published version's are immutable: one operation per 1,000 unless cached; a draft's are read each time.
    /// </summary>
    public async Task<IReadOnlyList<FormMedia>> ListMediaAsync(
        ProjectId project,
        FormDefinition definition,
        CancellationToken cancellationToken
    )
    {
        if (!definition.ExpectsMedia)
        {
            return [];
        }
        if (!cache.TryGet(("media", definition.Key), out IReadOnlyList<FormMedia>? list))
        {
            list = await media.ListAsync(project, definition.Key, cancellationToken);
            if (definition.PublishedAt is not null)
            {
                cache.Set(("media", definition.Key), list, size: 512 + (512 * list.Count), Unchanging);
            }
        }
        return list!;
    }

    /// <summary>A media file of a definition. Refuses an unknown or empty slot with 404.1 (OR-138).</summary>
    public async Task<FormMedia> GetMediaAsync(
        ProjectId project,
        FormDefinition definition,
        string name,
        CancellationToken cancellationToken
    ) =>
        (await ListMediaAsync(project, definition, cancellationToken)).FirstOrDefault(file => file.Name == name) is { Exists: true } found
            ? found
            : throw Problem.NotFound().AsException();

    /// <summary>One operation.</summary>
    public Task<Stream> OpenMediaAsync(FormMedia file, long offset, long? length, CancellationToken cancellationToken) =>
        files.OpenAsync(file.Blob!, offset, length, cancellationToken);

    /// <summary>The exact bytes that were uploaded (XF-010). One operation.</summary>
    public Task<Stream> OpenWorkbookAsync(FormWorkbook workbook, long offset, long? length, CancellationToken cancellationToken) =>
        files.OpenAsync(workbook.Blob, offset, length, cancellationToken);

    /// <summary>Changes a form's row, without its definitions. Refuses an unknown form with 404.1.</summary>
    public async Task<Form> ChangeAsync(ProjectId project, FormId id, Func<Form, Form> change, CancellationToken cancellationToken)
    {
        var changed =
            await forms.ChangeAsync(project, id, form => change(form) with { UpdatedAt = clock.GetUtcNow() }, cancellationToken)
            ?? throw Problem.NotFound().AsException();
        await recovery.AfterChangeAsync(changed);
        Remember(changed);
        return changed;
    }

    /// <summary>Changes the rows of several forms, without their definitions; up to 40 are one batch. Deleted forms are skipped.</summary>
    internal async Task<IReadOnlyList<Form>> ChangeManyAsync(
        ProjectId project,
        IReadOnlyDictionary<FormId, Func<Form, Form>> changes,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var stamped = changes.ToDictionary(
            change => change.Key,
            change => (Func<Form, Form>)(form => change.Value(form) with { UpdatedAt = now })
        );
        var changed = await forms.ChangeManyAsync(project, stamped, cancellationToken);
        foreach (var form in changed)
        {
            await recovery.AfterChangeAsync(form);
            Remember(form);
        }
        return changed;
    }

    /// <summary>
    /// Moves a form to the trash: it is no longer listed, and its submissions are kept. Refuses an unknown form with 404.1.
    /// </summary>
    public async Task TrashAsync(ProjectId project, FormId id, CancellationToken cancellationToken)
    {
        var trashed = await forms.TrashAsync(project, id, clock.GetUtcNow(), cancellationToken) ?? throw Problem.NotFound().AsException();
        cache.Remove((project, id));
        await recovery.AfterChangeAsync(trashed);
    }

    /// <summary>
    /// Restores a form from the trash. Refuses a form that isn't in the trash with 404.1, and one whose id is in use with 409.3.
    /// </summary>
    public async Task<Form> RestoreAsync(ProjectId project, int number, CancellationToken cancellationToken)
    {
        var trashed = (await forms.ListTrashAsync(project, cancellationToken)).FirstOrDefault(form => form.Number == number);
        switch (await forms.RestoreAsync(project, number, cancellationToken))
        {
            case null:
                throw Problem.NotFound().AsException();
            case false:
                throw Problem.AlreadyExists(["projectId", "xmlFormId"], [project.ToString(), trashed!.Id.Value], "forms").AsException();
        }
        await recovery.AfterChangeAsync(trashed!);
        return trashed! with { DeletedAt = null };
    }

    public Task<IReadOnlyList<Form>> ListTrashAsync(ProjectId project, CancellationToken cancellationToken) =>
        forms.ListTrashAsync(project, cancellationToken);

    internal void Remember(Form form) => cache.Set((form.Project, form.Id), form, size: 3000);

    /// <summary>The current form; null when there is no such form. One operation.</summary>
    public async Task<Form?> FindAsync(ProjectId project, FormId id, CancellationToken cancellationToken)
    {
        var form = await forms.FindAsync(project, id, cancellationToken);
        if (form is not null)
        {
            Remember(form);
        }
        return form;
    }
}
