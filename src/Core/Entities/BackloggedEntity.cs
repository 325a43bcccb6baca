using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// An update that was received before its predecessor in an offline branch (OR-238 to OR-241): the phone made both while offline and
/// submitted them in another order. It waits for the predecessor, but no longer than <see cref="Longest"/>.
/// </summary>
public sealed record BackloggedEntity(
    ProjectId Project,
    string DatasetKey,
    EntityId Entity,
    string Branch,
    int BaseVersion,
    int Form,
    string InstanceId,
    DateTimeOffset At
)
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(5);

    internal static BackloggedEntity Of(Dataset dataset, EntityId id, EntityBlock block, EntitySubmission submission, DateTimeOffset now) =>
        new(
            dataset.Project,
            dataset.Key,
            id,
            block.Branch!,
            block.BaseNumber!.Value,
            submission.Origin.Form,
            submission.Source.InstanceId,
            now
        );

    internal bool IsOf(EntityBlock block) =>
        block.Branch == Branch && block.Update && block.BaseNumber == BaseVersion && EntityId.TryParse(block.Id) == Entity;
}
