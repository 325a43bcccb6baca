using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies what a domain has besides cases: mobile workers, groups, lookup tables, locations and products.</summary>
public sealed class VerifyDomain(
    VerifyWorkers workers,
    VerifyGroups groups,
    VerifyLookupTables lookupTables,
    VerifyLocations locations,
    VerifyProducts products
)
{
    /// <summary>One operation per 1,000 rows, one to four for each worker, member, lookup row and location.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await workers.RunAsync(verification, project, cancellationToken);
        await groups.RunAsync(verification, project, cancellationToken);
        await lookupTables.RunAsync(verification, project, cancellationToken);
        await locations.RunAsync(verification, project, cancellationToken);
        await products.RunAsync(verification, project, cancellationToken);
    }
}
