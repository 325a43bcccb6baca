using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>
/// The rows of lookup tables for phones, which ask for all of them at every sync. They are kept packed, as long as no row changes: a
/// table of 100,000 rows takes a few megabytes, and is never in memory as a whole otherwise.
/// </summary>
public sealed class LookupRows(FixturesTable fixtures, TimedCache cache)
{
    private const int MaxPacked = 8 << 20;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);

    /// <summary>In order. No operation while the table is as it was when this instance last read it, else one per 1,000 rows.</summary>
    public IAsyncEnumerable<LookupRow> ListAsync(ProjectId project, LookupTable table, CancellationToken cancellationToken) =>
        cache.TryGet(Key(table), out byte[]? packed) ? Unpack(packed!, cancellationToken) : ReadAsync(project, table, cancellationToken);

    private async IAsyncEnumerable<LookupRow> ReadAsync(
        ProjectId project,
        LookupTable table,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var packed = new MemoryStream();
        await using (var writer = new BinaryWriter(new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true), Encoding.UTF8))
        {
            await foreach (var row in fixtures.ListAsync<LookupRow>(project, FixtureKeys.RowsOf(table.Id), cancellationToken))
            {
                if (packed.Length <= MaxPacked)
                {
                    writer.Write(JsonSerializer.Serialize(row));
                }
                yield return row;
            }
            writer.Write("");
        }
        if (packed.Length <= MaxPacked)
        {
            cache.Set(Key(table), packed.ToArray(), packed.Length, Kept);
        }
    }

    private static async IAsyncEnumerable<LookupRow> Unpack(byte[] packed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new BinaryReader(new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress), Encoding.UTF8);
        while (reader.ReadString() is { Length: > 0 } row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return JsonSerializer.Deserialize<LookupRow>(row)!;
        }
        await Task.CompletedTask;
    }

    private static (string, string, string) Key(LookupTable table) => ("lookup-rows", table.Id, table.RowsVersion);
}
