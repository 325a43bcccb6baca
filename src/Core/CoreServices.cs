using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Backups;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Configs;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Mail;
using ServerlessRosa.Core.Notifications;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Core.Webhooks;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core;

/// <summary>Registers the use cases and stores of Core. They are stateless except for caches, so each is a singleton.</summary>
public static class CoreServices
{
    public static IServiceCollection AddRosaCore(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddRosaOptions(configuration)
            .AddStorage()
            .AddDataProtectionKeys()
            .AddRecovery()
            .AddAccounts()
            .AddDomains()
            .AddServerSettings()
            .AddWebhooks()
            .AddCases()
            .AddProjects()
            .AddDatasets()
            .AddForms()
            .AddSubmissions()
            .AddExports()
            .AddScheduledWork();

    private static IServiceCollection AddRosaOptions(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddValidated<StorageOptions>(configuration, StorageOptions.Section)
            .AddValidated<CacheOptions>(configuration, CacheOptions.Section)
            .AddValidated<ShardOptions>(configuration, ShardOptions.Section)
            .AddValidated<AccountOptions>(configuration, AccountOptions.Section)
            .AddValidated<MailOptions>(configuration, MailOptions.Section)
            .AddValidated<WebhookOptions>(configuration, WebhookOptions.Section);

    private static IServiceCollection AddValidated<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class
    {
        services.AddOptions<T>().Bind(configuration.GetSection(section)).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    private static IServiceCollection AddStorage(this IServiceCollection services) =>
        services
            .AddSingleton(TimeProvider.System)
            .AddSingleton<StorageAccount>()
            .AddHostedService(provider => provider.GetRequiredService<StorageAccount>())
            .AddSingleton<TimedCache>()
            .AddSingleton<StorageHealth>();

    private static IServiceCollection AddDataProtectionKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("ServerlessRosa");
        return services
            .AddSingleton<KeysContainer>()
            .AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
                options.XmlRepository = provider.GetRequiredService<KeysContainer>()
            ));
    }

    private static IServiceCollection AddRecovery(this IServiceCollection services) =>
        services.AddSingleton<IntentsTable>().AddSingleton<RecoveryHook>();

    private static IServiceCollection AddAccounts(this IServiceCollection services) =>
        services
            .AddSingleton<AccountsTable>()
            .AddSingleton<Passwords>()
            .AddSingleton<PasswordThrottle>()
            .AddSingleton<PasswordCheck>()
            .AddSingleton<Administrators>()
            .AddSingleton<KeyProtection>()
            .AddSingleton<AuthenticateActor>()
            .AddSingleton<ApiKeys>()
            .AddSingleton<WebUsers>()
            .AddSingleton<PasswordReset>()
            .AddSingleton<MediaTickets>()
            .AddSingleton<MailSender>()
            .AddSingleton<AppUsersAndLinks>()
            .AddSingleton<Assignments>()
            .AddSingleton<ActorNames>()
            .AddSingleton<AuditsTable>()
            .AddSingleton<AuditLog>();

    private static IServiceCollection AddDomains(this IServiceCollection services) =>
        services
            .AddSingleton<WorkersTable>()
            .AddSingleton<AuthenticateWorker>()
            .AddSingleton<MobileWorkers>()
            .AddSingleton<FixturesTable>()
            .AddSingleton<DomainDirectory>()
            .AddSingleton<Groups>()
            .AddSingleton<LocationWrites>()
            .AddSingleton<LocationTypes>()
            .AddSingleton<Locations>()
            .AddSingleton<Products>()
            .AddSingleton<UploadLocations>()
            .AddSingleton<UploadProducts>()
            .AddSingleton<LookupTables>()
            .AddSingleton<LookupRows>()
            .AddSingleton<LookupBatches>()
            .AddSingleton<UploadLookupRows>();

    private static IServiceCollection AddServerSettings(this IServiceCollection services) =>
        services
            .AddSingleton<SettingsTable>()
            .AddSingleton<SettingsContainer>()
            .AddSingleton<ServerConfigs>()
            .AddSingleton<UserPreferences>();

    private static IServiceCollection AddWebhooks(this IServiceCollection services) =>
        services
            .AddSingleton<WebhooksTable>()
            .AddSingleton<WebhookDeliveriesTable>()
            .AddSingleton<WebhookMessages>()
            .AddSingleton<WebhookSecrets>()
            .AddSingleton<AnnounceChange>()
            .AddSingleton<WebhookDirectory>()
            .AddSingleton<SendDelivery>()
            .AddSingleton<DeliverEvents>()
            .AddSingleton<SubmissionEvents>()
            .AddSingleton<EntityEvents>()
            .AddSingleton<CaseEvents>()
            .AddSingleton<HandleChangeMessage>();

    private static IServiceCollection AddCases(this IServiceCollection services) =>
        services
            .AddSingleton<CasesContainer>()
            .AddSingleton<CasesTable>()
            .AddSingleton<CaseOwnersTable>()
            .AddSingleton<CaseIndicesTable>()
            .AddSingleton<WriteCases>()
            .AddSingleton<CheckCases>()
            .AddSingleton<ApplyCases>()
            .AddSingleton<CaseDirectory>()
            .AddSingleton<ResolveCaseQuery>()
            .AddSingleton<SearchCases>()
            .AddSingleton<FindRelatedCases>()
            .AddSingleton<ListCases>()
            .AddSingleton<SyncsTable>()
            .AddSingleton<SyncsContainer>()
            .AddSingleton<SyncHistory>()
            .AddSingleton<PrepareRestore>()
            .AddSingleton<PurgeSyncs>();

    private static IServiceCollection AddProjects(this IServiceCollection services) =>
        services
            .AddSingleton<ProjectsTable>()
            .AddSingleton<ProjectDirectory>()
            .AddSingleton<DeleteProject>()
            .AddSingleton<EncryptionKeysTable>()
            .AddSingleton<EncryptionContainer>()
            .AddSingleton<PrivateKeys>()
            .AddSingleton<EncryptionKeys>();

    private static IServiceCollection AddDatasets(this IServiceCollection services) =>
        services
            .AddSingleton<DatasetsTable>()
            .AddSingleton<EntitiesTable>()
            .AddSingleton<DatasetDirectory>()
            .AddSingleton<EntityDirectory>()
            .AddSingleton<CreateEntities>()
            .AddSingleton<TrashEntities>()
            .AddSingleton<PurgeEntities>()
            .AddSingleton<EntityExport>()
            .AddSingleton<DeleteDataset>()
            .AddSingleton<DatasetDiff>()
            .AddSingleton<EntityLists>()
            .AddSingleton<EntityBacklogTable>()
            .AddSingleton<WriteEntity>()
            .AddSingleton<ApplyEntities>();

    private static IServiceCollection AddForms(this IServiceCollection services) =>
        services
            .AddSingleton<FormsTable>()
            .AddSingleton<FormVersionsTable>()
            .AddSingleton<FormMediaTable>()
            .AddSingleton<FormFilesContainer>()
            .AddSingleton<FormRecovery>()
            .AddSingleton<FormDirectory>()
            .AddSingleton<FormShards>()
            .AddSingleton<FormAccess>()
            .AddSingleton<PublishDatasets>()
            .AddSingleton<PublishedTypes>()
            .AddSingleton<DatasetForms>()
            .AddSingleton<StoreDefinition>()
            .AddSingleton<EncryptForm>()
            .AddSingleton<EnableEncryption>()
            .AddSingleton<UploadForm>()
            .AddSingleton<EnsureForm>()
            .AddSingleton<DraftMedia>()
            .AddSingleton<ReplaceProject>();

    private static IServiceCollection AddSubmissions(this IServiceCollection services) =>
        services
            .AddSingleton<BusyForms>()
            .AddSingleton<SubmissionsTable>()
            .AddSingleton<SubmissionCounts>()
            .AddSingleton<SubmissionHistory>()
            .AddSingleton<SubmissionDiffs>()
            .AddSingleton<GeoJsonExport>()
            .AddSingleton<LastUse>()
            .AddSingleton<PullSubmissions>()
            .AddSingleton<SubmissionFilesContainer>()
            .AddSingleton<SubmissionRecovery>()
            .AddSingleton<ApplySubmittedEntities>()
            .AddSingleton<WaitingEntities>()
            .AddSingleton<ReviewSubmission>()
            .AddSingleton<ApplySubmittedCases>()
            .AddSingleton<FillSubmissionMedia>()
            .AddSingleton<CommitSubmission>()
            .AddSingleton<StoreSubmissionFiles>()
            .AddSingleton<ReceiveSubmission>()
            .AddSingleton<ReceiveCommCareForm>()
            .AddSingleton<SubmitCases>()
            .AddSingleton<ClaimCase>()
            .AddSingleton<UserCases>()
            .AddSingleton<SubmissionDirectory>()
            .AddSingleton<ListReceivedForms>();

    private static IServiceCollection AddExports(this IServiceCollection services) =>
        services
            .AddSingleton<ExportSource>()
            .AddSingleton<FormEncryption>()
            .AddSingleton<ReadableSubmissions>()
            .AddSingleton<MediaExport>()
            .AddSingleton<CsvExport>()
            .AddSingleton<ODataExport>();

    private static IServiceCollection AddScheduledWork(this IServiceCollection services) =>
        services
            .AddSingleton<ReconcileSubmissions>()
            .AddSingleton<PurgeDeleted>()
            .AddSingleton<BackupsContainer>()
            .AddSingleton<TakeBackup>();
}
