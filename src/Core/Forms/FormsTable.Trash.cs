using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>Deleted forms, which keep their number and may be restored for 30 days.</summary>
public sealed partial class FormsTable
{
    /// <summary>The trash, oldest form first. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<Form>> ListTrashAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var forms = new List<Form>();
        var filter = TableKey.Prefix(FormKeys.Project(project), FormKeys.TrashPrefix);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            forms.Add(ToForm(entity, project));
        }
        return forms;
    }

    /// <summary>
    /// Moves a form to the trash: its id becomes available; submissions and versions stay under its number. Null when there is no such
    /// form.
    /// </summary>
    internal Task<Form?> TrashAsync(ProjectId project, FormId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                    FormKeys.Project(project),
                    FormKeys.Form(id),
                    cancellationToken: cancellationToken
                );
                if (!found.HasValue)
                {
                    return null;
                }
                var form = ToForm(found.Value!, project) with { DeletedAt = now };
                var trashed = ToEntity(form);
                await _table.SubmitTransactionAsync(
                    [
                        new(TableTransactionActionType.Add, trashed),
                        new(TableTransactionActionType.Delete, found.Value!, found.Value!.ETag),
                        NewHead(project),
                    ],
                    cancellationToken
                );
                return form;
            },
            cancellationToken
        );

    /// <summary>Restores a form from the trash. Null when it isn't there; false when its id is in use.</summary>
    internal async Task<bool?> RestoreAsync(ProjectId project, int number, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            FormKeys.Project(project),
            FormKeys.Trashed(number),
            cancellationToken: cancellationToken
        );
        if (!found.HasValue)
        {
            return null;
        }
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.Add, ToEntity(ToForm(found.Value!, project) with { DeletedAt = null })),
                    new(TableTransactionActionType.Delete, found.Value!, found.Value!.ETag),
                    NewHead(project),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>One operation.</summary>
    internal async Task<Form?> FindTrashedAsync(ProjectId project, int number, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            FormKeys.Project(project),
            FormKeys.Trashed(number),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToForm(found.Value!, project) : null;
    }

    /// <summary>Deletes a form from the trash. One operation.</summary>
    internal async Task RemoveTrashedAsync(Form form, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(FormKeys.Project(form.Project), FormKeys.Trashed(form.Number), ETag.All, cancellationToken);
}
