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
/// Receives a submission so that nothing is lost (docs/architecture.md): files and XML are written to blobs first, then one table batch
/// inserts the instance id and makes the submission visible. <see cref="DecideSubmission"/> decides by the rows that this batch meets or
/// depends on.
/// </summary>
public sealed class ReceiveSubmission(
    FormDirectory forms,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    StoreSubmissionFiles storeFiles,
    CommitSubmission commit,
    BusyForms busy,
    FormShards shards,
    TimedCache cache,
    TimeProvider clock
)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

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
        using var reader = SubmissionReader.Open(upload.Xml);
        var form = FormId.TryParse(reader.FormId, out var id) ? await forms.FindRecentAsync(project, id, cancellationToken) : null;
        var version = form is null ? null : await forms.FindVersionAsync(form, reader.Version, cancellationToken);
        var read = reader.ReadAll(version);
        Require(form, version, read.Head, form is not null && actor.May(Verb.SubmissionCreate, form.Scope));
        var space = SubmissionSpace.Published(form!);
        return await ReceiveAsync(new Incoming(space, form!, read, DuplicatePolicy.OpenRosa, upload), cancellationToken);
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
        using var reader = SubmissionReader.Open(upload.Xml);
        var definition =
            toDraft ? form.Draft!.Definition
            : reader.FormId == form.Id.Value ? await forms.FindVersionAsync(form, reader.Version, cancellationToken)
            : null;
        var read = reader.ReadAll(definition);
        RequireForm(form, read.Head);
        if (!toDraft)
        {
            Require(form, definition, read.Head, maySubmit: true);
        }
        if (edits is not null && read.Head.DeprecatedId is null)
        {
            throw Problem.NoDeprecatedId().AsException();
        }
        var space = toDraft ? SubmissionSpace.OfDraft(form) : SubmissionSpace.Published(form);
        var whole = edits is null ? read with { Head = read.Head with { DeprecatedId = null } } : read;
        return await ReceiveAsync(
            new Incoming(space, form, whole, DuplicatePolicy.Central, upload) { Addressed = edits },
            cancellationToken
        );
    }

    /// <summary>To the draft of a form, whatever version the XML names and whatever the form's state (OR-248, OR-249).</summary>
    public async Task<SubmissionReceipt> ToDraftAsync(Form form, SubmissionUpload upload, CancellationToken cancellationToken)
    {
        var draft = form.Draft ?? throw Problem.NotFound().AsException();
        using var reader = SubmissionReader.Open(upload.Xml);
        var read = reader.ReadAll(draft.Definition);
        RequireForm(form, read.Head);
        return await ReceiveAsync(
            new Incoming(SubmissionSpace.OfDraft(form), form, read, DuplicatePolicy.OpenRosa, upload),
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
            new Incoming(
                SubmissionSpace.Published(form),
                form,
                new ReadSubmission(said.Head, StoreSubmissionFiles.ContentOf(said.Head, form.Shown, upload.Xml), said.Blocks),
                DuplicatePolicy.CommCare,
                upload
            ),
            cancellationToken
        );

    private static void RequireForm(Form form, SubmissionHead head)
    {
        if (head.FormId != form.Id.Value)
        {
            throw Problem.UnexpectedValue("form id", head.FormId, "it did not match the form ID in the URL.").AsException();
        }
    }

    // Rows 1 to 4.
    private static void Require(Form? form, FormDefinition? version, SubmissionHead head, bool maySubmit)
    {
        if (DecideSubmission.RefuseForm(form, version, head.Version, maySubmit) is { } refusal)
        {
            throw refusal.AsException();
        }
    }

    private async Task<SubmissionReceipt> ReceiveAsync(Incoming incoming, CancellationToken cancellationToken)
    {
        var (head, upload) = (incoming.Read.Head, incoming.Upload);
        var version = new SubmissionVersion(
            head.InstanceId ?? InstanceId.New(),
            Convert.ToHexStringLower(SHA256.HashData(upload.Xml.Span)),
            head.Version,
            upload.Sender,
            head.InstanceName,
            clock.GetUtcNow()
        );
        var stored = await StoreAsync(incoming, version, cancellationToken);
        if (clock.GetUtcNow() - version.CreatedAt > FormShards.LongestUse)
        {
            incoming = await WithShardsAsync(incoming);
        }
        return await CommitAsync(incoming.Form, Stage(incoming, version, stored), stored);
    }

    // While a slow body was read, the form may have got more shards.
    private async Task<Incoming> WithShardsAsync(Incoming incoming)
    {
        var form = await forms.FindAsync(incoming.Form.Project, incoming.Form.Id, CancellationToken.None);
        return form?.Number != incoming.Form.Number ? incoming : incoming with { Space = incoming.Space with { Shards = form.Shards } };
    }

    private async Task<StoredParts> StoreAsync(Incoming incoming, SubmissionVersion version, CancellationToken cancellationToken)
    {
        var (space, upload, policy) = (incoming.Space, incoming.Upload, incoming.Policy);
        var expected = policy == DuplicatePolicy.CommCare ? [] : StoreSubmissionFiles.ExpectedMedia(incoming.Read.Content);
        var received = new Dictionary<string, SubmissionMedia>(StringComparer.Ordinal);
        try
        {
            await storeFiles.RunAsync(space, version, policy, expected, upload.Files, received, cancellationToken);
            var parts = new StoredParts(expected, received);
            if (policy != DuplicatePolicy.Central && await FindRememberedAsync(space, version, cancellationToken) is { } known)
            {
                return parts with { Known = known };
            }

            // The XML is written last, after the whole body has been read: an interrupted request leaves no XML.
            var isCommCare = policy == DuplicatePolicy.CommCare;
            var note = ReceiptMetadata.Of(space, version, incoming.Read.Head, isCommCare, upload.SyncToken, clock.GetUtcNow());
            return parts with
            {
                Note = note,
                NewXml = await files.PutXmlAsync(space, version.Id, version.XmlHash, upload.Xml, note, cancellationToken),
            };
        }
        catch
        {
            await files.DiscardMediaAsync(received.Values.Select(file => file.Blob!));
            throw;
        }
    }

    private static StagedSubmission Stage(Incoming incoming, SubmissionVersion version, StoredParts stored)
    {
        var (space, read, xml) = (incoming.Space, incoming.Read, incoming.Upload.Xml);
        var whole = version with { Media = [.. stored.Expected.Select(file => stored.Received.GetValueOrDefault(file.Name, file))] };
        return new StagedSubmission(space, read.Head, incoming.Policy, whole, xml, stored.Received)
        {
            Addressed = incoming.Addressed,
            Blocks = space.Draft is null ? read.Blocks : CaseBlocks.None,
            Entities = space.Draft is null ? read.Content.Entities : [],
            SyncToken = incoming.Upload.SyncToken,
        };
    }

    private async Task<SubmissionReceipt> CommitAsync(Form form, StagedSubmission staged, StoredParts stored)
    {
        var (space, version) = (staged.Space, staged.Version);
        try
        {
            // These writes continue when the client disconnects.
            var (root, committed) = await commit.RunAsync(staged, stored.Known);
            if (stored.Note is { } note && stored.NewXml is null && committed.CreatedAt == version.CreatedAt)
            {
                await files.NoteAsync(space, version.Id, version.XmlHash, note, CancellationToken.None);
            }
            cache.Set((space, version.Id), version.XmlHash, size: 512, Remembered);
            return new SubmissionReceipt(form.Id, root, committed);
        }
        catch (ProblemException)
        {
            // Refused for certain. After any other failure the submission may be committed: the files must stay. The XML stays in any
            // case, since another request may rely on it.
            await files.DiscardMediaAsync(staged.ReceivedBlobs);
            if (stored.NewXml is { } etag)
            {
                await files.NoteRefusedAsync(space, version.Id, version.XmlHash, etag);
            }
            throw;
        }
        finally
        {
            if (busy.Take(space))
            {
                await shards.TryGrowAsync(form);
            }
        }
    }

    // A phone that got no answer soon sends the same submission again, often to the same instance; then one read finds the duplicate.
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

    /// <summary>An incoming submission, with the policy that the route sets.</summary>
    private sealed record Incoming(SubmissionSpace Space, Form Form, ReadSubmission Read, DuplicatePolicy Policy, SubmissionUpload Upload)
    {
        /// <summary>The submission that the address names, for an edit.</summary>
        public InstanceId? Addressed { get; init; }
    }

    /// <summary>The content of blobs before the commit.</summary>
    private sealed record StoredParts(IReadOnlyList<SubmissionMedia> Expected, IReadOnlyDictionary<string, SubmissionMedia> Received)
    {
        /// <summary>The same submission, which this instance of the app committed recently; its XML was not written again.</summary>
        public Instance? Known { get; init; }

        public ReceiptMetadata? Note { get; init; }

        /// <summary>The ETag of the XML blob when this request created it.</summary>
        public ETag? NewXml { get; init; }
    }
}
