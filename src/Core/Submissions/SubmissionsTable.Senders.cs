using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The submitters of a space.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>Newest first, deleted ones too; without anything else of the rows. One operation per 1,000 in each shard.</summary>
    internal IAsyncEnumerable<(ActorId? Sender, DateTimeOffset CreatedAt)> ListSendersAsync(
        SubmissionSpace space,
        CancellationToken cancellationToken
    ) =>
        MergeAsync(
            space,
            partition => ListSendersAsync(partition, PageSizeOf(space, null), cancellationToken),
            found => SubmissionKeys.TimelineFrom(found.CreatedAt),
            cancellationToken
        );

    private async IAsyncEnumerable<(ActorId? Sender, DateTimeOffset CreatedAt)> ListSendersAsync(
        string partition,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(partition, SubmissionKeys.TimelinePrefix);
        string[] columns = [Column.Submitter, Column.CreatedAt];
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, pageSize, columns, cancellationToken))
        {
            yield return (
                row.GetInt32(Column.Submitter) is { } sender ? new ActorId(sender) : null,
                row.GetDateTimeOffset(Column.CreatedAt)!.Value
            );
        }
    }
}
