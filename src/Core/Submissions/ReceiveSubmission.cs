using System.Security.Cryptography;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What a phone sends: the submission's XML, and files that are read once, in order, as they come in.</summary>
public sealed record SubmissionUpload(ReadOnlyMemory<byte> Xml, IAsyncEnumerable<IncomingFile> Files, Sender Sender);

/// <summary>One file part. Its content is read before the next one is asked for.</summary>
public sealed record IncomingFile(string Name, string? ContentType, Stream Content);

/// <summary>What was stored: a new submission, an edit, or one that was there already (all are answered 201).</summary>
public sealed record SubmissionReceipt(FormId Form, InstanceId RootId, SubmissionVersion Version);

/// <summary>
/// Receives a submission so that nothing is lost (docs/architecture.md): files and XML go into blobs first, then one table batch claims the
/// instance id and makes all visible. The rows of spec 7.3 are decided by what that batch, or the rows it rests on, finds.
/// </summary>
public sealed class ReceiveSubmission(
    FormDirectory forms, SubmissionsTable submissions, SubmissionFilesContainer files, IntentsTable intents, ApplySubmittedEntities entities,
    TimedCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);
    private const int MaxAttempts = 20;
    private const int MaxMedia = 2000;

    /// <summary>
    /// To the published version that the XML names. Warm: two operations and one per file (four and one with case blocks). Existence, version
    /// and state are refused before rights (OR-077), and missing rights as missing authentication (OR-075).
    /// </summary>
    public async Task<SubmissionReceipt> ToProjectAsync(
        ProjectId project, Actor actor, SubmissionUpload upload, CancellationToken cancellationToken)
    {
        var head = SubmissionHeadReader.Read(upload.Xml);
        var form = (FormId.TryParse(head.FormId, out var id) ? await forms.FindRecentAsync(project, id, cancellationToken) : null)
            ?? throw Problem.NotFound().AsException();
        var definition = await AcceptingVersionAsync(form, head, cancellationToken);
        if (!actor.May(Verb.SubmissionCreate, form.Scope))
        {
            throw Problem.NotAuthenticated().AsException();
        }
        return await ReceiveAsync(SubmissionSpace.Published(form), form, definition, head, Arriving.AsOpenRosa, upload, cancellationToken);
    }

    /// <summary>
    /// To a form that the address names, from a script: a new submission, or with <paramref name="edits"/> an edit of that one. Nothing is taken
    /// twice here: an instance id in use is refused with 409.3 (OR-270), and an edit that names nothing to replace with 400.19 (OR-271).
    /// </summary>
    public async Task<SubmissionReceipt> ToFormAsync(Form form, bool toDraft, SubmissionUpload upload, InstanceId? edits, CancellationToken cancellationToken)
    {
        var head = SubmissionHeadReader.Read(upload.Xml);
        RequireForm(form, head);
        var (space, definition) = toDraft
            ? (SubmissionSpace.OfDraft(form), form.Draft!.Definition)
            : (SubmissionSpace.Published(form), await AcceptingVersionAsync(form, head, cancellationToken));
        if (edits is not null && head.DeprecatedId is null)
        {
            throw Problem.NoDeprecatedId().AsException();
        }
        var whole = edits is null ? head with { DeprecatedId = null } : head;
        return await ReceiveAsync(space, form, definition, whole, new Arriving(TakesRepeats: false, edits), upload, cancellationToken);
    }

    /// <summary>To the draft of a form, whatever version the XML names and whatever the form's state (OR-248, OR-249).</summary>
    public async Task<SubmissionReceipt> ToDraftAsync(Form form, SubmissionUpload upload, CancellationToken cancellationToken)
    {
        var draft = form.Draft ?? throw Problem.NotFound().AsException();
        var head = SubmissionHeadReader.Read(upload.Xml);
        RequireForm(form, head);
        return await ReceiveAsync(SubmissionSpace.OfDraft(form), form, draft.Definition, head, Arriving.AsOpenRosa, upload, cancellationToken);
    }

    private static void RequireForm(Form form, SubmissionHead head)
    {
        if (head.FormId != form.Id.Value)
        {
            throw Problem.UnexpectedValue("form id", head.FormId, "it did not match the form ID in the URL.").AsException();
        }
    }

    private async Task<FormDefinition> AcceptingVersionAsync(Form form, SubmissionHead head, CancellationToken cancellationToken)
    {
        var definition = await forms.FindVersionAsync(form, head.Version, cancellationToken)
            ?? throw Problem.SubmittedVersionNotFound(head.Version).AsException();
        return form.State == FormState.Closed ? throw Problem.NotAcceptingSubmissions().AsException() : definition;
    }

    private async Task<SubmissionReceipt> ReceiveAsync(
        SubmissionSpace space, Form form, FormDefinition definition, SubmissionHead head, Arriving arriving, SubmissionUpload upload, CancellationToken cancellationToken)
    {
        var expected = ExpectedMedia(head, definition, upload.Xml);
        var version = new SubmissionVersion(
            head.InstanceId ?? InstanceId.New(), Convert.ToHexStringLower(SHA256.HashData(upload.Xml.Span)), head.Version, upload.Sender, head.InstanceName, clock.GetUtcNow());

        var received = new Dictionary<string, SubmissionMedia>(StringComparer.Ordinal);
        Instance? known;
        try
        {
            await StoreFilesAsync(space, version, expected, upload.Files, received, cancellationToken);
            known = arriving.TakesRepeats ? await FindRememberedAsync(space, version, cancellationToken) : null;
            if (known is null)
            {
                // The XML last, when the whole body has been read: one that breaks off leaves nothing.
                await files.PutXmlAsync(space, version.Id, version.XmlHash, upload.Xml, cancellationToken);
            }
        }
        catch
        {
            await files.DiscardMediaAsync(received.Values.Select(file => file.Blob!));
            throw;
        }

        var arrival = new Arrival(space, head, arriving, version with { Media = [.. expected.Select(file => received.GetValueOrDefault(file.Name, file))] }, upload.Xml, received,
            ApplySubmittedEntities.Read(space, head, definition, upload.Xml));
        try
        {
            // From here a phone that hangs up changes nothing, so these writes do not stop with it.
            var (root, stored) = await (known is null ? ClaimAsync(arrival) : RepeatAsync(arrival, known));
            cache.Set((space, version.Id), version.XmlHash, size: 512, Remembered);
            return new SubmissionReceipt(form.Id, root, stored);
        }
        catch (ProblemException)
        {
            // Refused for certain. After any other failure the claim may have been made: the files must stay.
            await files.DiscardMediaAsync(received.Values.Select(file => file.Blob!));
            throw;
        }
    }

    // A phone that never got its answer soon sends the same again, often to the same instance: then one read says that all is there.
    private async Task<Instance?> FindRememberedAsync(SubmissionSpace space, SubmissionVersion version, CancellationToken cancellationToken) =>
        cache.TryGet((space, version.Id), out string? hash) && hash == version.XmlHash
        && await submissions.FindInstanceAsync(space, version.Id, cancellationToken) is { State: InstanceState.Current } found
            ? found
            : null;

    // Case blocks and entities are work beyond the claim. The intent stands before it and goes when all is done or refused; what a crash leaves, Reconcile ends.
    private async Task<(InstanceId Root, SubmissionVersion Version)> ClaimAsync(Arrival arrival)
    {
        var intent = arrival.Head.CaseBlocks > 0 || arrival.Entities.Count > 0
            ? new Intent(arrival.Space, arrival.Version.Id, arrival.Version.XmlHash, arrival.Version.CreatedAt)
            : null;
        if (intent is not null)
        {
            await intents.AddAsync(intent, CancellationToken.None);
        }
        try
        {
            var claimed = await (arrival.Head.DeprecatedId is { } deprecated ? EditAsync(arrival, deprecated) : AddAsync(arrival));
            if (await entities.TryRunAsync(arrival.Space, claimed.Root, claimed.Version, arrival.Head.FormId, arrival.Entities, CancellationToken.None))
            {
                await DoneAsync();
            }
            return claimed;
        }
        catch (ProblemException)
        {
            await DoneAsync();
            throw;
        }

        Task DoneAsync() => intent is null ? Task.CompletedTask : intents.RemoveAsync(intent, CancellationToken.None);
    }

    // Rows 5 to 9 of spec 7.3.
    private async Task<(InstanceId Root, SubmissionVersion Version)> AddAsync(Arrival arrival)
    {
        var version = arrival.Version;
        var submission = new Submission(version.Id, version.Sender, version.FormVersion, version.CreatedAt, version)
        {
            CaseBlocks = arrival.Head.CaseBlocks,
            MediaExpected = version.Media.Count,
            MediaPresent = version.Media.Count(file => file.Exists),
        };
        if (await submissions.AddAsync(arrival.Space, submission, arrival.Xml, CancellationToken.None))
        {
            return (version.Id, version);
        }
        var existing = await submissions.FindInstanceAsync(arrival.Space, version.Id, CancellationToken.None)
            ?? throw new InvalidOperationException($"The instance {version.Id} is there for a batch, but not for a read.");
        return existing.State switch
        {
            InstanceState.Superseded => throw Problem.SupersededInstance(version.Id.Value).AsException(),
            InstanceState.Deleted => throw Problem.SubmissionDeleted(version.Id.Value).AsException(),
            _ => await RepeatAsync(arrival, existing),
        };
    }

    // Rows 10 to 15 of spec 7.3. Of several edits of one version at the same time, the first to write wins; the others read again and are told.
    private async Task<(InstanceId Root, SubmissionVersion Version)> EditAsync(Arrival arrival, InstanceId deprecated)
    {
        var version = arrival.Version;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var reading = submissions.FindInstanceAsync(arrival.Space, version.Id, CancellationToken.None);
            var before = await submissions.FindInstanceAsync(arrival.Space, deprecated, CancellationToken.None);
            var existing = await reading;
            switch (before?.State)
            {
                case null:
                    throw Problem.DeprecatedIdNotFound(deprecated.Value).AsException();
                case InstanceState.Deleted:
                    throw Problem.SubmissionDeleted(deprecated.Value).AsException();
                case InstanceState.Superseded when existing?.State == InstanceState.Current:
                    return await RepeatAsync(arrival, existing);
                case InstanceState.Superseded:
                    throw Problem.SupersededDeprecated(version.Id.Value, deprecated.Value).AsException();
            }
            if (existing is not null)
            {
                throw Problem.AlreadyExists(["instanceID"], [version.Id.Value]).AsException();
            }

            var (submission, etag) = await submissions.GetAsync(arrival.Space, before!, CancellationToken.None);
            if (arrival.Arriving.Edits is { } edits && submission.RootId != edits)
            {
                throw Problem.SupersededDeprecated(version.Id.Value, deprecated.Value).AsException();
            }
            var carried = version with { Media = CarryOver(version.Media, before!.Version.Media) };
            var edited = submission with
            {
                Current = carried,
                Edits = submission.Edits + 1,
                UpdatedAt = version.CreatedAt,
                ReviewState = "edited",
                CaseBlocks = arrival.Head.CaseBlocks,
                MediaExpected = carried.Media.Count,
                MediaPresent = carried.Media.Count(file => file.Exists),
            };
            if (await submissions.EditAsync(arrival.Space, before, edited, etag, arrival.Xml, CancellationToken.None))
            {
                return (submission.RootId, carried);
            }
        }
        throw new InvalidOperationException($"The submission that {deprecated} belongs to kept changing under the edit {version.Id}.");
    }

    // Rows 6, 7, 13 and 14 of spec 7.3: the instance is there and current. The same XML may bring files that were missing, or replace some.
    private async Task<(InstanceId Root, SubmissionVersion Version)> RepeatAsync(Arrival arrival, Instance existing)
    {
        if (!arrival.Arriving.TakesRepeats)
        {
            throw Problem.AlreadyExists(["instanceID"], [arrival.Version.Id.Value]).AsException();
        }
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (existing.Version.XmlHash != arrival.Version.XmlHash)
            {
                throw Problem.InstanceConflict(arrival.Version.Id.Value).AsException();
            }
            var media = existing.Version.Media.Select(slot => arrival.Received.GetValueOrDefault(slot.Name) is { } file && file.Md5 != slot.Md5 ? file : slot).ToList();
            var filled = existing with { Version = existing.Version with { Media = media } };
            if (media.SequenceEqual(existing.Version.Media) || await submissions.FillMediaAsync(arrival.Space, filled, CancellationToken.None))
            {
                await files.DiscardMediaAsync(arrival.Received.Values.Select(file => file.Blob!).Except(media.Select(file => file.Blob!)));
                var root = arrival.Head.DeprecatedId is null
                    ? existing.Version.Id
                    : (await submissions.GetAsync(arrival.Space, existing, CancellationToken.None)).Submission.RootId;
                return (root, filled.Version);
            }
            existing = await submissions.FindInstanceAsync(arrival.Space, arrival.Version.Id, CancellationToken.None)
                ?? throw Problem.SubmissionDeleted(arrival.Version.Id.Value).AsException();
            if (existing.State != InstanceState.Current)
            {
                throw Problem.SupersededInstance(arrival.Version.Id.Value).AsException();
            }
        }
        throw new InvalidOperationException($"The attachments of {arrival.Version.Id} kept changing under a repeated upload.");
    }

    private async Task StoreFilesAsync(
        SubmissionSpace space, SubmissionVersion version, List<SubmissionMedia> expected, IAsyncEnumerable<IncomingFile> incoming,
        Dictionary<string, SubmissionMedia> received, CancellationToken cancellationToken)
    {
        await foreach (var file in incoming.WithCancellation(cancellationToken))
        {
            // Phones send whatever is in the instance's folder; what the XML does not name is dropped (OR-190).
            if ((expected.Find(slot => slot.Name == file.Name) ?? expected.Find(slot => PartName(slot.Name) == file.Name)) is not { } slot)
            {
                continue;
            }
            var type = MediaType.Of(file.ContentType, file.Name);
            var stored = await files.PutMediaAsync(space, version.Id, version.XmlHash, file.Content, type, cancellationToken);
            if (received.TryGetValue(slot.Name, out var earlier))
            {
                await files.DiscardMediaAsync([earlier.Blob!]);
            }
            received[slot.Name] = slot with { Blob = stored.Blob, Md5 = stored.Md5, Size = stored.Size, ContentType = type };
        }
    }

    // A quote cannot stand in the name of a part: browsers and phones' HTTP clients write it so, and a percent sign as it is.
    private static string PartName(string fileName) => fileName.Replace("\"", "%22", StringComparison.Ordinal);

    private static List<SubmissionMedia> ExpectedMedia(SubmissionHead head, FormDefinition definition, ReadOnlyMemory<byte> xml)
    {
        var expected = head.Encrypted?.ExpectedFiles ?? ExpectedFilesReader.Read(xml, definition.BinaryPaths);
        return expected.Count <= MaxMedia
            ? [.. expected.Select(file => new SubmissionMedia(file.Name, file.IsAudit))]
            : throw Problem.UnexpectedValue("xml", "", $"it names more than {MaxMedia} attachments.").AsException();
    }

    private static List<SubmissionMedia> CarryOver(IReadOnlyList<SubmissionMedia> media, IReadOnlyList<SubmissionMedia> before) =>
        [.. media.Select(slot => slot.Exists
            ? slot
            : before.FirstOrDefault(file => file.Name == slot.Name && file.Exists) is { } held ? held with { IsAudit = slot.IsAudit } : slot)];

    /// <summary>How it came: phones send again what they got no answer for; scripts are told.</summary>
    private sealed record Arriving(bool TakesRepeats, InstanceId? Edits)
    {
        public static Arriving AsOpenRosa { get; } = new(TakesRepeats: true, null);
    }

    private sealed record Arrival(
        SubmissionSpace Space, SubmissionHead Head, Arriving Arriving, SubmissionVersion Version, ReadOnlyMemory<byte> Xml, IReadOnlyDictionary<string, SubmissionMedia> Received,
        IReadOnlyList<EntityBlock> Entities);
}
