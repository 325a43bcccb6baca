using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>
/// Changes of locations and their types. What a change depends on (types, parents, site codes) is spread over many rows, so a change is
/// written only if the whole tree is as it was when the decision was made.
/// </summary>
public sealed class LocationWrites(FixturesTable fixtures, DomainDirectory directory)
{
    /// <summary>Writes what <paramref name="decide"/> reads and decides, again when somebody else changed the tree meanwhile. Two
    /// operations and those of deciding.</summary>
    internal Task<T> RunAsync<T>(
        ProjectId project,
        Func<Task<(T Result, IReadOnlyCollection<FixtureWrite> Writes)>> decide,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RepeatAsync<T>(
            async () =>
            {
                var version = await fixtures.ReadVersionAsync(project, FixtureKind.Locations, cancellationToken);
                var (result, writes) = await decide();
                return await TryAsync(project, writes, version, cancellationToken) is null ? Attempt<T>.Conflict : result;
            },
            cancellationToken
        );

    internal Task<FixtureVersion> ReadVersionAsync(ProjectId project, CancellationToken cancellationToken) =>
        fixtures.ReadVersionAsync(project, FixtureKind.Locations, cancellationToken);

    /// <summary>Writes at most 99 rows. Null when the tree is no longer the one of <paramref name="version"/>. One operation.</summary>
    internal async Task<FixtureVersion?> TryAsync(
        ProjectId project,
        IReadOnlyCollection<FixtureWrite> writes,
        FixtureVersion version,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await fixtures.TryWriteAsync(project, FixtureKind.Locations, writes, version, cancellationToken);
        }
        finally
        {
            directory.Forget(project);
        }
    }
}
