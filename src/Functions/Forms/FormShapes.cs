using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Functions.Forms;

/// <summary>Forms as the management API's JSON (spec 9.1).</summary>
public sealed class FormShapes(KeyProtection protection)
{
    /// <summary>The form as one of its definitions.</summary>
    public Dictionary<string, object?> Form(Form form, FormDefinition definition) => new()
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
        ["draftToken"] = form.Draft is { } draft && draft.Definition.Key == definition.Key ? protection.Unprotect(draft.ProtectedToken) : null,
        ["publishedAt"] = definition.PublishedAt,
        ["name"] = definition.Title,
        ["description"] = form.Description,
    };

    /// <summary>A form in the trash shows the number that restores it.</summary>
    public Dictionary<string, object?> TrashedForm(Form form) => new(Form(form, form.Shown)) { ["id"] = form.Number, ["deletedAt"] = form.DeletedAt };

    public static object Attachment(FormMedia media)
    {
        var shape = new Dictionary<string, object?>
        {
            ["name"] = media.Name,
            ["type"] = media.Type,
            ["hash"] = media.Md5,
            ["exists"] = media.Exists,
            ["blobExists"] = media.Exists,
            ["datasetExists"] = false,
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

    public static object Field(FormField field) => new
    {
        path = field.Path,
        name = field.Name,
        type = field.Type,
        binary = field.Binary,
        selectMultiple = field.SelectMultiple,
    };
}
