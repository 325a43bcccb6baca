using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies mobile workers against the rows that make user ids unique, their accounts and their locations.</summary>
public sealed class VerifyWorkers(WorkersTable workers, AccountsTable accounts, FixturesTable fixtures)
{
    /// <summary>One operation per 1,000 workers, two for each worker, and one for each of its locations.</summary>
    internal Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken) =>
        verification.EachAsync(
            "mobile workers",
            project,
            workers.ScanAsync(project, cancellationToken),
            (row, worker, stop) => CheckAsync(project, row, worker, stop),
            cancellationToken
        );

    private async IAsyncEnumerable<Difference> CheckAsync(
        ProjectId project,
        StoredRow<MobileWorker> row,
        MobileWorker worker,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var where = row.ToString();
        if (await workers.FindClaimAsync(worker.UserId, cancellationToken) is var claim && claim != (project, worker.Username))
        {
            yield return new Difference(
                "worker-id",
                project,
                where,
                claim is null
                    ? $"nobody claims the user id {worker.UserId}"
                    : $"the user id {worker.UserId} is claimed by {claim.Value.Username} of project {claim.Value.Project}"
            );
        }
        if ((await accounts.FindAsync(project, worker.Actor, cancellationToken))?.Kind != ActorKind.MobileWorker)
        {
            yield return new Difference(
                "worker-account",
                project,
                where,
                $"there is no account {worker.Actor} that gives the worker a name"
            );
        }
        // A location may be deleted once nobody is assigned to it but deleted workers.
        foreach (var location in worker.DeletedAt is null ? worker.Locations : [])
        {
            if (await fixtures.FindAsync<Location>(project, FixtureKeys.Location(location), cancellationToken) is null)
            {
                yield return new Difference("worker-location", project, where, $"the worker's location {location} is not there");
            }
        }
    }
}
