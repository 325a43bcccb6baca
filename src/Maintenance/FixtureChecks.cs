using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Checks that all kinds of fixtures have in common: the rows that make names unique, and the head with the versions.</summary>
public sealed class FixtureChecks(FixturesTable fixtures)
{
    /// <summary>Checks each row of the project whose key starts with <paramref name="prefix"/>.</summary>
    internal Task EachAsync<T>(
        Verification verification,
        ProjectId project,
        string things,
        string prefix,
        Func<StoredRow<T>, T, CancellationToken, IAsyncEnumerable<Difference>> check,
        CancellationToken cancellationToken
    ) => verification.EachAsync(things, project, fixtures.ScanAsync<T>(project, prefix, cancellationToken), check, cancellationToken);

    /// <summary>Checks that the uniqueness row <paramref name="claim"/> names <paramref name="id"/>. Two operations.</summary>
    internal async IAsyncEnumerable<Difference> CheckClaimAsync<T>(
        ProjectId project,
        StoredRow<T> row,
        string claim,
        string id,
        string what,
        FixtureKind kind,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if ((await fixtures.FindAsync<string>(project, claim, cancellationToken))?.Value is var claimed && claimed != id)
        {
            yield return new Difference(
                "fixture-name",
                project,
                row.ToString(),
                $"its {what} {(claimed is null ? $"leads nowhere: there is no row {claim}" : $"leads to {claimed}, by the row {claim}")}"
            );
        }
        await foreach (var difference in CheckHeadAsync(project, kind, cancellationToken))
        {
            yield return difference;
        }
    }

    /// <summary>Checks that the row which a uniqueness row names exists and has that name. One operation.</summary>
    internal async IAsyncEnumerable<Difference> CheckClaimedAsync<T>(
        ProjectId project,
        StoredRow<string> claim,
        string row,
        Func<T, bool> matches,
        string what,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await fixtures.FindAsync<T>(project, row, cancellationToken) is not { } found)
        {
            yield return new Difference("fixture-name", project, claim.ToString(), $"the {what} is taken for {row}, which is not there");
        }
        else if (!matches(found.Value))
        {
            yield return new Difference("fixture-name", project, claim.ToString(), $"the {what} is taken for {row}, which has another");
        }
    }

    /// <summary>Checks that the head has a version of this kind; phones receive no fixture without one. One operation.</summary>
    internal async IAsyncEnumerable<Difference> CheckHeadAsync(
        ProjectId project,
        FixtureKind kind,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var head = await fixtures.ReadHeadAsync(project, cancellationToken);
        var version = kind switch
        {
            FixtureKind.Groups => head.Groups,
            FixtureKind.Tables => head.Tables,
            FixtureKind.Products => head.Products,
            _ => head.Locations,
        };
        if (version is null)
        {
            yield return new Difference(
                "fixture-head",
                project,
                $"fixtures {FixtureKeys.Partition(project)} {FixtureKeys.Head}",
                $"it has no version of {kind}, and there are some"
            );
        }
    }
}
