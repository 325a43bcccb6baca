using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies that members of groups are, or were, workers of the project.</summary>
public sealed class VerifyGroups(FixtureChecks checks, WorkersTable workers)
{
    /// <summary>One operation per 1,000 groups, one for each group and one for each member.</summary>
    internal Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken) =>
        checks.EachAsync<Group>(
            verification,
            project,
            "groups",
            FixtureKeys.Groups,
            (row, group, stop) => CheckAsync(project, row, group, stop),
            cancellationToken
        );

    private async IAsyncEnumerable<Difference> CheckAsync(
        ProjectId project,
        StoredRow<Group> row,
        Group group,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var member in group.Users)
        {
            if ((await workers.FindClaimAsync(new OwnerId(member), cancellationToken))?.Project != project)
            {
                yield return new Difference(
                    "group-member",
                    project,
                    row.ToString(),
                    $"the member {member} is and was no worker of this project"
                );
            }
        }
        await foreach (var difference in checks.CheckHeadAsync(project, FixtureKind.Groups, cancellationToken))
        {
            yield return difference;
        }
    }
}
