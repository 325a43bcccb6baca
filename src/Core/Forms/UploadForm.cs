using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Stores uploaded definitions: a new form, or a draft of an existing form (OR-147 to OR-163). Blobs and media slots are written first and
/// the form's row last, which commits the upload.
/// </summary>
public sealed class UploadForm(
    FormsTable forms,
    FormVersionsTable versions,
    StoreDefinition store,
    FormRecovery recovery,
    FormDirectory directory,
    PublishDatasets publishDatasets,
    PublishedTypes publishedTypes,
    EncryptForm encrypt,
    FormShards shards,
    KeyProtection protection,
    TimeProvider clock
)
{
    /// <summary>Creates a form, as a draft or published. Refuses by the rules of OR-147 to OR-163, and an existing id with 409.3.</summary>
    public async Task<Form> CreateAsync(
        ProjectId project,
        UploadedForm upload,
        bool publish,
        bool ignoreWarnings,
        ActorId? creator,
        CancellationToken cancellationToken
    )
    {
        (upload, var xform) = await encrypt.PrepareAsync(project, upload, cancellationToken);
        var warnings = XFormChecks.ForCreation(xform).ToList();
        var trashed = (await directory.ListTrashAsync(project, cancellationToken)).Where(form => form.Id == xform.Id).ToList();
        if (trashed.Count > 0)
        {
            warnings.Add(new FormWarning("deletedFormExists", new { xmlFormId = xform.Id.Value }));
        }
        RefuseWarnings(warnings, upload.Workbook, ignoreWarnings);
        if (await directory.FindRecentAsync(project, xform.Id, cancellationToken) is not null)
        {
            throw AlreadyExists(project, xform.Id);
        }
        await publishDatasets.RequireNamesAsync(project, xform, cancellationToken);
        var number = await forms.NextNumberAsync(project, cancellationToken);
        var slots = await publishDatasets.LinkNewAsync(project, xform.MediaSlots, cancellationToken);
        var definition = await store.RunAsync(project, FormKeys.NewDefinition(), xform, upload, slots, publish, cancellationToken);
        if (publish)
        {
            await RequireNewVersionAsync(trashed, definition, cancellationToken);
            definition = await publishDatasets.RunAsync(project, definition with { PublishedBy = creator?.Value }, cancellationToken);
        }
        var form = new Form(project, number, xform.Id, FormState.Open, definition.CreatedAt)
        {
            CreatedBy = creator,
            WebFormsEnabled = true,
            ShardCounts = shards.Initial,
            Published = publish ? definition : null,
            Draft = publish ? null : NewDraft(definition),
        };
        if (publish)
        {
            await versions.AddAsync(project, number, definition, cancellationToken);
        }
        if (!await forms.AddAsync(form, cancellationToken))
        {
            throw AlreadyExists(project, xform.Id);
        }
        await recovery.AfterChangeAsync(form);
        directory.Remember(form);
        return await encrypt.EnsureAsync(form, creator);
    }

    /// <summary>
    /// Replaces or creates the draft; without an upload, from a copy of the published version and its workbook. Files are carried over by
    /// name and type, from the previous draft or the published version (OR-178). Warnings are refused with 400.16 unless ignored.
    /// </summary>
    public async Task ReplaceDraftAsync(
        ProjectId project,
        FormId id,
        UploadedForm? upload,
        bool ignoreWarnings,
        CancellationToken cancellationToken
    )
    {
        var form = await directory.GetAsync(project, id, cancellationToken);
        var (next, xform) = await encrypt.PrepareAsync(
            project,
            upload ?? await CopyAsync(project, form.Published ?? throw Problem.NotFound().AsException(), cancellationToken),
            cancellationToken
        );
        await RefuseChangesAsync(form, xform, upload, ignoreWarnings, cancellationToken);
        await publishDatasets.RequireNamesAsync(project, xform, cancellationToken);
        var slots = await CarryOverAsync(form, xform, cancellationToken);
        var definition = await store.RunAsync(project, FormKeys.NewDefinition(), xform, next, slots, publish: false, cancellationToken);
        var fresh = NewDraft(definition);
        var changed =
            await forms.ChangeAsync(
                project,
                id,
                current =>
                    current with
                    {
                        Draft = current.Draft is { } before ? before with { Definition = definition } : fresh,
                        UpdatedAt = clock.GetUtcNow(),
                    },
                cancellationToken
            ) ?? throw Problem.NotFound().AsException();
        await recovery.AfterChangeAsync(changed);
        directory.Remember(changed);
        await encrypt.EnsureAsync(changed, null);
    }

    /// <summary>Deletes the draft. Refuses a form without draft (404.1), and one that was never published (409.7).</summary>
    public async Task DeleteDraftAsync(ProjectId project, FormId id, CancellationToken cancellationToken)
    {
        var changed =
            await forms.ChangeAsync(
                project,
                id,
                form =>
                    form switch
                    {
                        { Draft: null } => throw Problem.NotFound().AsException(),
                        { Published: null } => throw Problem.CannotDeleteOnlyDraft().AsException(),
                        _ => form with { Draft = null, UpdatedAt = clock.GetUtcNow() },
                    },
                cancellationToken
            ) ?? throw Problem.NotFound().AsException();
        await recovery.AfterChangeAsync(changed);
        directory.Remember(changed);
    }

    /// <summary>
    /// Publishes the draft; <paramref name="version"/>, if given, replaces the version in the XML (OR-159). Refuses a form without draft
    /// (404.1), and a version that was published before (409.6).
    /// </summary>
    public async Task PublishAsync(ProjectId project, FormId id, string? version, ActorId? publisher, CancellationToken cancellationToken)
    {
        var form = await directory.GetAsync(project, id, cancellationToken);
        var draft = form.Draft ?? throw Problem.NotFound().AsException();
        var definition = draft.Definition with { PublishedAt = clock.GetUtcNow() };
        if (version is not null && version != definition.Version)
        {
            definition = await WithVersionAsync(project, draft.Definition, version, cancellationToken);
        }

        var trashed = (await directory.ListTrashAsync(project, cancellationToken)).Where(other => other.Id == id).ToList();
        await RequireNewVersionAsync(trashed, definition, cancellationToken);
        if (
            await versions.FindAsync(project, form.Number, definition.Version, cancellationToken) is { } existing
            && existing.Key != definition.Key
        )
        {
            throw Problem.VersionAlreadyPublished(id.Value, definition.Version).AsException();
        }
        definition = await publishDatasets.RunAsync(project, definition with { PublishedBy = publisher?.Value }, cancellationToken);

        // The version's row first: it prevents publishing a version twice.
        if (!await versions.AddAsync(project, form.Number, definition, cancellationToken))
        {
            throw Problem.VersionAlreadyPublished(id.Value, definition.Version).AsException();
        }
        var changed = await forms.ChangeAsync(
            project,
            id,
            current =>
                current.Draft?.Definition.Key == draft.Definition.Key
                    ? current with
                    {
                        Published = definition,
                        Draft = null,
                        UpdatedAt = definition.PublishedAt,
                    }
                    : null,
            cancellationToken
        );
        if (changed?.Published?.Key != definition.Key)
        {
            // The draft was replaced or deleted meanwhile: undo.
            await versions.RemoveAsync(project, form.Number, definition.Version, CancellationToken.None);
            await recovery.AfterChangeAsync(form); // a concurrent writer may have recorded that row
            throw Problem.NotFound().AsException();
        }
        await recovery.AfterChangeAsync(changed);
        directory.Remember(changed);
    }

    // An uploaded definition is compared with the published version, if there is one; only without one must the form id match here.
    private async Task RefuseChangesAsync(
        Form form,
        XForm xform,
        UploadedForm? upload,
        bool ignoreWarnings,
        CancellationToken cancellationToken
    )
    {
        if (form.Published is { } published && upload is not null)
        {
            var earlier = XFormReader.Read(await directory.ReadXmlAsync(form.Project, published, cancellationToken));
            var warnings = XFormChecks.AgainstEarlier(xform, earlier);
            await publishedTypes.RequireAsync(form, xform, cancellationToken);
            RefuseWarnings(warnings, upload.Workbook, ignoreWarnings);
        }
        else if (xform.Id == form.Id)
        {
            RefuseWarnings(XFormChecks.OfDocument(xform), upload?.Workbook, ignoreWarnings || upload is null);
        }
        else
        {
            throw Problem.UnexpectedValue("xmlFormId", xform.Id.Value, $"the form's ID is {form.Id}.").AsException();
        }
    }

    // A definition of its own, with the files of the draft.
    private async Task<FormDefinition> WithVersionAsync(
        ProjectId project,
        FormDefinition draft,
        string version,
        CancellationToken cancellationToken
    )
    {
        var copy = await CopyAsync(project, draft, cancellationToken);
        var rewritten = copy with { Xml = XFormVersion.Rewrite(copy.Xml, version) };
        return await store.RunAsync(
            project,
            FormKeys.DefinitionWithVersion(draft.Key, version),
            XFormReader.Read(rewritten.Xml),
            rewritten,
            await directory.ListMediaAsync(project, draft, cancellationToken),
            publish: true,
            cancellationToken
        );
    }

    private async Task<UploadedForm> CopyAsync(ProjectId project, FormDefinition definition, CancellationToken cancellationToken) =>
        new(await directory.ReadXmlAsync(project, definition, cancellationToken)) { StoredWorkbook = definition.Workbook };

    // The previous draft's file wins over the published version's.
    private async Task<IEnumerable<FormMedia>> CarryOverAsync(Form form, XForm xform, CancellationToken cancellationToken)
    {
        var filled = new Dictionary<(string Name, string Type), FormMedia>();
        foreach (var source in new[] { form.Published, form.Draft?.Definition }.OfType<FormDefinition>())
        {
            foreach (var file in await directory.ListMediaAsync(form.Project, source, cancellationToken))
            {
                if (file.Exists)
                {
                    filled[(file.Name, file.Type)] = file;
                }
            }
        }
        return xform.MediaSlots.Select(slot => filled.GetValueOrDefault((slot.Name, slot.Type)) ?? new FormMedia(slot.Name, slot.Type));
    }

    private FormDraft NewDraft(FormDefinition definition)
    {
        var token = AccessToken.Create();
        return new FormDraft(definition, token.Hash, protection.Protect(token));
    }

    // Includes forms in the trash, since phones may still have submissions to their versions (OR-158).
    private async Task RequireNewVersionAsync(List<Form> trashed, FormDefinition definition, CancellationToken cancellationToken)
    {
        foreach (var form in trashed)
        {
            if (await versions.FindAsync(form.Project, form.Number, definition.Version, cancellationToken) is not null)
            {
                throw Problem.VersionAlreadyPublished(form.Id.Value, definition.Version).AsException();
            }
        }
    }

    private static void RefuseWarnings(IReadOnlyList<FormWarning> warnings, UploadedWorkbook? workbook, bool ignore)
    {
        if (!ignore && (warnings.Count > 0 || workbook is { Warnings.Count: > 0 }))
        {
            throw Problem.FormWarnings(warnings, [.. workbook?.Warnings ?? [], .. workbook?.Checks ?? []]).AsException();
        }
    }

    private static ProblemException AlreadyExists(ProjectId project, FormId id) =>
        Problem.AlreadyExists(["projectId", "xmlFormId"], [project.ToString(), id.Value], "forms").AsException();
}
