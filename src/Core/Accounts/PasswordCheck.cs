namespace ServerlessRosa.Core.Accounts;

/// <summary>Checks the password of an account of any kind, and slows down who guesses.</summary>
public sealed class PasswordCheck(Passwords passwords, PasswordThrottle throttle)
{
    /// <summary>
    /// The account, or null for a wrong password and for an account that there isn't; both take as long. <paramref name="name"/> is
    /// what guesses are counted by, <paramref name="known"/> what this instance remembers of the account, and <paramref
    /// name="isExempt"/> says that this is no guess whatever comes of it. Who keeps guessing is refused with 429.1 before anything is read.
    /// </summary>
    internal async Task<T?> RunAsync<T>(
        string name,
        string password,
        string from,
        T? known,
        Func<Task<T?>> read,
        Func<T, string?> hashOf,
        bool isExempt = false
    )
        where T : class
    {
        var isGuess = !passwords.Remembers(name, password) && !isExempt;
        if (isGuess)
        {
            throttle.Require(name, from);
        }
        string? HashOf(T? account) => account is null ? null : hashOf(account);

        var account = known ?? await read();
        var isRight = passwords.Verify(name, HashOf(account), password);
        if (!isRight && known is not null)
        {
            // Another instance may have changed it since this one read the account.
            account = await read();
            isRight = HashOf(account) != HashOf(known) && passwords.Verify(name, HashOf(account), password);
        }
        if (isRight)
        {
            throttle.Succeeded(name, from);
            return account;
        }
        if (isGuess)
        {
            throttle.Failed(name, from);
        }
        return null;
    }
}
