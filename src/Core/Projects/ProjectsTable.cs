using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Projects;

/// <summary>Table `projects`: one row per project and a copy by domain, in a single partition, so that one batch writes both.</summary>
public sealed class ProjectsTable(StorageAccount storage)
{
    private const string Number = "Project";
    private readonly TableClient _table = storage.Table(StorageNames.ProjectsTable);

    /// <summary>Adds a project. Refuses a taken domain with 409.3. Three operations.</summary>
    internal async Task<Project> AddAsync(
        string name,
        string? description,
        string? domain,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var id = await Sequences.NextAsync(
            _table,
            ProjectKeys.Partition,
            ProjectKeys.Sequence,
            number => new ProjectId(number),
            cancellationToken
        );
        var project = new Project(id, name, description, domain, null, now, null);
        var batch = new List<TableTransactionAction> { new(TableTransactionActionType.Add, ToEntity(project)) };
        if (domain is not null)
        {
            batch.Add(new(TableTransactionActionType.Add, ToEntity(project, ProjectKeys.Domain(domain))));
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

    /// <summary>Marks this number, and all lower ones, as used. One or two operations.</summary>
    internal Task ReserveNumberAsync(ProjectId id, CancellationToken cancellationToken) =>
        Sequences.ReserveAsync(_table, ProjectKeys.Partition, ProjectKeys.Sequence, id.Value, cancellationToken);

    /// <summary>
    /// Recreates the lost row of a project whose number is known. Up to three operations. Does nothing if the row exists.
    /// </summary>
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
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            ProjectKeys.Partition,
            ProjectKeys.Project(id),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToProject(found.Value!) : null;
    }

    /// <summary>One operation.</summary>
    internal async Task<Project?> FindByDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            ProjectKeys.Partition,
            ProjectKeys.Domain(domain),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToProject(found.Value!) : null;
    }

    /// <summary>
    /// Changes a project; null when there is none. <paramref name="change"/> must be pure; it may set a domain once, but not change it.
    /// Refuses a taken domain with 409.3.
    /// </summary>
    internal Task<Project?> ChangeAsync(ProjectId id, Func<Project, Project> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                    ProjectKeys.Partition,
                    ProjectKeys.Project(id),
                    cancellationToken: cancellationToken
                );
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
                    batch.Add(new(copy, ToEntity(next, ProjectKeys.Domain(domain))));
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
            var entity in _table.QueryAsync<TableEntity>(
                TableKey.Prefix(ProjectKeys.Partition, ProjectKeys.ProjectPrefix),
                cancellationToken: cancellationToken
            )
        )
        {
            projects.Add(ToProject(entity));
        }
        return projects;
    }

    /// <summary>All projects, for verification. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<Project>> ScanAsync(CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableKey.Prefix(ProjectKeys.Partition, ProjectKeys.ProjectPrefix), null, ToProject, cancellationToken);

    /// <summary>All copies by domain, for verification. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<Project>> ScanDomainsAsync(CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableKey.Prefix(ProjectKeys.Partition, ProjectKeys.DomainPrefix), null, ToProject, cancellationToken);

    /// <summary>The highest project number in use, or 0. One operation.</summary>
    internal Task<int> FindLastNumberAsync(CancellationToken cancellationToken) =>
        Sequences.FindLastAsync(_table, ProjectKeys.Partition, ProjectKeys.Sequence, cancellationToken);

    private static TableEntity ToEntity(Project project) => ToEntity(project, ProjectKeys.Project(project.Id));

    private static TableEntity ToEntity(Project project, string row) =>
        new(ProjectKeys.Partition, row)
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
            [nameof(Project.FuzzyProperties)] =
                project.FuzzyProperties.Count == 0 ? null : JsonSerializer.Serialize(project.FuzzyProperties),
            [nameof(Project.UserCases)] = project.UserCases,
            [nameof(Project.KeyId)] = project.KeyId,
            [nameof(Project.ActorProperties)] = project.ActorProperties.Count == 0 ? null : string.Join(' ', project.ActorProperties),
        };

    private static Project ToProject(TableEntity entity) =>
        new(
            new ProjectId(
                entity.GetInt32(Number) ?? int.Parse(entity.RowKey.AsSpan(ProjectKeys.ProjectPrefix.Length), CultureInfo.InvariantCulture)
            ),
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
            FuzzyProperties = entity.GetString(nameof(Project.FuzzyProperties)) is { } fuzzy
                ? JsonSerializer.Deserialize<Dictionary<string, IReadOnlyList<string>>>(fuzzy)!
                : new Dictionary<string, IReadOnlyList<string>>(),
            UserCases = entity.GetBoolean(nameof(Project.UserCases)) ?? false,
            KeyId = entity.GetInt32(nameof(Project.KeyId)),
            ActorProperties = entity.GetString(nameof(Project.ActorProperties))?.Split(' ') ?? [],
        };
}
