using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Verifies the copy of a case at its owner and the tombstones at its former owners. The row with the highest revision is the one that
/// phones receive.
/// </summary>
public sealed class VerifyCaseOwners(CasesTable cases, VerifyCaseBodies bodies, CaseOwnersTable owners)
{
    /// <summary>
    /// Checks the rows of owners when there are not <paramref name="expected"/> of them. One operation per 1,000 rows; then one per 1,000
    /// and one for each row.
    /// </summary>
    internal async Task RunAsync(Verification verification, ProjectId project, long expected, CancellationToken cancellationToken)
    {
        if (await owners.ScanNewestAsync(project, cancellationToken).LongCountAsync(cancellationToken) != expected)
        {
            await verification.EachAsync(
                "owners' rows",
                project,
                owners.ScanNewestAsync(project, cancellationToken),
                (row, id, stop) => CheckRowAsync(project, row, id, stop),
                cancellationToken
            );
        }
    }

    /// <summary>Checks the rows that a case must have. One operation for each owner, and one for a large body.</summary>
    internal async IAsyncEnumerable<Difference> CheckAsync(
        Verification verification,
        Case value,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await FindCopyFaultAsync(verification, value, cancellationToken) is { } fault)
        {
            yield return new Difference("case-owner", value.Project, where, $"the copy of its owner {value.Owner} {fault}");
        }
        foreach (var former in value.FormerOwners)
        {
            if (
                await owners.FindAsync(value.Project, former.Owner, value.Id, cancellationToken) is var found
                && (found?.Case.MovedTo is null || found.Value.Case.Revision != former.Revision)
            )
            {
                yield return new Difference(
                    "case-owner",
                    value.Project,
                    where,
                    $"its former owner {former.Owner} "
                        + (found is null ? "has no row of it" : $"has revision {found.Value.Case.Revision}")
                        + $", expected the tombstone of revision {former.Revision}"
                );
            }
        }
    }

    private async Task<string?> FindCopyFaultAsync(Verification verification, Case value, CancellationToken cancellationToken)
    {
        if (await owners.FindAsync(value.Project, value.Owner, value.Id, cancellationToken) is not var (copy, blob))
        {
            return "is not there";
        }
        if (copy.MovedTo is not null || copy.Revision != value.Revision || copy.Version != value.Version)
        {
            return $"is {(copy.MovedTo is { } owner ? $"a tombstone that leads to {owner}" : "there")} with revision "
                + $"{copy.Revision} and version {copy.Version}, expected {value.Revision} and {value.Version}";
        }
        if (blob is not null && await bodies.FindFaultAsync(verification, blob, cancellationToken) is { } fault)
        {
            return $"is not whole: {fault}";
        }
        var body = await copy.UnpackAsync(cancellationToken);
        return
            CasesContainer.Text(body) != CasesContainer.Text(value with { Transactions = [], FormerOwners = [] })
            || (copy.Type, copy.Closed, copy.Deleted, copy.Extensions) != (value.Type, value.Closed, value.Deleted, value.Extensions)
            || !copy.Indices.SequenceEqual(value.Indices)
            ? "says something else of it"
            : null;
    }

    private async IAsyncEnumerable<Difference> CheckRowAsync(
        ProjectId project,
        StoredRow<CaseId> row,
        CaseId id,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await cases.FindPackedAsync(id, cancellationToken) is not { } packed || packed.Project != project.Value)
        {
            yield return new Difference(
                "case-owner",
                project,
                $"{row} ({id})",
                "an owner has the case, and the project has not: phones get it all the same"
            );
        }
        else if (
            packed.Blob is null
            && await packed.UnpackAsync(cancellationToken) is var value
            && !value
                .FormerOwners.Select(former => former.Owner)
                .Append(value.Owner)
                .Any(owner => CaseKeys.OwnerPartition(project, owner) == row.Partition)
        )
        {
            yield return new Difference(
                "case-owner",
                project,
                $"{row} ({id})",
                $"an owner has the case who is not and was not its owner, which is {value.Owner}"
            );
        }
    }
}
