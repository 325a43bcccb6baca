using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>A submission as an export shows it, and who sent it.</summary>
public sealed record ExportedSubmission(StoredSubmission Stored, string? SubmitterName)
{
    public Submission Submission => Stored.Submission;
}

/// <summary>Where the submissions are that a search found, and, if it has not come to the end, the last one that it has read.</summary>
public sealed record SubmissionSearch(IReadOnlyList<string> Places, InstanceId? LastRead);

/// <summary>Why an encrypted submission's answers are not shown.</summary>
public enum EncryptionStatus
{
    NotDecrypted,
    MissingEncryptedFormData,
}

/// <summary>The sources of an export: the form's tables and its submissions.</summary>
public sealed class ExportSource(
    SubmissionDirectory submissions,
    SubmissionCounts counts,
    FormDirectory forms,
    ActorNames names,
    TimedCache cache
)
{
    /// <summary>
    /// A fingerprint of an export, which changes when submissions or the form may have changed it. A new name of a sender does not count.
    /// Null for a filter whose result depends on the time. Operations as for <see cref="SubmissionCounts.FingerprintAsync"/>.
    /// </summary>
    public async Task<string?> FingerprintAsync(
        ReadableForm form,
        SubmissionSpace space,
        SubmissionFilter? filter,
        CancellationToken cancellationToken
    ) =>
        filter is { AsksForDeleted: true } or { DependsOnTime: true }
            ? null
            : $"{form.Definition.Key} {form.Form.UpdatedAt:O} {await counts.FingerprintAsync(space, cancellationToken)}";

    /// <summary>The tables of a definition. <paramref name="withDeletedFields"/> adds what only earlier versions ask; one operation for
    /// each of those not in memory.</summary>
    public async Task<ExportSchema> ReadSchemaAsync(ReadableForm form, bool withDeletedFields, CancellationToken cancellationToken)
    {
        var definitions = new List<FormDefinition> { form.Definition };
        if (withDeletedFields)
        {
            var versions = await forms.ListVersionsAsync(form.Form, cancellationToken);
            definitions.AddRange(versions.Where(version => version.Key != form.Definition.Key));
        }
        var fields = new List<IReadOnlyList<FormField>>();
        foreach (var definition in definitions)
        {
            fields.Add(await ReadFieldsAsync(form.Form, definition, cancellationToken));
        }
        return ExportSchema.Of(fields);
    }

    /// <summary>The tables of a definition with OData's names. Operations as for <see cref="ReadNamesAsync"/>.</summary>
    public async Task<ExportSchema> ReadODataSchemaAsync(ReadableForm form, CancellationToken cancellationToken)
    {
        var fields = await ReadFieldsAsync(form.Form, form.Definition, cancellationToken);
        return ExportSchema.Of(await ReadNamesAsync(form, fields, cancellationToken), [fields]);
    }

    /// <summary>Null when the names of OData are plain: then no operation; else one, and one for each version not in memory, but for
    /// those asked again within half an hour.</summary>
    public async Task<ODataNames?> ReadNamesAsync(ReadableForm form, IReadOnlyList<FormField> fields, CancellationToken cancellationToken)
    {
        if (!ODataNames.MayCollide(fields))
        {
            return null;
        }
        if (!cache.TryGet(("odata names", form.Definition.Key), out ODataNames? found))
        {
            var all = new List<IReadOnlyList<FormField>>();
            var versions = await forms.ListVersionsAsync(form.Form, cancellationToken);
            foreach (var version in versions.Reverse().TakeWhile(version => version.Key != form.Definition.Key))
            {
                all.Add(await ReadFieldsAsync(form.Form, version, cancellationToken));
            }
            found = ODataNames.Of(all.Append(fields));
            cache.Set(("odata names", form.Definition.Key), found, size: 1024 + (200 * fields.Count), TimeSpan.FromMinutes(30));
        }
        return found;
    }

    private async Task<IReadOnlyList<FormField>> ReadFieldsAsync(
        Form form,
        FormDefinition definition,
        CancellationToken cancellationToken
    ) => XFormReader.Read(await forms.ReadXmlAsync(form.Project, definition, cancellationToken)).Fields;

    /// <summary>
    /// Newest first, from after a submission on if one is named, and those that the filter leaves. One operation per 1,000 submissions,
    /// two more for each sender whose name is not in memory, and one for each XML too large for its row that is read.
    /// </summary>
    public async IAsyncEnumerable<ExportedSubmission> ListAsync(
        SubmissionSpace space,
        SubmissionFilter? filter,
        string? after,
        int? atMost,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var known = new Dictionary<ActorId, string?>();
        await foreach (var stored in submissions.ListStoredAsync(space, after, filter is null ? atMost : null, cancellationToken))
        {
            if (Shows(filter, stored.Submission))
            {
                yield return new ExportedSubmission(
                    stored,
                    await NameAsync(known, space, stored.Submission.Sender.Submitter, cancellationToken)
                );
            }
        }
    }

    /// <summary>The same without their XML, and the place of each in the timeline. One operation per 1,000 rows.</summary>
    public IAsyncEnumerable<(Submission Submission, string Place)> ListPlacesAsync(
        SubmissionSpace space,
        SubmissionFilter? filter,
        string? after,
        CancellationToken cancellationToken
    ) => submissions.ListPlacesAsync(space, after, cancellationToken).Where(found => Shows(filter, found.Submission));

    /// <summary>
    /// Reads at most <paramref name="readAtMost"/> submissions, newest first, until the filter has left <paramref name="atMost"/>. One
    /// operation per 1,000 that are read.
    /// </summary>
    public async Task<SubmissionSearch> SearchAsync(
        SubmissionSpace space,
        SubmissionFilter filter,
        string? after,
        int atMost,
        int readAtMost,
        CancellationToken cancellationToken
    )
    {
        var (places, read, last) = (new List<string>(), 0, (InstanceId?)null);
        await foreach (var (submission, place) in submissions.ListPlacesAsync(space, after, cancellationToken, readAtMost + 1))
        {
            if (places.Count == atMost || read == readAtMost)
            {
                return new SubmissionSearch(places, last);
            }
            read++;
            last = submission.RootId;
            if (Shows(filter, submission))
            {
                places.Add(place);
            }
        }
        return new SubmissionSearch(places, null);
    }

    /// <summary>How many the filter leaves. Operations as for <see cref="SubmissionCounts.CountAsync"/>; with a filter one per 1,000
    /// rows.</summary>
    public async Task<long> CountAsync(SubmissionSpace space, SubmissionFilter? filter, CancellationToken cancellationToken) =>
        filter is null
            ? (await submissions.CountAsync(space, cancellationToken)).Values.Sum()
            : await ListPlacesAsync(space, filter, null, cancellationToken).LongCountAsync(cancellationToken);

    /// <summary>The submission at a place of the timeline; null if it was deleted. One operation.</summary>
    public async Task<ExportedSubmission?> FindAtAsync(SubmissionSpace space, string place, CancellationToken cancellationToken) =>
        await submissions.FindStoredAsync(space, place, cancellationToken) is { } stored
            ? new ExportedSubmission(stored, await NameAsync([], space, stored.Submission.Sender.Submitter, cancellationToken))
            : null;

    /// <summary>One submission. Refuses what isn't there with 404.1. Operations as for <see cref="SubmissionDirectory.ResolveAsync"/>,
    /// and one for its XML.</summary>
    public async Task<ExportedSubmission> GetAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var stored = await submissions.GetStoredAsync(space, root, cancellationToken);
        return new ExportedSubmission(stored, await NameAsync([], space, stored.Submission.Sender.Submitter, cancellationToken));
    }

    /// <summary>
    /// The status of an encrypted submission's files. No operation unless some have been received and others not: then two or three.
    /// </summary>
    public async ValueTask<EncryptionStatus> StatusAsync(SubmissionSpace space, Submission submission, CancellationToken cancellationToken)
    {
        var complete = submission.MediaPresent == submission.MediaExpected;
        if (!complete && submission.MediaPresent > 0)
        {
            // The encrypted answers are the last of the files that the manifest names.
            var (_, current) = await submissions.ResolveAsync(space, submission.RootId, cancellationToken);
            complete = current?.Media is [.., { Exists: true }];
        }
        return complete && submission.MediaExpected > 0 ? EncryptionStatus.NotDecrypted : EncryptionStatus.MissingEncryptedFormData;
    }

    private static bool Shows(SubmissionFilter? filter, Submission submission) =>
        (submission.DeletedAt is null || filter is { AsksForDeleted: true }) && filter?.Matches(submission) != false;

    private async ValueTask<string?> NameAsync(
        Dictionary<ActorId, string?> known,
        SubmissionSpace space,
        ActorId? sender,
        CancellationToken cancellationToken
    )
    {
        if (sender is not { } id)
        {
            return null;
        }
        if (!known.TryGetValue(id, out var name))
        {
            name = (await names.FindAsync(space.Project, id, cancellationToken))?.DisplayName;
            known.Add(id, name);
        }
        return name;
    }
}
