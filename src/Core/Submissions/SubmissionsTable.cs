using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What became of an instance id since it was first used.</summary>
public enum InstanceState
{
    Current,
    Superseded,
    Deleted,
}

/// <summary>The row of an instance id: the version that it names, and where that version's submission stands in the timeline.</summary>
public sealed record Instance(SubmissionVersion Version, InstanceState State, string TimelineKey)
{
    internal ETag ETag { get; init; }
}

/// <summary>
/// Table `submissions`: the index of what was received. A new submission is one batch of two rows: its instance id (the claim: no id is
/// used twice) and its place in the timeline, which carries all that a listing shows.
/// </summary>
public sealed partial class SubmissionsTable(StorageAccount storage)
{
    private const int PageSize = 1000;
    private static readonly string[] ListedColumns =
    [
        Column.RootId,
        Column.UpdatedAt,
        Column.ReviewState,
        Column.Edits,
        Column.Deleted,
        Column.DeletedAt,
        Column.CaseBlocks,
        Column.MediaExpected,
        Column.MediaPresent,
        .. Column.OfSender(""),
        Column.CreatedAt,
        Column.FormVersion,
        .. Column.OfSender(Column.Current),
        Column.Current + Column.Id,
        Column.Current + Column.XmlHash,
        Column.Current + Column.FormVersion,
        Column.Current + Column.InstanceName,
        Column.Current + Column.CreatedAt,
        Column.Current + Column.Problem,
    ];

    private static readonly string[] ExportedColumns = [Column.RowKey, .. ListedColumns, Column.Xml];

    /// <summary>What <see cref="CountsAs"/> reads.</summary>
    internal static readonly string[] CountedColumns = [Column.RowKey, Column.Deleted, Column.ReviewState];

    private readonly TableClient _table = storage.Table(StorageNames.SubmissionsTable);

    /// <summary>Null when it was added, or else whatever has the instance id in this space. One operation, and one more when the id has
    /// been used.</summary>
    internal async Task<Instance?> AddAsync(
        SubmissionSpace space,
        Submission submission,
        ReadOnlyMemory<byte> xml,
        CancellationToken cancellationToken
    )
    {
        var timelineKey = SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId);
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(
                        TableTransactionActionType.Add,
                        ToEntity(space, new Instance(submission.Current, InstanceState.Current, timelineKey))
                    ),
                    new(TableTransactionActionType.Add, ToEntity(space, submission, xml)),
                ],
                cancellationToken
            );
            return null;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            var existing =
                await FindInstanceAsync(space, submission.Current.Id, cancellationToken)
                ?? throw new InvalidOperationException($"The instance {submission.Current.Id} is there for a batch, but not for a read.");
            return IsWrite(existing, submission.Current) ? null : existing;
        }
    }

    /// <summary>Null when the instance id was never used in this space. One operation.</summary>
    internal async Task<Instance?> FindInstanceAsync(SubmissionSpace space, InstanceId id, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SubmissionKeys.Partition(space),
            SubmissionKeys.Instance(id),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToInstance(found.Value!) : null;
    }

    /// <summary>The submission that an instance belongs to. One operation.</summary>
    internal async Task<(Submission Submission, ETag ETag)> GetAsync(
        SubmissionSpace space,
        Instance instance,
        CancellationToken cancellationToken
    )
    {
        var entity = await _table.GetEntityAsync<TableEntity>(
            SubmissionKeys.Partition(space),
            instance.TimelineKey,
            ListedColumns,
            cancellationToken
        );
        return (ToSubmission(entity.Value), entity.Value.ETag);
    }

    /// <summary>
    /// Makes <paramref name="edited"/>'s current version follow <paramref name="before"/>, in one batch. False when anything it rests
    /// on has changed since it was read, or the new instance id is taken: read again and decide again. An edit that keeps the instance
    /// id gives
    /// <paramref name="setAside"/>, the id that the version before it has from now on. One operation, and one more when something has
    /// changed.
    /// </summary>
    internal async Task<bool> EditAsync(
        SubmissionSpace space,
        Instance before,
        Submission edited,
        ETag submissionETag,
        ReadOnlyMemory<byte> xml,
        InstanceId? setAside,
        CancellationToken cancellationToken
    )
    {
        var now = ToEntity(space, new Instance(edited.Current, InstanceState.Current, before.TimelineKey));
        var then = ToEntity(
            space,
            before with
            {
                State = InstanceState.Superseded,
                Version = before.Version with { Id = setAside ?? before.Version.Id },
            }
        );
        var partition = SubmissionKeys.Partition(space);
        var row = ToEntity(space, edited, xml);
        row.RowKey = before.TimelineKey;
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.Add, setAside is null ? now : then),
                    new(TableTransactionActionType.UpdateReplace, setAside is null ? then : now, before.ETag),
                    new(TableTransactionActionType.UpdateReplace, row, submissionETag),
                    SubmissionCounts.Mark(space, before.TimelineKey),
                    new(
                        TableTransactionActionType.Add,
                        new TableEntity(partition, SubmissionKeys.Edit(edited.RootId, edited.Edits))
                        {
                            [Column.Id] = (setAside ?? edited.Current.Id).Value,
                        }
                    ),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return IsWrite(await FindInstanceAsync(space, edited.Current.Id, cancellationToken), edited.Current);
        }
    }

    // The answer to a write may get lost: then the client writes again, and meets what it wrote itself.
    private static bool IsWrite(Instance? found, SubmissionVersion version) =>
        found is { State: InstanceState.Current }
        && found.Version.XmlHash == version.XmlHash
        && found.Version.CreatedAt == version.CreatedAt;

    /// <summary>Writes the attachments of a current version, if it hasn't changed since it was read. One operation.</summary>
    internal async Task<bool> FillMediaAsync(SubmissionSpace space, Instance instance, CancellationToken cancellationToken)
    {
        var counts = new TableEntity(SubmissionKeys.Partition(space), instance.TimelineKey)
        {
            [Column.MediaPresent] = instance.Version.Media.Count(file => file.Exists),
        };
        try
        {
            // The count follows from the instance row, whose ETag orders the writers.
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.UpdateReplace, ToEntity(space, instance), instance.ETag),
                    new(TableTransactionActionType.UpdateMerge, counts, ETag.All),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    /// <summary>Says what is wrong with the case blocks of a version, or that nothing is any more (null), if it hasn't changed since it
    /// was read. One operation.</summary>
    internal async Task<bool> SetProblemAsync(
        SubmissionSpace space,
        Instance instance,
        string? problem,
        CancellationToken cancellationToken
    )
    {
        var row = new TableEntity(SubmissionKeys.Partition(space), instance.TimelineKey)
        {
            [Column.Current + Column.Problem] = problem ?? "",
        };
        var version = new TableTransactionAction(
            TableTransactionActionType.UpdateReplace,
            ToEntity(space, instance with { Version = instance.Version with { Problem = problem } }),
            instance.ETag
        );
        try
        {
            await _table.SubmitTransactionAsync(
                instance.State == InstanceState.Superseded
                    ? [version]
                    : [version, new(TableTransactionActionType.UpdateMerge, row, ETag.All)],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    /// <summary>Whoever decides last is right. One operation.</summary>
    internal async Task ReviewAsync(
        SubmissionSpace space,
        Instance instance,
        string? reviewState,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var row = new TableEntity(SubmissionKeys.Partition(space), instance.TimelineKey)
        {
            [Column.ReviewState] = reviewState ?? "",
            [Column.UpdatedAt] = now,
        };
        await _table.SubmitTransactionAsync(
            [new(TableTransactionActionType.UpdateMerge, row, ETag.All), SubmissionCounts.Mark(space, instance.TimelineKey)],
            cancellationToken
        );
    }

    /// <summary>Deletes softly, or restores, the submission whose current version this is; false when that has changed. One operation,
    /// and one more then.</summary>
    internal async Task<bool> SetDeletedAsync(
        SubmissionSpace space,
        Submission submission,
        Instance current,
        bool deleted,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var row = new TableEntity(SubmissionKeys.Partition(space), current.TimelineKey)
        {
            [Column.Deleted] = deleted,
            [Column.DeletedAt] = now,
        };
        var state = deleted ? InstanceState.Deleted : InstanceState.Current;
        var mark = new TableEntity(SubmissionKeys.Partition(space), SubmissionKeys.Deleted(submission.DeletedAt ?? now, submission.RootId))
        {
            [Column.RootId] = submission.RootId.Value,
        };
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.UpdateReplace, ToEntity(space, current with { State = state }), current.ETag),
                    new(TableTransactionActionType.UpdateMerge, row, ETag.All),
                    SubmissionCounts.Mark(space, current.TimelineKey),
                    new(deleted ? TableTransactionActionType.Add : TableTransactionActionType.Delete, mark, ETag.All),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return (await GetAsync(space, current, cancellationToken)).Submission.DeletedAt == (deleted ? now : null); // then it was this very write
        }
    }

    /// <summary>The roots of the submissions that were deleted before <paramref name="time"/>. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<InstanceId> ListDeletedBeforeAsync(
        SubmissionSpace space,
        DateTimeOffset time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {SubmissionKeys.Partition(space)} and RowKey ge {SubmissionKeys.DeletedPrefix} and RowKey lt {SubmissionKeys.DeletedBefore(time)}"
        );
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return InstanceId.Parse(entity.GetString(Column.RootId));
        }
    }

    /// <summary>Forgets a deleted submission for good. What it is found by goes last, in one batch, so that a purge that breaks off
    /// finds it again.</summary>
    internal async Task PurgeAsync(
        SubmissionSpace space,
        Submission submission,
        IEnumerable<InstanceId> edits,
        CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space);
        foreach (var edit in edits)
        {
            await _table.DeleteEntityAsync(partition, SubmissionKeys.Instance(edit), ETag.All, cancellationToken);
        }
        await TableRows.DeleteAllAsync(_table, TableKey.Prefix(partition, SubmissionKeys.EditsOf(submission.RootId)), cancellationToken);
        await TableRows.DeleteAllAsync(_table, TableKey.Prefix(partition, SubmissionKeys.CommentsOn(submission.RootId)), cancellationToken);
        string[] rows =
        [
            SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId),
            SubmissionKeys.Instance(submission.RootId),
            SubmissionKeys.Deleted(submission.DeletedAt!.Value, submission.RootId),
        ];
        await _table.SubmitTransactionAsync(
            rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(partition, row), ETag.All)),
            cancellationToken
        );
    }

    /// <summary>Forgets all submissions of a form, drafts' included.</summary>
    internal Task PurgeFormAsync(Form form, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(
            _table,
            TableKey.PartitionPrefix(SubmissionKeys.PartitionsOf(form.Project, form.Number)),
            cancellationToken
        );

    /// <summary>The instance ids of a submission's edits, oldest first. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<InstanceId> ListEditsAsync(
        SubmissionSpace space,
        InstanceId root,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.EditsOf(root));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return InstanceId.Parse(entity.GetString(Column.Id));
        }
    }

    /// <summary>One operation.</summary>
    internal async Task AddCommentAsync(
        SubmissionSpace space,
        InstanceId root,
        SubmissionComment comment,
        CancellationToken cancellationToken
    ) => await _table.AddEntityAsync(ToEntity(space, root, comment), cancellationToken);

    /// <summary>Newest first. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<SubmissionComment> ListCommentsAsync(
        SubmissionSpace space,
        InstanceId root,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.CommentsOn(root));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return new SubmissionComment(
                SpilledText.Get(entity, Column.Body)!,
                new ActorId(entity.GetInt32(Column.Author)!.Value),
                entity.GetDateTimeOffset(Column.CreatedAt)!.Value
            );
        }
    }

    /// <summary>Newest first; one operation per 1,000 rows, or as many as <paramref name="atMost"/> asks for.</summary>
    internal async IAsyncEnumerable<Submission> ListAsync(
        SubmissionSpace space,
        bool deleted,
        int? atMost,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.TimelinePrefix);
        var pageSize = Math.Clamp(atMost ?? PageSize, 1, PageSize);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, pageSize, ListedColumns, cancellationToken))
        {
            if ((entity.GetBoolean(Column.Deleted) ?? false) == deleted)
            {
                yield return ToSubmission(entity);
            }
        }
    }

    /// <summary>The submission at a place in the timeline, with its XML where the row carries it; null when it is gone. One
    /// operation.</summary>
    internal async Task<(Submission Submission, byte[]? Xml)?> FindAtAsync(
        SubmissionSpace space,
        string key,
        CancellationToken cancellationToken
    )
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SubmissionKeys.Partition(space),
            key,
            ExportedColumns,
            cancellationToken
        );
        return found.HasValue ? (ToSubmission(found.Value!), found.Value!.GetBinary(Column.Xml)) : null;
    }

    /// <summary>
    /// Newest first, deleted ones too, each with its place and, when asked for, its XML where the row carries it; from after a place
    /// on. One operation per 1,000; without <paramref name="atMost"/> the next page travels while this one is worked on.
    /// </summary>
    internal async IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ListAllAsync(
        SubmissionSpace space,
        string? after,
        int? atMost,
        bool withXml,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.TimelinePrefix);
        if (after is not null)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"RowKey gt {after}")}";
        }
        string[] columns = withXml ? ExportedColumns : [Column.RowKey, .. ListedColumns];
        await using var pages = new ReadAhead<Page<TableEntity>>(
            _table.QueryAsync<TableEntity>(filter, Math.Clamp(atMost ?? PageSize, 1, PageSize), columns, cancellationToken).AsPages(),
            isWanted: atMost is null
        );
        while (await pages.MoveNextAsync())
        {
            foreach (var entity in pages.Current.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return (ToSubmission(entity), entity.RowKey, entity.GetBinary(Column.Xml));
            }
        }
    }

    /// <summary>For who checks them, as the four that follow: a space's timeline, without XML.</summary>
    internal IAsyncEnumerable<StoredRow<Submission>> ScanTimelineAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        ScanAsync(space, SubmissionKeys.TimelinePrefix, ListedColumns, ToSubmission, cancellationToken);

    /// <summary>In the order of the hashes of their ids.</summary>
    internal IAsyncEnumerable<StoredRow<Instance>> ScanInstancesAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        ScanAsync(space, SubmissionKeys.InstancePrefix, null, ToInstance, cancellationToken);

    /// <summary>The keys of marks that start with <paramref name="prefix"/>: of edits, comments or deletions, with the id that they
    /// hold, if any.</summary>
    internal IAsyncEnumerable<StoredRow<string?>> ScanMarksAsync(
        SubmissionSpace space,
        string prefix,
        CancellationToken cancellationToken
    ) =>
        ScanAsync<string?>(
            space,
            prefix,
            [Column.Id, Column.RootId],
            entity => entity.GetString(Column.Id) ?? entity.GetString(Column.RootId),
            cancellationToken
        );

    /// <summary>All spaces of a project that hold anything, forgotten drafts too. One operation for each.</summary>
    internal IAsyncEnumerable<SubmissionSpace> ListSpacesAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ListPartitionsAsync(_table, SubmissionKeys.PartitionsOf(project), cancellationToken).Select(SubmissionKeys.SpaceOf);

    /// <summary>By the hash of its id. One operation.</summary>
    internal async Task<Instance?> FindInstanceAsync(SubmissionSpace space, string hash, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SubmissionKeys.Partition(space),
            SubmissionKeys.InstanceOfHash(hash),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToInstance(found.Value!) : null;
    }

    /// <summary>Whether a deletion at that time is marked. One operation.</summary>
    internal async Task<bool> IsMarkedDeletedAsync(
        SubmissionSpace space,
        InstanceId root,
        DateTimeOffset deletedAt,
        CancellationToken cancellationToken
    ) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                SubmissionKeys.Partition(space),
                SubmissionKeys.Deleted(deletedAt, root),
                [Column.RowKey],
                cancellationToken
            )
        ).HasValue;

    private IAsyncEnumerable<StoredRow<T>> ScanAsync<T>(
        SubmissionSpace space,
        string prefix,
        IReadOnlyList<string>? columns,
        Func<TableEntity, T> read,
        CancellationToken cancellationToken
    ) => StoredRows.ScanAsync(_table, TableKey.Prefix(SubmissionKeys.Partition(space), prefix), columns, read, cancellationToken);

    /// <summary>The review state of a row of the timeline, blank for none yet; null when the submission is deleted.</summary>
    internal static string? CountsAs(TableEntity row) =>
        row.GetBoolean(Column.Deleted) == true ? null : row.GetString(Column.ReviewState) ?? "";

    private static TableEntity ToEntity(SubmissionSpace space, InstanceId root, SubmissionComment comment)
    {
        var entity = new TableEntity(SubmissionKeys.Partition(space), SubmissionKeys.NewComment(root, comment.CreatedAt))
        {
            [Column.Author] = comment.Author.Value,
            [Column.CreatedAt] = comment.CreatedAt,
        };
        SpilledText.Set(entity, Column.Body, comment.Body);
        return entity;
    }

    private static TableEntity ToEntity(SubmissionSpace space, Instance instance)
    {
        var entity = new TableEntity(SubmissionKeys.Partition(space), SubmissionKeys.Instance(instance.Version.Id))
        {
            [Column.State] = instance.State.ToString(),
            [Column.TimelineKey] = instance.TimelineKey,
        };
        WriteVersion(entity, "", instance.Version);
        if (instance.Version.Media.Count > 0)
        {
            SpilledText.SetPacked(entity, Column.Media, JsonSerializer.Serialize(instance.Version.Media));
        }
        return entity;
    }

    private static Instance ToInstance(TableEntity entity) =>
        new(
            ReadVersion(entity, "") with
            {
                Media = SpilledText.GetPacked(entity, Column.Media) is { } media
                    ? JsonSerializer.Deserialize<List<SubmissionMedia>>(media)!
                    : [],
            },
            Enum.Parse<InstanceState>(entity.GetString(Column.State)!),
            entity.GetString(Column.TimelineKey)!
        )
        {
            ETag = entity.ETag,
        };

    private static TableEntity ToEntity(SubmissionSpace space, Submission submission, ReadOnlyMemory<byte> xml)
    {
        var entity = new TableEntity(SubmissionKeys.Partition(space), SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId))
        {
            [Column.RootId] = submission.RootId.Value,
            [Column.CreatedAt] = submission.CreatedAt,
            [Column.FormVersion] = submission.FormVersion,
            [Column.UpdatedAt] = submission.UpdatedAt,
            [Column.ReviewState] = submission.ReviewState,
            [Column.Edits] = submission.Edits,
            [Column.CaseBlocks] = submission.CaseBlocks,
            [Column.MediaExpected] = submission.MediaExpected,
            [Column.MediaPresent] = submission.MediaPresent,
            [Column.Xml] = CompressedXml.TryPack(xml),
        };
        WriteSender(entity, "", submission.Sender);
        WriteVersion(entity, Column.Current, submission.Current);
        return entity;
    }

    private static Submission ToSubmission(TableEntity entity) =>
        new(
            InstanceId.Parse(entity.GetString(Column.RootId)),
            ReadSender(entity, ""),
            entity.GetString(Column.FormVersion)!,
            entity.GetDateTimeOffset(Column.CreatedAt)!.Value,
            ReadVersion(entity, Column.Current)
        )
        {
            UpdatedAt = entity.GetDateTimeOffset(Column.UpdatedAt),
            // A merge cannot take a property away: what is no longer so is blank or false.
            ReviewState = entity.GetString(Column.ReviewState) is { Length: > 0 } state ? state : null,
            Edits = entity.GetInt32(Column.Edits) ?? 0,
            DeletedAt = entity.GetBoolean(Column.Deleted) == true ? entity.GetDateTimeOffset(Column.DeletedAt) : null,
            CaseBlocks = entity.GetInt32(Column.CaseBlocks) ?? 0,
            MediaExpected = entity.GetInt32(Column.MediaExpected) ?? 0,
            MediaPresent = entity.GetInt32(Column.MediaPresent) ?? 0,
        };

    private static void WriteVersion(TableEntity entity, string prefix, SubmissionVersion version)
    {
        entity[prefix + Column.Id] = version.Id.Value;
        entity[prefix + Column.XmlHash] = version.XmlHash;
        entity[prefix + Column.FormVersion] = version.FormVersion;
        entity[prefix + Column.InstanceName] = version.InstanceName;
        entity[prefix + Column.CreatedAt] = version.CreatedAt;
        entity[prefix + Column.Problem] = version.Problem;
        WriteSender(entity, prefix, version.Sender);
    }

    private static SubmissionVersion ReadVersion(TableEntity entity, string prefix) =>
        new(
            InstanceId.Parse(entity.GetString(prefix + Column.Id)),
            entity.GetString(prefix + Column.XmlHash)!,
            entity.GetString(prefix + Column.FormVersion)!,
            ReadSender(entity, prefix),
            entity.GetString(prefix + Column.InstanceName),
            entity.GetDateTimeOffset(prefix + Column.CreatedAt)!.Value
        )
        {
            Problem = entity.GetString(prefix + Column.Problem) is { Length: > 0 } problem ? problem : null,
        };

    private static void WriteSender(TableEntity entity, string prefix, Sender sender)
    {
        entity[prefix + Column.Submitter] = sender.Submitter?.Value;
        entity[prefix + Column.DeviceId] = sender.DeviceId;
        entity[prefix + Column.UserAgent] = sender.UserAgent;
    }

    private static Sender ReadSender(TableEntity entity, string prefix) =>
        new(
            entity.GetInt32(prefix + Column.Submitter) is { } submitter ? new ActorId(submitter) : null,
            entity.GetString(prefix + Column.DeviceId),
            entity.GetString(prefix + Column.UserAgent)
        );

    private static class Column
    {
        public const string RowKey = "RowKey";
        public const string Id = "InstanceId";
        public const string State = "State";
        public const string TimelineKey = "TimelineKey";
        public const string Media = "Media";
        public const string Problem = "Problem";
        public const string XmlHash = "XmlHash";
        public const string FormVersion = "FormVersion";
        public const string InstanceName = "InstanceName";
        public const string CreatedAt = "CreatedAt";
        public const string UpdatedAt = "UpdatedAt";
        public const string Deleted = "Deleted";
        public const string DeletedAt = "DeletedAt";
        public const string Body = "Body";
        public const string Author = "Author";
        public const string RootId = "RootId";
        public const string Current = "Current";
        public const string ReviewState = "ReviewState";
        public const string Edits = "Edits";
        public const string CaseBlocks = "CaseBlocks";
        public const string MediaExpected = "MediaExpected";
        public const string MediaPresent = "MediaPresent";
        public const string Xml = "Xml";
        public const string Submitter = "Submitter";
        public const string DeviceId = "DeviceId";
        public const string UserAgent = "UserAgent";

        public static string[] OfSender(string prefix) => [prefix + Submitter, prefix + DeviceId, prefix + UserAgent];
    }
}
