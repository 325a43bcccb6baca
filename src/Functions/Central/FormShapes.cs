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
    public Dictionary<string, object?> Form(Form form, FormDefinition definition) =>
        new()
        {
            ["projectId"] = form.Project.Value,
            ["xmlFormId"] = form.Id.Value,
            ["state"] = form.State.ToString().ToLowerInvariant(),
            ["enketoId"] = FormLinkId.Of(form, IsDraft(form, definition) ? FormLinkKind.Draft : FormLinkKind.Published),
            ["enketoOnceId"] = IsDraft(form, definition) ? null : FormLinkId.Of(form, FormLinkKind.SingleSubmission),
            ["createdAt"] = form.CreatedAt,
            ["updatedAt"] = form.UpdatedAt,
            ["webformsEnabled"] = form.WebFormsEnabled,
            ["keyId"] = definition.KeyId,
            ["version"] = definition.Version,
            ["hash"] = definition.Md5,
            ["sha"] = definition.Sha1,
            ["sha256"] = definition.Sha256,
            ["draftToken"] = IsDraft(form, definition) ? protection.TryUnprotect(form.Draft!.ProtectedToken) : null,
            ["publishedAt"] = definition.PublishedAt,
            ["name"] = definition.Title,
            ["description"] = form.Description,
        };

    /// <summary>With what `X-Extended-Metadata` asks for: counts the submissions of the form, or those of its draft under test.</summary>
    public async Task<Dictionary<string, object?>> FormAsync(
        HttpRequest request,
        Form form,
        FormDefinition definition,
        bool ofDraft = false
    )
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
    public async Task<IReadOnlyList<Dictionary<string, object?>>> ExtendedAsync(
        IReadOnlyList<Form> forms,
        CancellationToken cancellationToken
    )
    {
        if (forms.Count == 0)
        {
            return [];
        }
        var links = await holders.ListAsync(forms[0].Project, ActorKind.PublicLink, cancellationToken);
        var shapes = new Dictionary<string, object?>[forms.Count];
        await Parallel.ForEachAsync(
            forms.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken },
            async (form, stop) =>
                shapes[form.Index] = await ExtendedAsync(form.Item, form.Item.Shown, SubmissionSpace.Published(form.Item), links, stop)
        );
        return shapes;
    }

    private async Task<Dictionary<string, object?>> ExtendedAsync(
        Form form,
        FormDefinition definition,
        SubmissionSpace space,
        IReadOnlyList<Actor> links,
        CancellationToken cancellationToken
    )
    {
        var shape = Form(form, definition);
        var counts = await submissions.CountAsync(space, cancellationToken);
        shape["submissions"] = counts.Values.Sum();
        shape["entityRelated"] = definition.Entities.Count > 0;
        shape["reviewStates"] = new
        {
            received = counts.GetValueOrDefault(""),
            hasIssues = counts.GetValueOrDefault("hasIssues"),
            edited = counts.GetValueOrDefault("edited"),
        };
        shape["lastSubmission"] = await submissions.FindNewestAsync(space, cancellationToken);
        shape["excelContentType"] = definition.Workbook?.ContentType;
        shape["hasDraft"] = form.Draft is not null;
        shape["publicLinks"] = links.Count(link => link.Form == form.Number && link.KeyHash is not null);
        shape["createdBy"] = await ActorAsync(form, form.CreatedBy, cancellationToken);
        shape["publishedBy"] = await ActorAsync(form, PublisherOf(definition), cancellationToken);
        return shape;
    }

    /// <summary>A form in the trash shows the number that restores it.</summary>
    public async Task<Dictionary<string, object?>> TrashedFormAsync(HttpRequest request, Form form) =>
        new(await FormAsync(request, form, form.Shown)) { ["id"] = form.Number, ["deletedAt"] = form.DeletedAt };

    /// <summary>A published version; extended metadata contains who published it.</summary>
    public async Task<Dictionary<string, object?>> VersionAsync(HttpRequest request, Form form, FormDefinition definition)
    {
        var shape = Form(form, definition);
        if (ExtendedMetadata.IsWanted(request))
        {
            shape["excelContentType"] = definition.Workbook?.ContentType;
            shape["publishedBy"] = await ActorAsync(form, PublisherOf(definition), request.HttpContext.RequestAborted);
        }
        return shape;
    }

    private static bool IsDraft(Form form, FormDefinition definition) => form.Draft?.Definition.Key == definition.Key;

    private static ActorId? PublisherOf(FormDefinition definition) =>
        definition.PublishedBy is { } publisher ? new ActorId(publisher) : null;

    private async Task<object?> ActorAsync(Form form, ActorId? id, CancellationToken cancellationToken) =>
        id is { } known && await names.FindAsync(form.Project, known, cancellationToken) is { } actor ? AccountShapes.Actor(actor) : null;

    public static object Attachment(FormMedia media)
    {
        var shape = new Dictionary<string, object?>
        {
            ["name"] = media.Name,
            ["type"] = media.Type,
            ["hash"] = media.Md5,
            ["exists"] = media.Exists,
            ["blobExists"] = media.Blob is not null,
            ["datasetExists"] = media.Dataset is not null,
        };
        if (media.UpdatedAt is { } updatedAt)
        {
            shape["updatedAt"] = updatedAt;
        }
        if (media.Size is { } size)
        {
            shape["size"] = size;
        }
        return shape;
    }

    public static object Field(FormField field) =>
        new
        {
            path = field.Path,
            name = field.Name,
            type = field.Type,
            binary = field.Binary,
            selectMultiple = field.SelectMultiple,
        };
}
