using Azure.Data.Tables;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// The rows and blobs of a project. Its own row comes last, so that a copy in this order is visible only when it is complete.
/// </summary>
internal static class ProjectRows
{
    private const string ProjectColumn = "Project";

    /// <summary>Each table with the filters that find the rows; a row is found by one of them only.</summary>
    public static IReadOnlyList<(string Table, IReadOnlyList<string> Filters)> Of(ProjectId project)
    {
        var key = ProjectKeys.PartitionOf(project);
        var own = TableClient.CreateQueryFilter($"PartitionKey eq {key}");
        var below = TableKey.PartitionPrefix(ProjectKeys.PartitionsOf(project));
        var named = TableClient.CreateQueryFilter($"Project eq {project.Value}");
        return
        [
            (StorageNames.AccountsTable, [TableKey.PartitionPrefix(AccountKeys.PartitionsOf(project))]),
            (
                StorageNames.WorkersTable,
                [TableKey.PartitionPrefix(WorkerKeys.PartitionsOf(project)), $"{TableKey.PartitionPrefix("id|")} and {named}"]
            ),
            (StorageNames.EncryptionKeysTable, [own]),
            (StorageNames.WebhooksTable, [own]),
            (StorageNames.FormMediaTable, [below]),
            (StorageNames.FormVersionsTable, [below]),
            (StorageNames.FormsTable, [own]),
            (StorageNames.DatasetsTable, [own]),
            (StorageNames.EntitiesTable, [below]),
            (StorageNames.EntityBacklogTable, [named]),
            (StorageNames.FixturesTable, [own]),
            // Without kept counts, which hold only for the rows beside them: the copy counts for itself.
            (
                StorageNames.SubmissionsTable,
                [
                    $"{below} and {TableClient.CreateQueryFilter($"RowKey lt {SubmissionKeys.CountPrefix}")}",
                    $"{below} and {TableClient.CreateQueryFilter($"RowKey ge {SubmissionKeys.CountsEnd}")}",
                ]
            ),
            (StorageNames.CaseIndicesTable, [below]),
            (StorageNames.CasesTable, [named]),
            (StorageNames.CaseOwnersTable, [below]),
            (StorageNames.SyncsTable, [below]),
            (StorageNames.IntentsTable, [named]),
            (StorageNames.ProjectsTable, [named]),
        ];
    }

    /// <summary>Whether a row stands where only rows of this project do, or names it.</summary>
    public static bool Owns(ProjectId project, TableEntity row)
    {
        var key = ProjectKeys.PartitionOf(project);
        return row.PartitionKey == key
            || row.PartitionKey.StartsWith(ProjectKeys.PartitionsOf(project), StringComparison.Ordinal)
            || row.PartitionKey.StartsWith(AccountKeys.PartitionsOf(project), StringComparison.Ordinal)
            || row.GetInt32(ProjectColumn) == project.Value;
    }

    /// <summary>Whether another project may have a row with the same key.</summary>
    public static bool IsShared(string table, TableEntity row) =>
        table is StorageNames.CasesTable or StorageNames.ProjectsTable
        || (table == StorageNames.WorkersTable && row.ContainsKey(ProjectColumn));

    /// <summary>The containers whose blobs of a project start with its number.</summary>
    public static IReadOnlyList<string> Containers { get; } =
    [StorageNames.FormsContainer, StorageNames.SubmissionsContainer, StorageNames.SyncsContainer];

    public static string BlobsOf(ProjectId project) => $"{project}/";

    /// <summary>The blob in container `cases` that a row names, if it does.</summary>
    public static string? CaseBlobOf(string table, TableEntity row) =>
        table is StorageNames.CasesTable or StorageNames.CaseOwnersTable && row.TryGetValue("Blob", out var blob) ? blob as string : null;
}
