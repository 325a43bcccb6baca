using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>Changes of several forms at once.</summary>
public sealed partial class FormsTable
{
    // A batch has 100 rows, one of which is the head, and 4 MiB; a form's row can be large.
    private const int BatchSize = 40;

    /// <summary>
    /// Replaces forms by the results of <paramref name="changes"/>, which must be pure: up to 40 forms are one batch. Deleted forms are
    /// skipped. One operation for each form, and one per batch.
    /// </summary>
    internal async Task<IReadOnlyList<Form>> ChangeManyAsync(
        ProjectId project,
        IReadOnlyDictionary<FormId, Func<Form, Form>> changes,
        CancellationToken cancellationToken
    )
    {
        var changed = new List<Form>();
        foreach (var some in changes.Chunk(BatchSize))
        {
            changed.AddRange(
                await ConditionalWrite.RunAsync(async () => await ChangeBatchAsync(project, some, cancellationToken), cancellationToken)
            );
        }
        return changed;
    }

    private async Task<IReadOnlyList<Form>> ChangeBatchAsync(
        ProjectId project,
        KeyValuePair<FormId, Func<Form, Form>>[] changes,
        CancellationToken cancellationToken
    )
    {
        var (batch, changed) = (new List<TableTransactionAction> { NewHead(project) }, new List<Form>());
        foreach (var (id, change) in changes)
        {
            var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                FormKeys.Project(project),
                FormKeys.Form(id),
                cancellationToken: cancellationToken
            );
            if (found.HasValue)
            {
                var next = change(ToForm(found.Value!, project));
                batch.Add(new(TableTransactionActionType.UpdateReplace, ToEntity(next), found.Value!.ETag));
                changed.Add(next);
            }
        }
        if (changed.Count > 0)
        {
            await _table.SubmitTransactionAsync(batch, cancellationToken);
        }
        return changed;
    }
}
