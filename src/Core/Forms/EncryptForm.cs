using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Adds the project's key to forms: to uploads before they are stored, and to existing forms as a new version and a new draft. A definition
/// with a key of its own keeps it.
/// </summary>
public sealed class EncryptForm(
    FormsTable forms,
    FormVersionsTable versions,
    StoreDefinition store,
    FormRecovery recovery,
    FormDirectory directory,
    PublishDatasets publishDatasets,
    EncryptionKeys keys,
    TimeProvider clock
)
{
    /// <summary>A definition as it is to be stored. One operation; with managed encryption one more for a definition without a
    /// key.</summary>
    internal async Task<(UploadedForm Upload, XForm Form)> PrepareAsync(
        ProjectId project,
        UploadedForm upload,
        CancellationToken cancellationToken
    )
    {
        var xform = XFormReader.Read(upload.Xml);
        if (xform.PublicKey is not null || await keys.FindManagedAsync(project, cancellationToken) is not { } key)
        {
            return (upload, xform);
        }
        var encrypted = XFormEncryption.Rewrite(upload.Xml, key.PublicKey, XFormEncryption.SuffixAt(clock.GetUtcNow()));
        return (upload with { Xml = encrypted }, XFormReader.Read(encrypted));
    }

    /// <summary>
    /// After a form was written: encrypts it if managed encryption was enabled since its definition was prepared. One operation when there
    /// is nothing to do.
    /// </summary>
    public async Task<Form> EnsureAsync(Form form, ActorId? actor) =>
        IsClear(form) && await keys.FindManagedAsync(form.Project, CancellationToken.None) is { } key
            ? await RunAsync(form, key, XFormEncryption.SuffixAt(clock.GetUtcNow()), actor, CancellationToken.None)
            : form;

    /// <summary>Refuses a form whose definitions cannot contain a key (400.8). One operation for each definition not in memory.</summary>
    internal async Task RequirePossibleAsync(Form form, string suffix, CancellationToken cancellationToken)
    {
        foreach (var definition in new[] { form.Published, form.Draft?.Definition })
        {
            if (definition is { PublicKey: null })
            {
                XFormEncryption.Rewrite(await directory.ReadXmlAsync(form.Project, definition, cancellationToken), "key", suffix);
            }
        }
    }

    /// <summary>Whether phones would send submissions of a form, or of its draft, in the clear.</summary>
    internal static bool IsClear(Form form) =>
        form is { Published.PublicKey: null, Published: not null } or { Draft.Definition.PublicKey: null };

    /// <summary>
    /// Publishes the current version again with the key, and replaces the draft by one with the key, under the draft's token. Returns the
    /// form as it is now. About ten operations for each.
    /// </summary>
    internal async Task<Form> RunAsync(Form form, EncryptionKey key, string suffix, ActorId? actor, CancellationToken cancellationToken)
    {
        while (IsClear(form))
        {
            var before = form;
            var published = form.Published is { PublicKey: null } current
                ? await PublishAsync(form, current, key, suffix, actor, cancellationToken)
                : null;
            var draft = form.Draft is { Definition.PublicKey: null } upload
                ? await StoreAsync(form.Project, upload.Definition, key, suffix, publish: false, cancellationToken)
                : null;
            var changed = await forms.ChangeAsync(
                form.Project,
                form.Id,
                now =>
                    now.Number == before.Number
                    && now.Published?.Key == before.Published?.Key
                    && now.Draft?.Definition.Key == before.Draft?.Definition.Key
                        ? now with
                        {
                            Published = published ?? now.Published,
                            Draft = draft is null ? now.Draft : now.Draft! with { Definition = draft },
                            UpdatedAt = clock.GetUtcNow(),
                        }
                        : null,
                cancellationToken
            );
            if (published is not null && changed?.Published?.Key != published.Key)
            {
                // Another version was published meanwhile, or the form was deleted: undo.
                await versions.RemoveAsync(form.Project, form.Number, published.Version, CancellationToken.None);
            }
            if (changed?.Number != form.Number)
            {
                return form;
            }
            form = changed;
        }
        await recovery.AfterChangeAsync(form);
        directory.Remember(form);
        return form;
    }

    // The version's row comes before the form's, as with every publication.
    private async Task<FormDefinition> PublishAsync(
        Form form,
        FormDefinition current,
        EncryptionKey key,
        string suffix,
        ActorId? actor,
        CancellationToken cancellationToken
    )
    {
        var stored = await StoreAsync(form.Project, current, key, suffix, publish: true, cancellationToken);
        var definition = await publishDatasets.RunAsync(form.Project, stored with { PublishedBy = actor?.Value }, cancellationToken);
        return await versions.AddAsync(form.Project, form.Number, definition, cancellationToken)
            ? definition
            : throw new InvalidOperationException($"Form {form.Number} of project {form.Project} has a version {definition.Version}.");
    }

    private async Task<FormDefinition> StoreAsync(
        ProjectId project,
        FormDefinition definition,
        EncryptionKey key,
        string suffix,
        bool publish,
        CancellationToken cancellationToken
    )
    {
        var xml = XFormEncryption.Rewrite(await directory.ReadXmlAsync(project, definition, cancellationToken), key.PublicKey, suffix);
        var slots = await directory.ListMediaAsync(project, definition, cancellationToken);
        var copy = new UploadedForm(xml) { StoredWorkbook = definition.Workbook };
        return await store.RunAsync(project, FormKeys.NewDefinition(), XFormReader.Read(xml), copy, slots, publish, cancellationToken);
    }
}
