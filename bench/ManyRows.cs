using ServerlessRosa.Dev;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Bench;

/// <summary>More submissions and cases than can be sent one by one: they are copied in the emulator's data folder.</summary>
internal static class ManyRows
{
    /// <summary>Stops the emulator meanwhile, and returns the one that goes on at the same address.</summary>
    public static async Task<Azurite> CopyAsync(
        Azurite azurite,
        string folder,
        Seeded seeded,
        int rows,
        CancellationToken cancellationToken
    )
    {
        await azurite.DisposeAsync();
        if (seeded.Export is not null)
            ManySubmissions.Multiply(folder, rows);
        if (seeded.Phone is not null)
            ManyCases.Multiply(folder, null, rows - Seed.MostRows);
        return await Azurite.StartAsync(
            new AzuriteOptions(folder, azurite.BlobPort, azurite.TablePort, azurite.QueuePort),
            cancellationToken
        );
    }
}
