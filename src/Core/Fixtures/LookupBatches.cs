using Azure;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Writes many rows of a lookup table.</summary>
public sealed class LookupBatches(FixturesTable fixtures, DomainDirectory directory)
{
    /// <summary>One operation for each batch. Refuses with 409.41 when somebody else changed the table meanwhile, or deleted it.</summary>
    internal async Task WriteAsync(ProjectId project, LookupUpload plan, CancellationToken cancellationToken)
    {
        // Each batch requires the version that the previous one left, so a change by somebody else is noticed.
        var version = plan.Version;
        try
        {
            await UploadBatches.SendAsync(
                Rows(plan),
                plan.Written,
                async writes =>
                {
                    var touch = FixtureWrite.Touch(FixtureKeys.Table(plan.Table.Id)) with { Version = version };
                    var next = await fixtures.TryWriteAsync(project, FixtureKind.Tables, [.. writes, touch], cancellationToken);
                    version = next ?? version;
                    return next is not null;
                }
            );
        }
        finally
        {
            directory.Forget(project);
        }
    }

    private static IEnumerable<UploadRow> Rows(LookupUpload plan)
    {
        foreach (var (_, row) in plan.Added)
        {
            yield return new(
                UploadStep.Add,
                [FixtureWrite.Add(FixtureKeys.Row(row), row), FixtureWrite.Add(FixtureKeys.RowId(row.Id), FixtureKeys.Row(row))]
            );
        }
        foreach (var change in plan.Changed)
        {
            yield return new(UploadStep.Change, Replace(change));
        }
        foreach (var change in plan.Moved)
        {
            yield return new(UploadStep.Move, Replace(change));
        }
        foreach (var row in plan.Removed)
        {
            yield return new(
                UploadStep.Remove,
                [FixtureWrite.Delete(FixtureKeys.Row(row), ETag.All), FixtureWrite.Delete(FixtureKeys.RowId(row.Id), ETag.All)]
            );
        }
    }

    private static FixtureWrite[] Replace(RowChange<LookupRow> change)
    {
        var (from, to) = (FixtureKeys.Row(change.Before!), FixtureKeys.Row(change.After));
        return from == to
            ? [FixtureWrite.Replace(to, change.After, ETag.All)]
            :
            [
                FixtureWrite.Delete(from, ETag.All),
                FixtureWrite.Add(to, change.After),
                FixtureWrite.Replace(FixtureKeys.RowId(change.After.Id), to, ETag.All),
            ];
    }
}
