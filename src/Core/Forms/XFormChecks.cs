using System.Globalization;
using System.Text.RegularExpressions;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// The rules of OR-147 to OR-163 that depend only on the documents. Each check throws its refusal, in the order of the clauses, and returns
/// the warnings that `ignoreWarnings=true` suppresses.
/// </summary>
public static partial class XFormChecks
{
    /// <summary>Rules for a new form: it needs a `meta` group (400.27, OR-152); and the rules of every upload.</summary>
    public static IReadOnlyList<FormWarning> ForCreation(XForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        if (!form.Fields.Any(field => field is { Name: "meta", Type: FieldType.Structure }))
            throw Problem.NoMetaGroup().AsException();
        if (FormId.HasEscapedSlash(form.Id.Value))
            throw Problem.UnexpectedValue("formId", form.Id.Value, "no address can hold the text %2F.").AsException();
        return OfDocument(form);
    }

    /// <summary>
    /// Rules for a new draft, compared with the earlier definition: the same form id (400.8, OR-160), no changed field type (400.17,
    /// OR-161), and a warning when fields are removed (OR-162); and the rules of every upload.
    /// </summary>
    public static IReadOnlyList<FormWarning> AgainstEarlier(XForm next, XForm earlier)
    {
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(earlier);
        if (next.Id != earlier.Id)
            throw Problem.UnexpectedValue("xmlFormId", next.Id.Value, $"a draft keeps the form ID, which is {earlier.Id}.").AsException();
        var warnings = OfDocument(next);

        var types = next.Fields.DistinctBy(field => field.Path).ToDictionary(field => field.Path, field => field.Type);
        var removed = new List<string>();
        foreach (var field in earlier.Fields)
        {
            if (!types.ContainsKey(field.Path))
                removed.Add(field.Name);
        }
        RequireTypes(types, earlier);
        return removed.Count == 0 ? warnings : [.. warnings, new FormWarning("structureChanged", removed)];
    }

    /// <summary>Refuses a field whose type differs from that in a published version (400.17, OR-161).</summary>
    public static void RequireTypes(XForm next, XForm published)
    {
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(published);
        RequireTypes(next.Fields.DistinctBy(field => field.Path).ToDictionary(field => field.Path, field => field.Type), published);
    }

    private static void RequireTypes(Dictionary<string, string> types, XForm published)
    {
        foreach (var field in published.Fields)
        {
            if (types.TryGetValue(field.Path, out var type) && type != field.Type && !MayBecome(field.Type, type))
                throw Problem.FieldTypeConflict(field.Path, field.Type).AsException();
        }
    }

    /// <summary>Every value is valid as text, so a field may change to a string.</summary>
    private static bool MayBecome(string earlier, string next) =>
        next == FieldType.Text && earlier is not (FieldType.Structure or FieldType.Repeat);

    /// <summary>The rules of every upload: entity definitions (400.25), and no name with two types (400.8, OR-175).</summary>
    public static IReadOnlyList<FormWarning> OfDocument(XForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        var warnings = Entities(form);
        foreach (var name in form.MediaSlots.CountBy(slot => slot.Name))
        {
            if (name.Value > 1)
                throw Problem.UnexpectedValue("attachment", name.Key, "the form expects it with two different types.").AsException();
        }
        return warnings;
    }

    /// <summary>The server cannot read the entities of an encrypted form, so it ignores its declarations.</summary>
    private static IReadOnlyList<FormWarning> Entities(XForm form)
    {
        if (form.Entities.Count == 0 || form.PublicKey is not null)
            return [];
        var (year, release) = EntitiesVersionOf(form);
        foreach (var entity in form.Entities)
        {
            if (string.IsNullOrEmpty(entity.Dataset))
                throw Invalid("the dataset name is missing.");
            if (!DatasetNames.IsDataset(entity.Dataset))
                throw Invalid($"{entity.Dataset} is not a dataset name.");
            if (!entity.Create && !entity.Update)
                throw Invalid("an entity needs at least one action, create or update.");
        }
        var isSimple = form.Entities is [{ Path: "/meta/entity" }];
        if (!isSimple && (year, release).CompareTo((2025, 1)) < 0)
            throw Invalid("several entities, or entities in repeats, need the entities version 2025.1.0.");
        foreach (var field in form.Fields)
        {
            if (field.EntityProperty is { } property && !DatasetNames.IsProperty(property))
                throw Invalid($"{property} is not a property name.");
        }
        foreach (var entity in form.FormEntities)
            RequireSavedOnce(form, entity);
        return (year, release).CompareTo((2024, 1)) < 0
            ? [new FormWarning("oldEntityVersion", new { version = form.EntitiesVersion })]
            : [];
    }

    private static void RequireSavedOnce(XForm form, FormEntity entity)
    {
        var saved = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var container = entity.Path[..^EntityDeclaration.Element.Length] + "/";
        var repeats = form.Fields.Where(field => field.Type == FieldType.Repeat).Select(field => field.Path + "/").ToList();
        foreach (var field in entity.Fields)
        {
            if (!saved.Add(field.Property))
                throw Invalid($"several fields are saved to the property {field.Property}.");
            if (repeats.Exists(repeat => Contains(repeat, field.Path) && !Contains(repeat, container)))
                throw Invalid($"{field.Path} is in a repeat, and the entity that it is saved to is outside of it.");
        }
    }

    private static bool Contains(string repeat, string path) => path.StartsWith(repeat, StringComparison.Ordinal);

    private static (int Year, int Release) EntitiesVersionOf(XForm form)
    {
        if (string.IsNullOrWhiteSpace(form.EntitiesVersion))
            throw Invalid("the entities version is missing.");
        var match = EntitiesVersion().Match(form.EntitiesVersion);
        if (match.Success)
        {
            var year = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var release = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            if ((year, release).CompareTo((2022, 1)) >= 0 && (year, release).CompareTo((2025, 1)) <= 0)
                return (year, release);
        }
        throw Invalid($"the entities version {form.EntitiesVersion} is not supported.");
    }

    private static ProblemException Invalid(string reason) => Problem.InvalidEntityForm(reason).AsException();

    [GeneratedRegex(@"^([0-9]{4})\.([0-9]{1,4})\.[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex EntitiesVersion();
}
