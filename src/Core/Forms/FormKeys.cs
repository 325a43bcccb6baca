using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>The keys of the tables `forms`, `formVersions` and `formMedia`, and the names of the blobs in container `forms`.</summary>
internal static class FormKeys
{
    /// <summary>The row with a version that changes with every form of the project.</summary>
    public const string Head = "head";

    public const string Sequence = "sequence";

    public const string FormPrefix = "id|";

    public const string TrashPrefix = "trash|";

    public static string Project(ProjectId project) => TableKey.Number(project.Value);

    public static string Form(FormId form) => FormPrefix + TableKey.Hash(form.Value);

    public static string Trashed(int number) => TrashPrefix + TableKey.Number(number);

    public static string Versions(ProjectId project, int form) => TableKey.Join(TableKey.Number(project.Value), TableKey.Number(form));

    public static string Version(string version) => TableKey.Hash(version);

    public static string Media(ProjectId project, string definition) => TableKey.Join(TableKey.Number(project.Value), definition);

    public static string MediaFile(string name) => TableKey.Hash(name);

    public static string NewDefinition() => Guid.NewGuid().ToString("N");

    /// <summary>
    /// The key of a draft's definition rewritten to another version. Deterministic, so that an interrupted publication can be repeated.
    /// </summary>
    public static string DefinitionWithVersion(string draft, string version) => TableKey.Hash($"{draft} {version}")[..32];

    public static string XmlBlob(ProjectId project, string definition) => FolderOf(project, definition) + "form.xml";

    public static string WorkbookBlob(ProjectId project, string definition) => FolderOf(project, definition) + "workbook";

    public static string NewMediaBlob(ProjectId project, string definition) => $"{FolderOf(project, definition)}media/{Guid.NewGuid():N}";

    /// <summary>The blob with the form's recovery record.</summary>
    public static string RecoveryRecord(ProjectId project, int form) => $"{RecoveryRecordsOf(project)}{TableKey.Number(form)}.json";

    public static string RecoveryRecordsOf(ProjectId project) => $"{project}/forms/";

    /// <summary>The common prefix of all blobs of a definition.</summary>
    public static string FolderOf(ProjectId project, string definition) => $"{project}/{definition}/";
}
