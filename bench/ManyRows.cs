using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Bench;

/// <summary>More submissions and cases than can be sent one by one: they are copied in the emulator's data folder.</summary>
internal static class ManyRows
{
    /// <summary>While no emulator runs on the folder.</summary>
    public static void Copy(string folder, Seeded seeded, int rows)
    {
        if (seeded.Export is not null)
            ManySubmissions.Multiply(folder, rows);
        if (seeded.Phone is not null)
            ManyCases.Multiply(folder, null, rows - Seed.MostRows);
    }
}
