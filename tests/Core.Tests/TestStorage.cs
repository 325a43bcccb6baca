using ServerlessRosa.Dev;

namespace ServerlessRosa.Core.Tests;

/// <summary>
/// One storage emulator for the whole run of tests, in memory, started by the first test that asks. Test classes run in
/// parallel on it: each makes names of its own.
/// </summary>
internal static class TestStorage
{
    private static readonly Lazy<Task<Azurite>> Started = new(StartAsync);

    public static async Task<string> ConnectionStringAsync() => (await Started.Value).ConnectionString;

    // It ends with this process and need not be stopped.
    private static Task<Azurite> StartAsync() => Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None);
}
