using System.Security.Cryptography;
using System.Text;
using Azure;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// A checksum over rows, independent of their order. Tables with different rows have the same sum with a probability of 1 in 2^128.
/// </summary>
internal sealed record RowSum
{
    public long Count { get; private set; }

    public UInt128 Sum { get; private set; }

    /// <summary>Adds what <paramref name="tell"/> returns for each row; nothing omits the row. False if a row cannot be parsed.</summary>
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
