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
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Mail;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core;

/// <summary>Puts the domain together. All of it is stateless but for the caches, so all of it is single.</summary>
public static class CoreServices
{
    public static IServiceCollection AddRosaCore(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<StorageOptions>()
            .Bind(configuration.GetSection(StorageOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services
            .AddOptions<CacheOptions>()
            .Bind(configuration.GetSection(CacheOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services
            .AddOptions<AccountOptions>()
            .Bind(configuration.GetSection(AccountOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();

        services.AddOptions<MailOptions>().Bind(configuration.GetSection(MailOptions.Section)).ValidateDataAnnotations().ValidateOnStart();

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<StorageAccount>();
        services.AddHostedService(provider => provider.GetRequiredService<StorageAccount>());
        services.AddSingleton<TimedCache>();
        services.AddSingleton<StorageHealth>();

        services.AddDataProtection().SetApplicationName("ServerlessRosa");
        services.AddSingleton<KeysContainer>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
            options.XmlRepository = provider.GetRequiredService<KeysContainer>()
        ));

        services.AddSingleton<AccountsTable>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<PasswordThrottle>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<Administrators>();
        services.AddSingleton<KeyProtection>();
        services.AddSingleton<AuthenticateActor>();
        services.AddSingleton<WebUsers>();
        services.AddSingleton<PasswordReset>();
        services.AddSingleton<MediaTickets>();
        services.AddSingleton<MailSender>();
        services.AddSingleton<AppUsersAndLinks>();
        services.AddSingleton<Assignments>();
        services.AddSingleton<ActorNames>();

        services.AddSingleton<WorkersTable>();
        services.AddSingleton<AuthenticateWorker>();
        services.AddSingleton<MobileWorkers>();

        services.AddSingleton<FixturesTable>();
        services.AddSingleton<DomainDirectory>();
        services.AddSingleton<Groups>();
        services.AddSingleton<Locations>();
        services.AddSingleton<LookupTables>();
        services.AddSingleton<LookupRows>();

        services.AddSingleton<AuditsTable>();
        services.AddSingleton<AuditLog>();

        services.AddSingleton<SettingsTable>();
        services.AddSingleton<SettingsContainer>();
        services.AddSingleton<ServerConfigs>();
        services.AddSingleton<UserPreferences>();

        services.AddSingleton<CasesContainer>();
        services.AddSingleton<CasesTable>();
        services.AddSingleton<CaseOwnersTable>();
        services.AddSingleton<CaseIndicesTable>();
        services.AddSingleton<WriteCases>();
        services.AddSingleton<CheckCases>();
        services.AddSingleton<ApplyCases>();
        services.AddSingleton<CaseDirectory>();
        services.AddSingleton<SearchCases>();

        services.AddSingleton<SyncsTable>();
        services.AddSingleton<SyncsContainer>();
        services.AddSingleton<PrepareRestore>();
        services.AddSingleton<PurgeSyncs>();

        services.AddSingleton<ProjectsTable>();
        services.AddSingleton<ProjectDirectory>();
        services.AddSingleton<DeleteProject>();

        services.AddSingleton<DatasetsTable>();
        services.AddSingleton<EntitiesTable>();
        services.AddSingleton<DatasetDirectory>();
        services.AddSingleton<EntityDirectory>();
        services.AddSingleton<CreateEntities>();
        services.AddSingleton<TrashEntities>();
        services.AddSingleton<PurgeEntities>();
        services.AddSingleton<EntityExport>();
        services.AddSingleton<DeleteDataset>();
        services.AddSingleton<DatasetDiff>();
        services.AddSingleton<EntityLists>();
        services.AddSingleton<EntityBacklogTable>();
        services.AddSingleton<WriteEntity>();
        services.AddSingleton<ApplyEntities>();

        services.AddSingleton<FormsTable>();
        services.AddSingleton<FormVersionsTable>();
        services.AddSingleton<FormMediaTable>();
        services.AddSingleton<FormFilesContainer>();
        services.AddSingleton<FormRecovery>();
        services.AddSingleton<FormDirectory>();
        services.AddSingleton<FormAccess>();
        services.AddSingleton<PublishDatasets>();
        services.AddSingleton<UploadForm>();
        services.AddSingleton<EnsureForm>();
        services.AddSingleton<DraftMedia>();
        services.AddSingleton<ReplaceProject>();

        services.AddSingleton<SubmissionsTable>();
        services.AddSingleton<SubmissionCounts>();
        services.AddSingleton<LastUse>();
        services.AddSingleton<PullSubmissions>();
        services.AddSingleton<SubmissionFilesContainer>();
        services.AddSingleton<SubmissionRecovery>();
        services.AddSingleton<IntentsTable>();
        services.AddSingleton<RecoveryHook>();
        services.AddSingleton<ApplySubmittedEntities>();
        services.AddSingleton<WaitingEntities>();
        services.AddSingleton<DatasetForms>();
        services.AddSingleton<PublishedTypes>();
        services.AddSingleton<ReviewSubmission>();
        services.AddSingleton<ApplySubmittedCases>();
        services.AddSingleton<FillSubmissionMedia>();
        services.AddSingleton<CommitSubmission>();
        services.AddSingleton<ReceiveSubmission>();
        services.AddSingleton<ReceiveCommCareForm>();
        services.AddSingleton<SubmitCases>();
        services.AddSingleton<ClaimCase>();
        services.AddSingleton<SubmissionDirectory>();
        services.AddSingleton<ExportSource>();
        services.AddSingleton<MediaExport>();
        services.AddSingleton<CsvExport>();
        services.AddSingleton<ODataExport>();
        services.AddSingleton<ReconcileSubmissions>();
        services.AddSingleton<PurgeDeleted>();

        services.AddSingleton<BackupsContainer>();
        services.AddSingleton<TakeBackup>();
        return services;
    }
}
