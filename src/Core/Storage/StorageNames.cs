namespace ServerlessRosa.Core.Storage;

/// <summary>
/// The names of all tables, containers and queues. The deployment creates the same ones (infra/bicep/modules/storage.bicep); a test
/// compares them.
/// </summary>
public static class StorageNames
{
    public const string AccountsTable = "accounts";
    public const string ProjectsTable = "projects";
    public const string FormsTable = "forms";
    public const string FormVersionsTable = "formVersions";
    public const string FormMediaTable = "formMedia";
    public const string SubmissionsTable = "submissions";
    public const string IntentsTable = "intents";
    public const string AuditsTable = "audits";
    public const string DatasetsTable = "datasets";
    public const string EntitiesTable = "entities";
    public const string EntityBacklogTable = "heldEntities";
    public const string CasesTable = "cases";
    public const string CaseOwnersTable = "caseOwners";
    public const string CaseIndicesTable = "caseIndices";
    public const string WorkersTable = "workers";
    public const string SyncsTable = "syncs";
    public const string FixturesTable = "fixtures";
    public const string SettingsTable = "settings";
    public const string EncryptionKeysTable = "encryptionKeys";
    public const string WebhooksTable = "webhooks";
    public const string WebhookDeliveriesTable = "webhookDeliveries";

    public const string WebhooksQueue = "webhooks";

    public const string FormsContainer = "forms";
    public const string SubmissionsContainer = "submissions";
    public const string CasesContainer = "cases";
    public const string SyncsContainer = "syncs";
    public const string KeysContainer = "keys";
    public const string BackupsContainer = "backups";
    public const string SettingsContainer = "settings";
    public const string EncryptionContainer = "encryption";

    public static IReadOnlyList<string> Tables { get; } =
    [
        AccountsTable,
        ProjectsTable,
        FormsTable,
        FormVersionsTable,
        FormMediaTable,
        SubmissionsTable,
        IntentsTable,
        AuditsTable,
        DatasetsTable,
        EntitiesTable,
        EntityBacklogTable,
        CasesTable,
        CaseOwnersTable,
        CaseIndicesTable,
        WorkersTable,
        SyncsTable,
        FixturesTable,
        SettingsTable,
        EncryptionKeysTable,
        WebhooksTable,
        WebhookDeliveriesTable,
    ];

    public static IReadOnlyList<string> Containers { get; } =
    [
        FormsContainer,
        SubmissionsContainer,
        CasesContainer,
        SyncsContainer,
        KeysContainer,
        BackupsContainer,
        SettingsContainer,
        EncryptionContainer,
    ];

    public static IReadOnlyList<string> Queues { get; } = [WebhooksQueue];
}
