using System.Runtime.CompilerServices;
using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// All that the tables say of a form: its row, its published versions and, by definition, its media slots. Without a <see cref="Form"/>
/// it was forgotten, and only its number remains, which no other form may get: accounts may still hold rights on it.
/// </summary>
public sealed record FormRecoveryRecord(int Number, Form? Form)
{
    /// <summary>Newest publication first.</summary>
    public IReadOnlyList<FormDefinition> Versions { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<FormMedia>> Media { get; init; } = new Dictionary<string, IReadOnlyList<FormMedia>>();

    /// <summary>Every definition that the form has: the published versions, and the draft.</summary>
    internal IEnumerable<FormDefinition> Definitions => Form?.Draft is { } draft ? Versions.Append(draft.Definition) : Versions;
}

/// <summary>Keeps a shadow of each form beside its files. Whoever changes the rows of a form lets it follow.</summary>
public sealed class FormRecovery(FormsTable forms, FormVersionsTable versions, FormMediaTable media, FormFilesContainer files)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        IgnoreReadOnlyProperties = true,
        Converters = { new TextConverter<FormId>(FormId.Parse, id => id.Value) },
    };

    /// <summary>Four operations, and one for each definition with media that wasn't published when the shadow was last written.</summary>
    internal Task SaveAsync(Form form, CancellationToken cancellationToken) =>
        files.WriteRecoveryRecordAsync(
            form.Project,
            form.Number,
            async before =>
                await ReadRowsAsync(form.Project, form.Id, form.Number, before is null ? null : Parse(before), cancellationToken) is { } now
                    ? ToBytes(now)
                    : null,
            cancellationToken
        );

    /// <summary>Leaves the number alone. Two operations.</summary>
    internal Task ForgetAsync(Form form, CancellationToken cancellationToken) =>
        files.WriteRecoveryRecordAsync(
            form.Project,
            form.Number,
            _ => Task.FromResult<byte[]?>(ToBytes(new FormRecoveryRecord(form.Number, null))),
            cancellationToken
        );

    /// <summary>In the order of their numbers. One operation per 5,000 and one for each.</summary>
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

    /// <summary>What the rows say now; null when the form is neither there nor in the trash. What was published before is taken from
    /// <paramref name="before"/>: it never changes.</summary>
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

    /// <summary>The same for two forms, versions or slots that say the same.</summary>
    internal static string Text<T>(T value) => JsonSerializer.Serialize(value, Json);

    private static byte[] ToBytes(FormRecoveryRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, Json);

    private static FormRecoveryRecord Parse(byte[] json) => JsonSerializer.Deserialize<FormRecoveryRecord>(json, Json)!;
}
