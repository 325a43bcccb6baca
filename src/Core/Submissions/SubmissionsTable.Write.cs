using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Writes of a submission and its versions, each one batch on condition of the rows that were read.</summary>
public sealed partial class SubmissionsTable
{
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
                    new(TableTransactionActionType.Add, ToEditEntity(partition, edited.RootId, edited.Edits, setAside, edited.Current)),
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

    // The response to a write may be lost: the client library then retries, and conflicts with its own write.
    private static bool IsWrite(Instance? found, SubmissionVersion version) =>
        found is { State: InstanceState.Current }
        && found.Version.XmlHash == version.XmlHash
        && found.Version.CreatedAt == version.CreatedAt;

    /// <summary>Writes the attachments of a version, if it hasn't changed since it was read. One operation.</summary>
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
                instance.State == InstanceState.Superseded
                    ? [new(TableTransactionActionType.UpdateReplace, ToEntity(space, instance), instance.ETag)]
                    :
                    [
                        new(TableTransactionActionType.UpdateReplace, ToEntity(space, instance), instance.ETag),
                        new(TableTransactionActionType.UpdateMerge, counts, ETag.All),
                        SubmissionCounts.Mark(space, instance.TimelineKey),
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

    /// <summary>
    /// Records the error of a version's case blocks, or that they are valid (null), if the version hasn't changed since it was read. One
    /// operation.
    /// </summary>
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

    /// <summary>The last writer wins. One operation.</summary>
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
}
