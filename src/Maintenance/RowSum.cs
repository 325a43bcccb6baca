using System.Security.Cryptography;
using System.Text;
using Azure;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>A sum over rows that is the same for two tables that tell the same, each in its own order, and for no others but by an
/// accident of 1 in 2^128.</summary>
internal sealed record RowSum
{
    public long Count { get; private set; }

    public UInt128 Sum { get; private set; }

    /// <summary>Adds what <paramref name="tell"/> makes of each row; nothing leaves it out. False when a row cannot be made sense
    /// of.</summary>
    public async Task<bool> AddAllAsync<T>(IAsyncEnumerable<StoredRow<T>> rows, Func<StoredRow<T>, T, IReadOnlyList<string>> tell)
    {
        try
        {
            await foreach (var row in rows)
            {
                if (tell(row, row.Read()) is { Count: > 0 } told)
                {
                    var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(told.Select(part => $"{part.Length}:{part}"))));
                    Sum = unchecked(Sum + new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8)));
                    Count++;
                }
            }
            return true;
        }
        catch (Exception e) when (e is not (OperationCanceledException or RequestFailedException or OutOfMemoryException))
        {
            return false; // who looks at the row by itself says so
        }
    }
}
