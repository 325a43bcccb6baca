using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Writes many rows of a lookup table.</summary>
public sealed class LookupBatches(FixturesTable fixtures, DomainDirectory directory)
{
    // Of the 99 rows of a batch a moved row takes three, and the table itself one.
    private const int MaxRows = 32;

    // A batch holds 4 MiB; a row counts its text twice, as storage does.
    private const int MaxCharacters = 1 << 20;

    /// <summary>One operation for each batch. Refuses with 409.41 when somebody else changed the table meanwhile, or deleted it.</summary>
    internal async Task WriteAsync(ProjectId project, LookupUpload plan, CancellationToken cancellationToken)
    {
        // Each batch requires the version that the previous one left, so a change by somebody else is noticed.
        var version = plan.Version;
        var batch = new List<FixtureWrite>();
        var (rows, characters) = (0, 0);
        try
        {
            foreach (var (writes, size) in Writes(plan))
            {
                if (rows == MaxRows || characters + size > MaxCharacters)
                {
                    await SendAsync();
                }
                batch.AddRange(writes);
                (rows, characters) = (rows + 1, characters + size);
            }
            if (rows > 0)
            {
                await SendAsync();
            }
        }
        finally
        {
            directory.Forget(project);
        }

        async Task SendAsync()
        {
            batch.Add(FixtureWrite.Touch(FixtureKeys.Table(plan.Table.Id)) with { Version = version });
            version =
                await fixtures.TryWriteAsync(project, FixtureKind.Tables, batch, cancellationToken)
                ?? throw Problem.LookupTableChanged().AsException();
            batch = [];
            (rows, characters) = (0, 0);
        }
    }

    private static IEnumerable<(FixtureWrite[] Writes, int Characters)> Writes(LookupUpload plan)
    {
        foreach (var (_, row) in plan.Added)
        {
            yield return (
                [FixtureWrite.Add(FixtureKeys.Row(row), row), FixtureWrite.Add(FixtureKeys.RowId(row.Id), FixtureKeys.Row(row))],
                SizeOf(row)
            );
        }
        foreach (var (before, after) in plan.Changed.Concat(plan.Moved))
        {
            var (from, to) = (FixtureKeys.Row(before!), FixtureKeys.Row(after));
            yield return (
                from == to
                    ? [FixtureWrite.Replace(to, after, ETag.All)]
                    :
                    [
                        FixtureWrite.Delete(from, ETag.All),
                        FixtureWrite.Add(to, after),
                        FixtureWrite.Replace(FixtureKeys.RowId(after.Id), to, ETag.All),
                    ],
                SizeOf(after)
            );
        }
        foreach (var row in plan.Removed)
        {
            yield return (
                [FixtureWrite.Delete(FixtureKeys.Row(row), ETag.All), FixtureWrite.Delete(FixtureKeys.RowId(row.Id), ETag.All)],
                0
            );
        }
    }

    private static int SizeOf(LookupRow row) =>
        row.Fields.Sum(field => field.Key.Length + field.Value.Sum(value => value.Value.Length))
        + row.Attributes.Sum(one => one.Key.Length + one.Value.Length);
}
