using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Forms as the management API's JSON (OR-261).</summary>
public sealed class FormShapes(KeyProtection protection, SubmissionDirectory submissions, AppUsersAndLinks holders, ActorNames names)
{
    private const int MaxAtOnce = 8;

    /// <summary>The form as one of its definitions.</summary>
    public FormAnswer Form(Form form, FormDefinition definition) =>
        new()
        {
            ProjectId = form.Project.Value,
            XmlFormId = form.Id.Value,
            State = form.State.ToString().ToLowerInvariant(),
            EnketoId = FormLinkId.Of(form, IsDraft(form, definition) ? FormLinkKind.Draft : FormLinkKind.Published),
            EnketoOnceId = IsDraft(form, definition) ? null : FormLinkId.Of(form, FormLinkKind.SingleSubmission),
            CreatedAt = form.CreatedAt,
            UpdatedAt = form.UpdatedAt,
            WebformsEnabled = form.WebFormsEnabled,
            KeyId = definition.KeyId,
            Version = definition.Version,
            Hash = definition.Md5,
            Sha = definition.Sha1,
            Sha256 = definition.Sha256,
            DraftToken = IsDraft(form, definition) ? protection.TryUnprotect(form.Draft!.ProtectedToken) : null,
            PublishedAt = definition.PublishedAt,
            Name = definition.Title,
            Description = form.Description,
            SubmissionShards = form.Shards.Partitions is var shards and > 1 ? shards : null,
        };

    /// <summary>With what `X-Extended-Metadata` asks for: counts the submissions of the form, or those of its draft under test.</summary>
    public async Task<FormAnswer> FormAsync(HttpRequest request, Form form, FormDefinition definition, bool ofDraft = false)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        return ExtendedMetadata.IsWanted(request)
            ? await ExtendedAsync(
                form,
                definition,
                ofDraft ? SubmissionSpace.OfDraft(form) : SubmissionSpace.Published(form),
                await holders.ListAsync(form.Project, ActorKind.PublicLink, cancellationToken),
                cancellationToken
            )
            : Form(form, definition);
    }

    /// <summary>
    /// Several forms of a project, extended, in their order: one operation for the public links of the project, and four for each form.
    /// </summary>
    public async Task<IReadOnlyList<FormAnswer>> ExtendedAsync(IReadOnlyList<Form> forms, CancellationToken cancellationToken)
    {
        if (forms.Count == 0)
        {
            return [];
        }
        var links = await holders.ListAsync(forms[0].Project, ActorKind.PublicLink, cancellationToken);
        var shapes = new FormAnswer[forms.Count];
        await Parallel.ForEachAsync(
            forms.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken },
            async (form, stop) =>
                shapes[form.Index] = await ExtendedAsync(form.Item, form.Item.Shown, SubmissionSpace.Published(form.Item), links, stop)
        );
        return shapes;
    }

    private async Task<FormAnswer> ExtendedAsync(
        Form form,
        FormDefinition definition,
        SubmissionSpace space,
        IReadOnlyList<Actor> links,
        CancellationToken cancellationToken
    )
    {
        var counts = await submissions.CountAsync(space, cancellationToken);
        return Form(form, definition) with
        {
            Submissions = counts.Values.Sum(),
            EntityRelated = definition.Entities.Count > 0,
            ReviewStates = new(counts.GetValueOrDefault(""), counts.GetValueOrDefault("hasIssues"), counts.GetValueOrDefault("edited")),
            LastSubmission = await submissions.FindNewestAsync(space, cancellationToken),
            ExcelContentType = definition.Workbook?.ContentType,
            HasDraft = form.Draft is not null,
            PublicLinks = links.Count(link => link.Form == form.Number && link.KeyHash is not null),
            CreatedBy = await ActorAsync(form, form.CreatedBy, cancellationToken),
            PublishedBy = await ActorAsync(form, PublisherOf(definition), cancellationToken),
        };
    }

    /// <summary>A form in the trash shows the number that restores it.</summary>
    public async Task<FormAnswer> TrashedFormAsync(HttpRequest request, Form form) =>
        await FormAsync(request, form, form.Shown) with
        {
            Id = form.Number,
            DeletedAt = form.DeletedAt,
        };

    /// <summary>A published version; extended metadata contains who published it.</summary>
    public async Task<FormAnswer> VersionAsync(HttpRequest request, Form form, FormDefinition definition) =>
        ExtendedMetadata.IsWanted(request)
            ? Form(form, definition) with
            {
                ExcelContentType = definition.Workbook?.ContentType,
                PublishedBy = await ActorAsync(form, PublisherOf(definition), request.HttpContext.RequestAborted),
            }
            : Form(form, definition);

    private static bool IsDraft(Form form, FormDefinition definition) => form.Draft?.Definition.Key == definition.Key;

    private static ActorId? PublisherOf(FormDefinition definition) =>
        definition.PublishedBy is { } publisher ? new ActorId(publisher) : null;

    private async Task<ActorAnswer?> ActorAsync(Form form, ActorId? id, CancellationToken cancellationToken) =>
        id is { } known && await names.FindAsync(form.Project, known, cancellationToken) is { } actor ? AccountShapes.Actor(actor) : null;

    public static FormAttachmentAnswer Attachment(FormMedia media) =>
        new()
        {
            Name = media.Name,
            Type = media.Type,
            Hash = media.Md5,
            Exists = media.Exists,
            BlobExists = media.Blob is not null,
            DatasetExists = media.Dataset is not null,
            UpdatedAt = media.UpdatedAt,
            Size = media.Size,
        };

    public static FormFieldAnswer Field(FormField field) => new(field.Path, field.Name, field.Type, field.Binary, field.SelectMultiple);
}
