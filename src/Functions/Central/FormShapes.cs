using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Forms as the management API's JSON (OR-261).</summary>
public sealed class FormShapes(KeyProtection protection, SubmissionDirectory submissions, AppUsersAndLinks holders, ActorNames names)
{
    /// <summary>The form as one of its definitions.</summary>
    public Dictionary<string, object?> Form(Form form, FormDefinition definition) =>
        new()
        {
            ["projectId"] = form.Project.Value,
            ["xmlFormId"] = form.Id.Value,
            ["state"] = form.State.ToString().ToLowerInvariant(),
            ["enketoId"] = null,
            ["enketoOnceId"] = null,
            ["createdAt"] = form.CreatedAt,
            ["updatedAt"] = form.UpdatedAt,
            ["webformsEnabled"] = form.WebFormsEnabled,
            ["keyId"] = null,
            ["version"] = definition.Version,
            ["hash"] = definition.Md5,
            ["sha"] = definition.Sha1,
            ["sha256"] = definition.Sha256,
            ["draftToken"] =
                form.Draft is { } draft && draft.Definition.Key == definition.Key ? protection.TryUnprotect(draft.ProtectedToken) : null,
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
        var shape = Form(form, definition);
        if (ExtendedMetadata.IsWanted(request))
        {
            var cancellationToken = request.HttpContext.RequestAborted;
            var space = ofDraft ? SubmissionSpace.OfDraft(form) : SubmissionSpace.Published(form);
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
            shape["excelContentType"] = null;
            shape["publicLinks"] = (await holders.ListAsync(form.Project, ActorKind.PublicLink, cancellationToken)).Count(link =>
                link.Form == form.Number && link.KeyHash is not null
            );
            shape["createdBy"] =
                form.CreatedBy is { } creator && await names.FindAsync(form.Project, creator, cancellationToken) is { } actor
                    ? AccountShapes.Actor(actor)
                    : null;
        }
        return shape;
    }

    /// <summary>A form in the trash shows the number that restores it.</summary>
    public Dictionary<string, object?> TrashedForm(Form form) =>
        new(Form(form, form.Shown)) { ["id"] = form.Number, ["deletedAt"] = form.DeletedAt };

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
