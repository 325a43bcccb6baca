using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Table `submissions`: the index of received submissions. A new submission is one batch of two rows: its instance id, which makes the id
/// unique, and its place in the timeline, with everything that a listing shows.
/// </summary>
public sealed partial class SubmissionsTable(StorageAccount storage, BusyForms busy, TimeProvider clock)
{
    private const int PageSize = 1000;

    // More than a shard's part of a page: it varies.
    private const int SmallPart = 10;
    private static readonly string[] ListedColumns =
    [
        Column.RootId,
        Column.UpdatedAt,
        Column.ReviewState,
        Column.Edits,
        Column.Deleted,
        Column.DeletedAt,
        Column.Moves,
        Column.CaseBlocks,
        Column.MediaExpected,
        Column.MediaPresent,
        .. Column.Own.OfSender,
        Column.CreatedAt,
        Column.FormVersion,
        .. Column.Current.OfSender,
        Column.Current.Id,
        Column.Current.XmlHash,
        Column.Current.FormVersion,
        Column.Current.InstanceName,
        Column.Current.CreatedAt,
        Column.Current.Problem,
        Column.Timestamp,
    ];

    private static readonly string[] ExportedColumns = [Column.RowKey, .. ListedColumns, Column.Xml];

    /// <summary>What <see cref="CountsAs"/> reads.</summary>
    internal static readonly string[] CountedColumns = [Column.RowKey, Column.Deleted, Column.ReviewState];

    private readonly TableClient _table = storage.Table(StorageNames.SubmissionsTable);

    /// <summary>The submission that an instance belongs to. One operation.</summary>
    internal async Task<(Submission Submission, ETag ETag)> GetAsync(
        SubmissionSpace space,
        Instance instance,
        CancellationToken cancellationToken
    )
    {
        var entity = await _table.GetEntityAsync<TableEntity>(
            SubmissionKeys.Partition(space, instance.Shard),
            instance.TimelineKey,
            ListedColumns,
            cancellationToken
        );
        return (ToSubmission(entity.Value), entity.Value.ETag);
    }

    /// <summary>The instance ids of a submission's edits, oldest first. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<InstanceId> ListEditsAsync(
        SubmissionSpace space,
        InstanceId root,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(await PartitionOfAsync(space, root, cancellationToken), SubmissionKeys.EditsOf(root));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return InstanceId.Parse(entity.GetString(Column.Id));
        }
    }

    /// <summary>The edits in order, with time of receipt and submitter, where the row has them. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<(InstanceId Id, DateTimeOffset? CreatedAt, ActorId? Submitter)> ListEditEventsAsync(
        SubmissionSpace space,
        InstanceId root,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(await PartitionOfAsync(space, root, cancellationToken), SubmissionKeys.EditsOf(root));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return (
                InstanceId.Parse(entity.GetString(Column.Id)),
                entity.GetDateTimeOffset(Column.CreatedAt),
                entity.GetInt32(Column.Submitter) is { } submitter ? new ActorId(submitter) : null
            );
        }
    }

    /// <summary>One operation.</summary>
    internal async Task AddCommentAsync(
        SubmissionSpace space,
        InstanceId root,
        SubmissionComment comment,
        CancellationToken cancellationToken
    ) => await _table.AddEntityAsync(ToEntity(await PartitionOfAsync(space, root, cancellationToken), root, comment), cancellationToken);

    /// <summary>Newest first. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<SubmissionComment> ListCommentsAsync(
        SubmissionSpace space,
        InstanceId root,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(await PartitionOfAsync(space, root, cancellationToken), SubmissionKeys.CommentsOn(root));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return new SubmissionComment(
                SpilledText.Get(entity, Column.Body)!,
                new ActorId(entity.GetInt32(Column.Author)!.Value),
                entity.GetDateTimeOffset(Column.CreatedAt)!.Value
            );
        }
    }
}
