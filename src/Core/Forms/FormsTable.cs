using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Table `forms`: one partition per project, one row per form. Every change of a form also replaces the project's `head` row in the same
/// batch, so that one point read shows whether a cached list is current.
/// </summary>
public sealed partial class FormsTable(StorageAccount storage, TimedCache cache)
{
    private static readonly TimeSpan Known = TimeSpan.FromMinutes(30);
    private readonly TableClient _table = storage.Table(StorageNames.FormsTable);

    /// <summary>Two operations.</summary>
    internal Task<int> NextNumberAsync(ProjectId project, CancellationToken cancellationToken) =>
        Sequences.NextAsync(_table, FormKeys.Project(project), FormKeys.Sequence, number => number, cancellationToken);

    /// <summary>The version of the project's head row; null when the project has never had a form. One operation.</summary>
    internal Task<string?> ReadHeadAsync(ProjectId project, CancellationToken cancellationToken) =>
        storage.Points.FindAsync(
            _table.Name,
            FormKeys.Project(project),
            FormKeys.Head,
            _ => null,
            row => row.GetString(Column.HeadVersion),
            cancellationToken
        );

    /// <summary>One operation. The form is the same object until its row changes.</summary>
    internal async Task<Form?> FindAsync(ProjectId project, FormId id, CancellationToken cancellationToken)
    {
        var key = ("form row", project, id);
        return await storage.Points.FindAsync(
            _table.Name,
            FormKeys.Project(project),
            FormKeys.Form(id),
            etag => cache.TryGet(key, out (ETag ETag, Form Form) before) && before.ETag == etag ? before.Form : null,
            row =>
            {
                var form = ToForm(row, project);
                cache.Set(key, (row.ETag, form), size: 3000, Known);
                return form;
            },
            cancellationToken
        );
    }

    /// <summary>One operation per 1,000 forms.</summary>
    internal async Task<IReadOnlyList<Form>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var forms = new List<Form>();
        var filter = TableKey.Prefix(FormKeys.Project(project), FormKeys.FormPrefix);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            forms.Add(ToForm(entity, project));
        }
        return forms;
    }

    /// <summary>False when the project has a form with this id. One operation.</summary>
    internal async Task<bool> AddAsync(Form form, CancellationToken cancellationToken)
    {
        try
        {
            await _table.SubmitTransactionAsync(
                [new(TableTransactionActionType.Add, ToEntity(form)), NewHead(form.Project)],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>
    /// Replaces the form by the result of <paramref name="change"/>, which must be pure; a null result leaves it. Returns null when there
    /// is no such form.
    /// </summary>
    internal Task<Form?> ChangeAsync(ProjectId project, FormId id, Func<Form, Form?> change, CancellationToken cancellationToken) =>
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
                var current = ToForm(found.Value!, project);
                if (change(current) is not { } next)
                {
                    return current;
                }
                await _table.SubmitTransactionAsync(
                    [new(TableTransactionActionType.UpdateReplace, ToEntity(next), found.Value!.ETag), NewHead(project)],
                    cancellationToken
                );
                return next;
            },
            cancellationToken
        );

    /// <summary>Writes a form unconditionally, into the trash if it was deleted. One operation.</summary>
    internal async Task ReplaceAsync(Form form, CancellationToken cancellationToken) =>
        await _table.SubmitTransactionAsync(
            [new(TableTransactionActionType.UpsertReplace, ToEntity(form)), NewHead(form.Project)],
            cancellationToken
        );

    /// <summary>Marks <paramref name="number"/>, and all lower ones, as used. One or two operations.</summary>
    internal Task ReserveNumberAsync(ProjectId project, int number, CancellationToken cancellationToken) =>
        Sequences.ReserveAsync(_table, FormKeys.Project(project), FormKeys.Sequence, number, cancellationToken);

    /// <summary>Removes the row of a form, also from the trash. One operation.</summary>
    internal async Task RemoveAsync(Form form, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(FormKeys.Project(form.Project), ToEntity(form).RowKey, ETag.All, cancellationToken);

    /// <summary>All forms of a project, those in the trash last, for maintenance. Two operations, and one per further 1,000.</summary>
    internal async Task<IReadOnlyList<Form>> ListWithTrashAsync(ProjectId project, CancellationToken cancellationToken) =>
        [.. await ListAsync(project, cancellationToken), .. await ListTrashAsync(project, cancellationToken)];

    /// <summary>All forms, including those in the trash, for verification. One operation per 1,000, and one.</summary>
    internal IAsyncEnumerable<StoredRow<Form>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        new[] { FormKeys.FormPrefix, FormKeys.TrashPrefix }
            .ToAsyncEnumerable()
            .SelectMany(prefix =>
                StoredRows.ScanAsync(
                    _table,
                    TableKey.Prefix(FormKeys.Project(project), prefix),
                    null,
                    entity => ToForm(entity, project),
                    cancellationToken
                )
            );

    /// <summary>The highest form number in use, or 0. One operation.</summary>
    internal Task<int> FindLastNumberAsync(ProjectId project, CancellationToken cancellationToken) =>
        Sequences.FindLastAsync(_table, FormKeys.Project(project), FormKeys.Sequence, cancellationToken);

    // Replaced unconditionally: any new version shows that the list has changed.
    private static TableTransactionAction NewHead(ProjectId project) =>
        new(
            TableTransactionActionType.UpsertReplace,
            new TableEntity(FormKeys.Project(project), FormKeys.Head) { [Column.HeadVersion] = Guid.NewGuid().ToString("N") }
        );

    private static TableEntity ToEntity(Form form)
    {
        var entity = new TableEntity(
            FormKeys.Project(form.Project),
            form.DeletedAt is null ? FormKeys.Form(form.Id) : FormKeys.Trashed(form.Number)
        )
        {
            [Column.Number] = form.Number,
            [Column.Id] = form.Id.Value,
            [Column.State] = form.State.ToString(),
            [Column.CreatedAt] = form.CreatedAt,
            [Column.UpdatedAt] = form.UpdatedAt,
            [Column.CreatedBy] = form.CreatedBy?.Value,
            [Column.WebFormsEnabled] = form.WebFormsEnabled,
            [Column.DeletedAt] = form.DeletedAt,
        };
        if (form.Description is { } description)
        {
            SpilledText.Set(entity, Column.Description, description);
        }
        if (form.ShardCounts is { } shards)
        {
            entity[Column.ShardCounts] = JsonSerializer.Serialize(shards);
        }
        if (form.Published is { } published)
        {
            SpilledText.Set(entity, Column.Published, JsonSerializer.Serialize(published));
        }
        if (form.Draft is { } draft)
        {
            SpilledText.Set(entity, Column.Draft, JsonSerializer.Serialize(draft));
        }
        return entity;
    }

    private static Form ToForm(TableEntity entity, ProjectId project) =>
        new(
            project,
            entity.GetInt32(Column.Number)!.Value,
            FormId.Parse(entity.GetString(Column.Id)),
            Enum.Parse<FormState>(entity.GetString(Column.State)!),
            entity.GetDateTimeOffset(Column.CreatedAt)!.Value
        )
        {
            UpdatedAt = entity.GetDateTimeOffset(Column.UpdatedAt),
            CreatedBy = entity.GetInt32(Column.CreatedBy) is { } creator ? new ActorId(creator) : null,
            WebFormsEnabled = entity.GetBoolean(Column.WebFormsEnabled) ?? false,
            DeletedAt = entity.GetDateTimeOffset(Column.DeletedAt),
            Description = SpilledText.Get(entity, Column.Description),
            ShardCounts = FromJson<List<ShardCount>>(entity.GetString(Column.ShardCounts)),
            Published = FromJson<FormDefinition>(SpilledText.Get(entity, Column.Published)),
            Draft = FromJson<FormDraft>(SpilledText.Get(entity, Column.Draft)),
        };

    private static T? FromJson<T>(string? json)
        where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json);

    private static class Column
    {
        public const string HeadVersion = "Version";
        public const string Number = "Number";
        public const string Id = "Id";
        public const string State = "State";
        public const string CreatedAt = "CreatedAt";
        public const string UpdatedAt = "UpdatedAt";
        public const string CreatedBy = "CreatedBy";
        public const string DeletedAt = "DeletedAt";
        public const string WebFormsEnabled = "WebFormsEnabled";
        public const string Description = "Description";
        public const string ShardCounts = "ShardCounts";
        public const string Published = "Published";
        public const string Draft = "Draft";
    }
}
