using System.Runtime.CompilerServices;
using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Everything that tables contain about a form: its row, its published versions and, by definition, its media slots. <see cref="Form"/> is
/// null after the form was purged; its number must not be reused, since accounts may still have rights on it.
/// </summary>
public sealed record FormRecoveryRecord(int Number, Form? Form)
{
    /// <summary>Newest publication first.</summary>
    public IReadOnlyList<FormDefinition> Versions { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<FormMedia>> Media { get; init; } = new Dictionary<string, IReadOnlyList<FormMedia>>();

    /// <summary>All definitions of the form: the published versions and the draft.</summary>
    internal IEnumerable<FormDefinition> Definitions => Form?.Draft is { } draft ? Versions.Append(draft.Definition) : Versions;
}

/// <summary>
/// Keeps a recovery record of each form beside its files. Code that changes a form's rows calls <see cref="AfterChangeAsync"/> afterwards.
/// </summary>
public sealed class FormRecovery(
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable media,
    FormFilesContainer files,
    RecoveryHook hook
)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        IgnoreReadOnlyProperties = true,
        Converters = { new TextConverter<FormId>(FormId.Parse, id => id.Value) },
    };

    /// <summary>
    /// Writes the recovery record of a form whose change is committed, from the current rows. Never fails for a record that storage refuses
    /// (<see cref="RecoveryHook"/>). Four operations, and one for each definition with media that wasn't published when the record was last
    /// written.
    /// </summary>
    internal Task AfterChangeAsync(Form form) =>
        hook.AfterChangeAsync(
            () => WriteAsync(form.Project, form.Id, form.Number, CancellationToken.None),
            at => Intent.OfFormRecord(form.Project, form.Number, form.Id, at)
        );

    /// <summary>Writes what <see cref="AfterChangeAsync"/> could not. The operations are the same.</summary>
    internal Task CompleteAsync(Intent intent, CancellationToken cancellationToken) =>
        WriteAsync(intent.Space.Project, intent.RecordedForm!.Value, intent.Space.Form, cancellationToken);

    private Task WriteAsync(ProjectId project, FormId id, int number, CancellationToken cancellationToken) =>
        files.WriteRecoveryRecordAsync(
            project,
            number,
            async before =>
                await ReadRowsAsync(project, id, number, before is null ? null : Parse(before), cancellationToken) is { } now
                    ? ToBytes(now)
                    : null,
            cancellationToken
        );

    /// <summary>Reduces the record to the form's number. Two operations.</summary>
    internal Task ForgetAsync(Form form, CancellationToken cancellationToken) =>
        files.WriteRecoveryRecordAsync(
            form.Project,
            form.Number,
            _ => Task.FromResult<byte[]?>(ToBytes(new FormRecoveryRecord(form.Number, null))),
            cancellationToken
        );

    /// <summary>All records by form number. One operation per 5,000, and one for each.</summary>
    internal async IAsyncEnumerable<FormRecoveryRecord> ListAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var record in files.ListRecoveryRecordsAsync(project, cancellationToken))
        {
            yield return Parse(record);
        }
    }

    /// <summary>Null when the form has none. One operation.</summary>
    internal async Task<FormRecoveryRecord?> FindAsync(ProjectId project, int number, CancellationToken cancellationToken) =>
        await files.FindRecoveryRecordAsync(project, number, cancellationToken) is { } content ? Parse(content) : null;

    /// <summary>
    /// The content of the rows; null when the form is neither present nor in the trash. Published versions are taken from
    /// <paramref name="before"/>, since they are immutable.
    /// </summary>
    internal async Task<FormRecoveryRecord?> ReadRowsAsync(
        ProjectId project,
        FormId id,
        int number,
        FormRecoveryRecord? before,
        CancellationToken cancellationToken
    )
    {
        var form =
            await forms.FindAsync(project, id, cancellationToken) is { } found && found.Number == number
                ? found
                : await forms.FindTrashedAsync(project, number, cancellationToken);
        if (form is null)
        {
            return null;
        }
        var record = new FormRecoveryRecord(number, form) { Versions = await versions.ListAsync(project, number, cancellationToken) };
        var published = before?.Versions.Select(version => version.Key).ToHashSet() ?? [];
        var slots = new Dictionary<string, IReadOnlyList<FormMedia>>();
        foreach (var definition in record.Definitions.Where(definition => definition.ExpectsMedia))
        {
            slots[definition.Key] =
                published.Contains(definition.Key) && before!.Media.TryGetValue(definition.Key, out var known)
                    ? known
                    : await media.ListAsync(project, definition.Key, cancellationToken);
        }
        return record with { Media = slots };
    }

    /// <summary>A text that is equal for equal forms, versions or slots.</summary>
    internal static string Text<T>(T value) => JsonSerializer.Serialize(value, Json);

    private static byte[] ToBytes(FormRecoveryRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, Json);

    private static FormRecoveryRecord Parse(byte[] json) => JsonSerializer.Deserialize<FormRecoveryRecord>(json, Json)!;
}
