using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Projects;

/// <summary>Table `projects`: one row per project, and a copy of it by its domain, all in one partition, so that both are written
/// together.</summary>
public sealed class ProjectsTable(StorageAccount storage)
{
    private const string Partition = "projects";
    private const string Sequence = "sequence";
    private const string ProjectPrefix = "id|";
    private const string Number = "Project";
    private readonly TableClient _table = storage.Table(StorageNames.ProjectsTable);

    /// <summary>Three operations. Refuses a domain that another project has with 409.3.</summary>
    internal async Task<Project> AddAsync(
        string name,
        string? description,
        string? domain,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var id = await Sequences.NextAsync(_table, Partition, Sequence, number => new ProjectId(number), cancellationToken);
        var project = new Project(id, name, description, domain, null, now, null);
        var batch = new List<TableTransactionAction> { new(TableTransactionActionType.Add, ToEntity(project)) };
        if (domain is not null)
        {
            batch.Add(new(TableTransactionActionType.Add, ToEntity(project, DomainRow(domain))));
        }
        try
        {
            await _table.SubmitTransactionAsync(batch, cancellationToken);
            return project;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            throw Problem.AlreadyExists(["domain"], [domain!], "projects").AsException(e);
        }
    }

    /// <summary>Gives this number, and those below it, to no new project. One operation, or two.</summary>
    internal Task ReserveNumberAsync(ProjectId id, CancellationToken cancellationToken) =>
        Sequences.ReserveAsync(_table, Partition, Sequence, id.Value, cancellationToken);

    /// <summary>A project whose row is lost and whose number is known. Up to three operations. Does nothing when it is there.</summary>
    internal async Task<bool> AddLostAsync(ProjectId id, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ReserveNumberAsync(id, cancellationToken);
        try
        {
            await _table.AddEntityAsync(ToEntity(new Project(id, name, null, null, null, now, null)), cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>One operation.</summary>
    internal async Task<Project?> FindAsync(ProjectId id, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(Partition, Row(id), cancellationToken: cancellationToken);
        return found.HasValue ? ToProject(found.Value!) : null;
    }

    /// <summary>One operation.</summary>
    internal async Task<Project?> FindByDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(Partition, DomainRow(domain), cancellationToken: cancellationToken);
        return found.HasValue ? ToProject(found.Value!) : null;
    }

    /// <summary>
    /// Null when there is no such project. <paramref name="change"/> must be pure; it may give a project a domain, but not another one.
    /// Refuses a domain that another project has with 409.3.
    /// </summary>
    internal Task<Project?> ChangeAsync(ProjectId id, Func<Project, Project> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(Partition, Row(id), cancellationToken: cancellationToken);
                if (!found.HasValue)
                {
                    return null;
                }
                var current = ToProject(found.Value!);
                var next = change(current);
                var batch = new List<TableTransactionAction>
                {
                    new(TableTransactionActionType.UpdateReplace, ToEntity(next), found.Value!.ETag),
                };
                if (next.Domain is { } domain)
                {
                    var copy = current.Domain is null ? TableTransactionActionType.Add : TableTransactionActionType.UpsertReplace;
                    batch.Add(new(copy, ToEntity(next, DomainRow(domain))));
                }
                try
                {
                    await _table.SubmitTransactionAsync(batch, cancellationToken);
                    return next;
                }
                catch (RequestFailedException e) when (e.Status == 409)
                {
                    throw Problem.AlreadyExists(["domain"], [next.Domain!], "projects").AsException(e);
                }
            },
            cancellationToken
        );

    /// <summary>One operation per 1,000 projects.</summary>
    internal async Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken)
    {
        var projects = new List<Project>();
        await foreach (
            var entity in _table.QueryAsync<TableEntity>(TableKey.Prefix(Partition, ProjectPrefix), cancellationToken: cancellationToken)
        )
        {
            projects.Add(ToProject(entity));
        }
        return projects;
    }

    /// <summary>Every project, for who checks them. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<Project>> ScanAsync(CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableKey.Prefix(Partition, ProjectPrefix), null, ToProject, cancellationToken);

    /// <summary>Every copy by domain. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<Project>> ScanDomainsAsync(CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableKey.Prefix(Partition, "domain|"), null, ToProject, cancellationToken);

    /// <summary>The highest number that was given to a project, or 0. One operation.</summary>
    internal Task<int> FindLastNumberAsync(CancellationToken cancellationToken) =>
        Sequences.FindLastAsync(_table, Partition, Sequence, cancellationToken);

    private static string Row(ProjectId id) => ProjectPrefix + TableKey.Number(id.Value);

    private static string DomainRow(string domain) => TableKey.Join("domain", domain);

    private static TableEntity ToEntity(Project project) => ToEntity(project, Row(project.Id));

    private static TableEntity ToEntity(Project project, string row) =>
        new(Partition, row)
        {
            [Number] = project.Id.Value,
            [nameof(Project.Name)] = project.Name,
            [nameof(Project.Description)] = project.Description,
            [nameof(Project.Domain)] = project.Domain,
            [nameof(Project.Archived)] = project.Archived,
            [nameof(Project.CreatedAt)] = project.CreatedAt,
            [nameof(Project.UpdatedAt)] = project.UpdatedAt,
            [nameof(Project.DeletedAt)] = project.DeletedAt,
            [nameof(Project.CaseSearch)] = project.CaseSearch,
        };

    private static Project ToProject(TableEntity entity) =>
        new(
            new ProjectId(entity.GetInt32(Number) ?? int.Parse(entity.RowKey.AsSpan(ProjectPrefix.Length), CultureInfo.InvariantCulture)),
            entity.GetString(nameof(Project.Name))!,
            entity.GetString(nameof(Project.Description)),
            entity.GetString(nameof(Project.Domain)),
            entity.GetBoolean(nameof(Project.Archived)),
            entity.GetDateTimeOffset(nameof(Project.CreatedAt))!.Value,
            entity.GetDateTimeOffset(nameof(Project.UpdatedAt))
        )
        {
            DeletedAt = entity.GetDateTimeOffset(nameof(Project.DeletedAt)),
            CaseSearch = entity.GetBoolean(nameof(Project.CaseSearch)) ?? false,
        };
}
