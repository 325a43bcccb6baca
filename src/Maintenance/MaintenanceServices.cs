using Microsoft.Extensions.DependencyInjection;

namespace ServerlessRosa.Maintenance;

/// <summary>Registers what works on a storage account without the app. It needs the services of Core.</summary>
public static class MaintenanceServices
{
    public static IServiceCollection AddRosaMaintenance(this IServiceCollection services)
    {
        services.AddSingleton<RebuildKeys>();
        services.AddSingleton<RebuildForms>();
        services.AddSingleton<SubmissionRecoveryReader>();
        services.AddSingleton<RebuildSubmissions>();
        services.AddSingleton<RebuildCases>();
        services.AddSingleton<RebuildTables>();
        services.AddSingleton<RestoreEntities>();
        services.AddSingleton<RestoreTables>();
        services.AddSingleton<ExportProject>();
        services.AddSingleton<ImportProject>();
        services.AddSingleton<VerifyAccounts>();
        services.AddSingleton<VerifyWorkers>();
        services.AddSingleton<FixtureChecks>();
        services.AddSingleton<VerifyGroups>();
        services.AddSingleton<VerifyLookupTables>();
        services.AddSingleton<VerifyLocations>().AddSingleton<VerifyProducts>();
        services.AddSingleton<VerifyDomain>();
        services.AddSingleton<VerifyKeys>();
        services.AddSingleton<VerifyWebhooks>();
        services.AddSingleton<VerifyForms>();
        services.AddSingleton<VerifyDatasets>();
        services.AddSingleton<VerifyInstances>();
        services.AddSingleton<VerifySubmissionMarks>();
        services.AddSingleton<SubmissionFolders>();
        services.AddSingleton<VerifySubmissionFiles>();
        services.AddSingleton<VerifySubmissionWork>();
        services.AddSingleton<VerifySubmissions>();
        services.AddSingleton<VerifyCaseBodies>();
        services.AddSingleton<VerifyCaseOwners>();
        services.AddSingleton<VerifyCases>();
        services.AddSingleton<VerifyStorage>();
        return services;
    }
}
