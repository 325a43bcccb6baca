using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests;

/// <summary>
/// One storage emulator for the whole run of tests, in memory, started by the first test that asks. Test classes run in
/// parallel on it: each makes names of its own.
/// </summary>
internal static class TestStorage
{
    private const int Accounts = 10;

    private static readonly Lazy<Task<Azurite>> Started = new(StartAsync);
    private static int _accountsGiven;

    public static async Task<string> ConnectionStringAsync() => (await Started.Value).ConnectionString;

    /// <summary>Of an empty account, for tests of what goes through all projects.</summary>
    public static async Task<string> NewAccountAsync()
    {
        var account = Interlocked.Increment(ref _accountsGiven);
        Assert.InRange(account, 1, Accounts);
        return (await Started.Value).ConnectionStringOf(account);
    }

    // It ends with this process and need not be stopped.
    private static Task<Azurite> StartAsync() => Azurite.StartAsync(new AzuriteOptions(MoreAccounts: Accounts), CancellationToken.None);
}
