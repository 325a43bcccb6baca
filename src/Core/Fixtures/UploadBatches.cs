using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The rows that one row of a spreadsheet becomes.</summary>
internal readonly record struct UploadRow(UploadStep Step, IReadOnlyList<FixtureWrite> Writes);

/// <summary>Puts the rows of an upload together to batches.</summary>
internal static class UploadBatches
{
    // A batch has 99 rows beside the head; one is left for whom notices others' changes.
    private const int MaxWrites = 90;

    // A batch holds 4 MiB.
    private const int MaxSize = 3 << 20;

    /// <summary>
    /// Writes all rows, batch by batch, by <paramref name="send"/>, which returns false when somebody else made a change meanwhile: that
    /// is refused with 409.41. When storage fails, the answer is 500.2. Both say what was written.
    /// </summary>
    public static async Task SendAsync(
        IEnumerable<UploadRow> rows,
        UploadProgress written,
        Func<IReadOnlyList<FixtureWrite>, Task<bool>> send
    )
    {
        var (steps, writes, size) = (new List<UploadStep>(), new List<FixtureWrite>(), 0);
        foreach (var row in rows)
        {
            var more = row.Writes.Sum(write => write.Data is { } data ? FixturesTable.SizeOf(data) : 0);
            if (steps.Count > 0 && (writes.Count + row.Writes.Count > MaxWrites || size + more > MaxSize))
            {
                await SendBatchAsync();
            }
            steps.Add(row.Step);
            writes.AddRange(row.Writes);
            size += more;
        }
        if (steps.Count > 0)
        {
            await SendBatchAsync();
        }

        async Task SendBatchAsync()
        {
            try
            {
                if (!await send(writes))
                {
                    throw Problem.ChangedDuringUpload(written.ToString()).AsException();
                }
            }
            catch (Exception e) when (e is not ProblemException)
            {
                // Whoever uploads has to know how far it went, whatever the failure is; it is logged like every other.
                throw Problem.UploadStopped(written.ToString()).AsException(e);
            }
            steps.ForEach(written.Count);
            (steps, writes, size) = ([], [], 0);
        }
    }
}
