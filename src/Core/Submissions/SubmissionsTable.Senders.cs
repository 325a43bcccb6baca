using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The submitters of a space.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>Newest first, deleted ones too; without anything else of the rows. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<(ActorId? Sender, DateTimeOffset CreatedAt)> ListSendersAsync(
        SubmissionSpace space,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.TimelinePrefix);
        string[] columns = [Column.Submitter, Column.CreatedAt];
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, PageSize, columns, cancellationToken))
        {
            yield return (
                row.GetInt32(Column.Submitter) is { } sender ? new ActorId(sender) : null,
                row.GetDateTimeOffset(Column.CreatedAt)!.Value
            );
        }
    }
}
