using System.Security.Cryptography;
using Azure;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Receives a submission so that nothing is lost (docs/architecture.md): files and XML go into blobs first, then one table batch takes the
/// instance id and makes all visible. <see cref="DecideSubmission"/> decides by what that batch, or the rows it depends on, finds.
/// </summary>
public sealed class ReceiveSubmission(
    FormDirectory forms,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    CommitSubmission commit,
    TimedCache cache,
    TimeProvider clock
)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);
    private const int MaxMedia = 2000;

    /// <summary>
    /// To the published version that the XML names. Warm: two operations and one per file (four and one with case blocks). Existence,
    /// version and state are refused before rights (OR-077), and missing rights as missing authentication (OR-075).
    /// </summary>
    public async Task<SubmissionReceipt> ToProjectAsync(
        ProjectId project,
        Actor actor,
        SubmissionUpload upload,
        CancellationToken cancellationToken
    )
    {
        var head = SubmissionHeadReader.Read(upload.Xml);
        var form = FormId.TryParse(head.FormId, out var id) ? await forms.FindRecentAsync(project, id, cancellationToken) : null;
        var definition = await AcceptingVersionAsync(
            form,
            head,
            form is not null && actor.May(Verb.SubmissionCreate, form.Scope),
            cancellationToken
        );
        return await ReceiveAsync(
            SubmissionSpace.Published(form!),
            form!,
            definition,
            head,
            DuplicatePolicy.OpenRosa,
            upload,
            cancellationToken
        );
    }

    /// <summary>
    /// To a form that the address names, from a script: a new submission, or with <paramref name="edits"/> an edit of that one. Nothing
    /// is taken twice here: an instance id in use is refused with 409.3 (OR-270), and an edit that names nothing to replace with 400.19
    /// (OR-271).
    /// </summary>
    public async Task<SubmissionReceipt> ToFormAsync(
        Form form,
        bool toDraft,
        SubmissionUpload upload,
        InstanceId? edits,
        CancellationToken cancellationToken
    )
    {
        var head = SubmissionHeadReader.Read(upload.Xml);
        RequireForm(form, head);
        var (space, definition) = toDraft
            ? (SubmissionSpace.OfDraft(form), form.Draft!.Definition)
            : (SubmissionSpace.Published(form), await AcceptingVersionAsync(form, head, maySubmit: true, cancellationToken));
        if (edits is not null && head.DeprecatedId is null)
        {
            throw Problem.NoDeprecatedId().AsException();
        }
        var whole = edits is null ? head with { DeprecatedId = null } : head;
        return await ReceiveAsync(space, form, definition, whole, DuplicatePolicy.Central, upload, cancellationToken, addressed: edits);
    }

    /// <summary>To the draft of a form, whatever version the XML names and whatever the form's state (OR-248, OR-249).</summary>
    public async Task<SubmissionReceipt> ToDraftAsync(Form form, SubmissionUpload upload, CancellationToken cancellationToken)
    {
        var draft = form.Draft ?? throw Problem.NotFound().AsException();
        var head = SubmissionHeadReader.Read(upload.Xml);
        RequireForm(form, head);
        return await ReceiveAsync(
            SubmissionSpace.OfDraft(form),
            form,
            draft.Definition,
            head,
            DuplicatePolicy.OpenRosa,
            upload,
            cancellationToken
        );
    }

    /// <summary>From CommCare's receiver, whose forms need no definition: any version, any files, whatever the form's state.</summary>
    public Task<SubmissionReceipt> FromCommCareAsync(
        Form form,
        CommCareForm said,
        SubmissionUpload upload,
        CancellationToken cancellationToken
    ) =>
        ReceiveAsync(
            SubmissionSpace.Published(form),
            form,
            form.Shown,
            said.Head,
            DuplicatePolicy.CommCare,
            upload,
            cancellationToken,
            commCareBlocks: said.Blocks
        );

    private static void RequireForm(Form form, SubmissionHead head)
    {
        if (head.FormId != form.Id.Value)
        {
            throw Problem.UnexpectedValue("form id", head.FormId, "it did not match the form ID in the URL.").AsException();
        }
    }

    // Rows 1 to 4.
    private async Task<FormDefinition> AcceptingVersionAsync(
        Form? form,
        SubmissionHead head,
        bool maySubmit,
        CancellationToken cancellationToken
    )
    {
        var version = form is null ? null : await forms.FindVersionAsync(form, head.Version, cancellationToken);
        return DecideSubmission.RefuseForm(form, version, head.Version, maySubmit) is { } refusal ? throw refusal.AsException() : version!;
    }

    private async Task<SubmissionReceipt> ReceiveAsync(
        SubmissionSpace space,
        Form form,
        FormDefinition definition,
        SubmissionHead head,
        DuplicatePolicy policy,
        SubmissionUpload upload,
        CancellationToken cancellationToken,
        InstanceId? addressed = null,
        CaseBlocks? commCareBlocks = null
    )
    {
        var content = ContentOf(head, definition, upload.Xml);
        var expected = policy == DuplicatePolicy.CommCare ? [] : ExpectedMedia(content);
        var version = new SubmissionVersion(
            head.InstanceId ?? InstanceId.New(),
            Convert.ToHexStringLower(SHA256.HashData(upload.Xml.Span)),
            head.Version,
            upload.Sender,
            head.InstanceName,
            clock.GetUtcNow()
        );

        var received = new Dictionary<string, SubmissionMedia>(StringComparer.Ordinal);
        Instance? known;
        ReceiptMetadata? note = null;
        ETag? put = null;
        try
        {
            await StoreFilesAsync(space, version, policy, expected, upload.Files, received, cancellationToken);
            known = policy != DuplicatePolicy.Central ? await FindRememberedAsync(space, version, cancellationToken) : null;
            if (known is null)
            {
                // The XML last, after the whole body: a truncated request leaves nothing.
                note = ReceiptMetadata.Of(space, version, head, policy == DuplicatePolicy.CommCare, upload.SyncToken, clock.GetUtcNow());
                put = await files.PutXmlAsync(space, version.Id, version.XmlHash, upload.Xml, note, cancellationToken);
            }
        }
        catch
        {
            await files.DiscardMediaAsync(received.Values.Select(file => file.Blob!));
            throw;
        }

        var staged = new StagedSubmission(
            space,
            head,
            policy,
            version with
            {
                Media = [.. expected.Select(file => received.GetValueOrDefault(file.Name, file))],
            },
            upload.Xml,
            received
        )
        {
            Addressed = addressed,
            Blocks = commCareBlocks ?? CaseBlocksOf(space, head, upload.Xml),
            Entities = space.Draft is null ? content.Entities : [],
            SyncToken = upload.SyncToken,
        };
        try
        {
            // From here on a disconnect must not stop the writes.
            var (root, stored) = await commit.RunAsync(staged, known);
            if (note is not null && put is null && stored.CreatedAt == version.CreatedAt)
            {
                await files.NoteAsync(space, version.Id, version.XmlHash, note, CancellationToken.None);
            }
            cache.Set((space, version.Id), version.XmlHash, size: 512, Remembered);
            return new SubmissionReceipt(form.Id, root, stored);
        }
        catch (ProblemException)
        {
            // Refused for certain. After any other failure the claim may have been made: the files must stay. The XML stays in any
            // case, since others may have found it there.
            await files.DiscardMediaAsync(received.Values.Select(file => file.Blob!));
            if (put is { } etag)
            {
                await files.NoteRefusedAsync(space, version.Id, version.XmlHash, etag);
            }
            throw;
        }
    }

    // A phone that never got its answer soon sends the same again, often to the same instance: then one read says that all is there.
    private async Task<Instance?> FindRememberedAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        CancellationToken cancellationToken
    ) =>
        cache.TryGet((space, version.Id), out string? hash)
        && hash == version.XmlHash
        && await submissions.FindInstanceAsync(space, version.Id, cancellationToken) is { State: InstanceState.Current } found
            ? found
            : null;

    private static CaseBlocks CaseBlocksOf(SubmissionSpace space, SubmissionHead head, ReadOnlyMemory<byte> xml) =>
        space.Draft is null && head.CaseBlocks > 0 ? CaseBlockReader.Read(xml, knowsVersion1: false) : CaseBlocks.None;

    private async Task StoreFilesAsync(
        SubmissionSpace space,
        SubmissionVersion version,
        DuplicatePolicy policy,
        List<SubmissionMedia> expected,
        IAsyncEnumerable<IncomingFile> incoming,
        Dictionary<string, SubmissionMedia> received,
        CancellationToken cancellationToken
    )
    {
        await foreach (var file in incoming.WithCancellation(cancellationToken))
        {
            if (policy == DuplicatePolicy.CommCare && expected.TrueForAll(one => one.Name != file.Name) && expected.Count < MaxMedia)
            {
                // CommCare's forms do not say which files come with them (CC-100).
                expected.Add(new SubmissionMedia(file.Name, IsAudit: false));
            }
            // Phones send whatever is in the instance's folder; what the XML does not name is dropped (OR-190).
            if (
                (
                    expected.Find(slot => slot.Name == file.Name)
                    ?? expected.Find(slot => slot.Name == file.Verbatim)
                    ?? expected.Find(slot => PartName(slot.Name) is var part && (part == file.Name || part == file.Verbatim))
                )
                is not { } slot
            )
            {
                continue;
            }
            var type = MediaType.Of(file.ContentType, file.Name);
            var stored = await files.PutMediaAsync(space, version, slot.Name, file.Content, type, clock.GetUtcNow(), cancellationToken);
            if (received.TryGetValue(slot.Name, out var earlier))
            {
                await files.DiscardMediaAsync([earlier.Blob!]);
            }
            received[slot.Name] = slot with { Blob = stored.Blob, Md5 = stored.Md5, Size = stored.Size, ContentType = type };
        }
    }

    // A quote cannot stand in the name of a part: browsers and phones' HTTP clients write it so, and a percent sign as it is.
    private static string PartName(string fileName) => fileName.Replace("\"", "%22", StringComparison.Ordinal);

    // An encrypted submission names its files itself, and its entities cannot be read.
    private static SubmissionContent ContentOf(SubmissionHead head, FormDefinition definition, ReadOnlyMemory<byte> xml) =>
        head.Encrypted is { } encrypted
            ? new SubmissionContent(encrypted.ExpectedFiles, [])
            : SubmissionContentReader.Read(xml, definition.BinaryPaths, definition.Entities);

    internal static List<SubmissionMedia> ExpectedMedia(SubmissionHead head, FormDefinition definition, ReadOnlyMemory<byte> xml) =>
        ExpectedMedia(ContentOf(head, definition, xml));

    private static List<SubmissionMedia> ExpectedMedia(SubmissionContent content) =>
        content.Files.Count <= MaxMedia
            ? [.. content.Files.Select(file => new SubmissionMedia(file.Name, file.IsAudit))]
            : throw Problem.UnexpectedValue("xml", "", $"it names more than {MaxMedia} attachments.").AsException();
}
