using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Checks the invariants between the rows of all tables, and between rows and blobs, and changes nothing. The app may run: unfinished work
/// is not reported.
/// </summary>
public sealed class VerifyStorage(
    ProjectsTable projects,
    VerifyAccounts accounts,
    VerifyDomain domain,
    VerifyKeys keys,
    VerifyWebhooks webhooks,
    VerifyForms forms,
    VerifySubmissions submissions,
    VerifySubmissionWork work,
    VerifyCases cases,
    VerifyDatasets datasets,
    SyncsTable syncs,
    SyncsContainer snapshots,
    TimeProvider clock
)
{
    /// <summary>
    /// Refuses an unknown project. Deleted projects are included: their forms are in the trash. Each part states its cost.
    /// </summary>
    public async Task<Verified> RunAsync(
        VerifyOptions options,
        Action<Difference> report,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        var verification = new Verification(options, report, clock);
        if (options.Project is null)
        {
            progress("Projects and accounts");
            await accounts.RunAsync(verification, cancellationToken);
        }
        var all = options.Project is { } only
            ?
            [
                await projects.FindAsync(only, cancellationToken)
                    ?? throw new MaintenanceException($"There is no project {only} in this storage account."),
            ]
            : await projects.ListAsync(cancellationToken);
        foreach (var project in all.Select(project => project.Id))
        {
            progress($"Project {project}: accounts, mobile workers, groups, lookup tables, locations");
            await accounts.RunAsync(verification, project, cancellationToken);
            await domain.RunAsync(verification, project, cancellationToken);
            progress($"Project {project}: keys, webhooks, forms and datasets");
            await keys.RunAsync(verification, project, cancellationToken);
            await webhooks.RunAsync(verification, project, cancellationToken);
            await forms.RunAsync(verification, project, cancellationToken);
            await datasets.RunAsync(verification, project, cancellationToken);
            await submissions.RunAsync(verification, project, progress, cancellationToken);
            progress($"Project {project}: work, cases, syncs");
            await work.RunAsync(verification, project, cancellationToken);
            await cases.RunAsync(verification, project, cancellationToken);
            await verification.EachAsync(
                "syncs",
                project,
                syncs.ScanAsync(project, cancellationToken),
                (row, log, stop) => CheckAsync(row, log, stop),
                cancellationToken
            );
        }
        return verification.Result;
    }

    // A purge takes the blob before the row; a phone that comes with such a token starts over.
    private async IAsyncEnumerable<Difference> CheckAsync(
        StoredRow<SyncLog> row,
        SyncLog log,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await snapshots.ProbeAsync(log.Blob, cancellationToken) is null)
        {
            yield return new Difference("sync-blob", log.Project, row.ToString(), $"there is no blob {log.Blob}: the phone will start over")
            {
                IsNote = true,
            };
        }
    }
}
