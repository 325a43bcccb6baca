using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// The content of a form definition that the server uses (OR-147 to OR-151). The document itself is stored byte for byte.
/// </summary>
/// <param name="Version">Blank when the form has none.</param>
/// <param name="Title">The text of `h:title`; null when absent or blank.</param>
/// <param name="PublicKey">`base64RsaPublicKey`: when present, phones encrypt their submissions (OR-180).</param>
/// <param name="Fields">In document order.</param>
/// <param name="MediaSlots">
/// In the order of OR-164 to OR-176. A name occurs twice only with different types, which <see cref="XFormChecks"/> refuses.
/// </param>
/// <param name="Entities">The declarations of `meta/entity` elements; empty for most forms.</param>
/// <param name="EntitiesVersion">The `entities-version` of the model, unparsed.</param>
public sealed record XForm(
    FormId Id,
    string Version,
    string? Title,
    string? PublicKey,
    IReadOnlyList<FormField> Fields,
    IReadOnlyList<MediaSlot> MediaSlots,
    IReadOnlyList<EntityDeclaration> Entities,
    string? EntitiesVersion
)
{
    /// <summary>The fields whose values name files of a submission (OR-214 to OR-219).</summary>
    public IReadOnlyList<string> BinaryPaths => [.. Fields.Where(f => f.Binary is true).Select(f => f.Path).Distinct()];

    /// <summary>
    /// The entities with the fields saved to them; a field belongs to the nearest enclosing entity. Empty for an encrypted form, whose
    /// submissions the server cannot read.
    /// </summary>
    public IReadOnlyList<FormEntity> FormEntities =>
        PublicKey is not null
            ? []
            :
            [
                .. Entities
                    .DistinctBy(entity => entity.Path)
                    .Select(entity => new FormEntity(entity.Path, entity.Dataset!, entity.Create, entity.Update, [.. SavedTo(entity)])),
            ];

    private IEnumerable<SavedField> SavedTo(EntityDeclaration entity) =>
        from field in Fields
        where
            field.EntityProperty is not null
            && Entities.Where(other => other.Encloses(field.Path)).MaxBy(other => other.Path.Length) == entity
        select new SavedField(field.Path, field.EntityProperty!);
}

/// <summary>A field of the primary instance as in the API: flags are true or null.</summary>
/// <param name="Path">Without the root element and without prefixes: `/meta/instanceID`.</param>
/// <param name="Type">One of <see cref="FieldType"/>, or any other type of the form's `bind`.</param>
/// <param name="EntityProperty">The entity property to which the field is saved (`saveto`).</param>
public sealed record FormField(string Path, string Name, string Type, bool? Binary, bool? SelectMultiple, string? EntityProperty);

/// <summary>The field types with a meaning for the server (OR-147 to OR-151); others are passed through.</summary>
public static class FieldType
{
    public const string Repeat = "repeat";
    public const string Structure = "structure";
    public const string Binary = "binary";
    public const string Text = "string";
    public const string Unknown = "unknown";
}

/// <summary>A media file that the form references (OR-164 to OR-176).</summary>
/// <param name="Type">One of <see cref="MediaSlotType"/>.</param>
public sealed record MediaSlot(string Name, string Type);

/// <summary>The `type` of a FormAttachment.</summary>
public static class MediaSlotType
{
    public const string Image = "image";
    public const string Audio = "audio";
    public const string Video = "video";
    public const string File = "file";
}

/// <summary>The effect of a form's submissions on a dataset, with the fields saved to its properties (OR-238 to OR-241).</summary>
/// <param name="Path">The path of the entity element: `/meta/entity`, or one inside a repeat.</param>
public sealed record FormEntity(string Path, string Dataset, bool Create, bool Update, IReadOnlyList<SavedField> Fields);

/// <summary>A field saved to an entity property.</summary>
public sealed record SavedField(string Path, string Property);

/// <summary>A `meta/entity` element, which declares what submissions may do to a dataset (OR-238 to OR-241).</summary>
/// <param name="Path">The path of the entity element: `/meta/entity`, or one inside a repeat.</param>
public sealed record EntityDeclaration(string Path, string? Dataset, bool Create, bool Update)
{
    public const string Element = "/meta/entity";

    /// <summary>Whether a field is in the group or repeat that contains this entity's `meta`, at any depth.</summary>
    public bool Encloses(string path) =>
        path.StartsWith(string.Concat(Path.AsSpan(0, Path.Length - Element.Length), "/"), StringComparison.Ordinal);
}
